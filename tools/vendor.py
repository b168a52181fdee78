"""Rebuild what `static/` holds of other people's work: Bootstrap's stylesheet, the heading face, the icons.

Needs npm; run from the project's root: `python tools/vendor.py`. The result is committed, so neither
running nor testing Peersupport needs npm. To add an icon, add its Tabler name to tools/icons.txt first.
"""

import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "static" / "vendor"
PACKAGES = [
    "bootstrap@5.3.9",
    "@tabler/icons@3.51.0",
    "sass@1",
    "@fontsource/fraunces@5.3.0",
    "subset-font@2",
]
# The heading face in the weight that headings have: what Dutch and English are written in, and the further
# letters of people's names, which a browser fetches only where they stand (static/css/base.css).
FACES = {
    "latin": [(0x20, 0x7E), (0xA0, 0xFF), (0x2013, 0x2026), (0x20AC, 0x20AC)],
    "latin-ext": [(0x100, 0x21B)],
}
SUBSET = """
import subset from "subset-font";
import { readFileSync, writeFileSync } from "node:fs";
const [from, to, ranges] = process.argv.slice(2);
const letters = JSON.parse(ranges).flatMap(([first, last]) =>
  Array.from({ length: last - first + 1 }, (_, more) => String.fromCodePoint(first + more)));
writeFileSync(to, await subset(readFileSync(from), letters.join(""), { targetFormat: "woff2" }));
"""
ICONS = (ROOT / "tools" / "icons.txt").read_text().split()


def symbol(name: str, source: str) -> str:
    """One Tabler outline icon as a `<symbol>`; stroke and fill come from the class `icon`."""
    inner = source[source.index(">", source.index("<svg")) + 1 : source.rindex("</svg>")]
    inner = re.sub(r'\s*<path stroke="none" d="M0 0h24v24H0z" fill="none" ?/>', "", inner)
    inner = re.sub(r">\s+<", "><", inner).strip()
    return f'<symbol id="{name}" viewBox="0 0 24 24">{inner}</symbol>'


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "install", "--silent", "--prefix", folder, *PACKAGES], check=True)
        modules = Path(folder) / "node_modules"
        css = VENDOR / "bootstrap" / "bootstrap.css"
        source = ROOT / "tools" / "bootstrap.scss"
        subprocess.run(
            [
                modules / ".bin" / "sass",
                f"--load-path={modules}",
                "--style=compressed",
                "--no-source-map",
                "--quiet",
                f"{source}:{css}",
            ],
            check=True,
        )
        shutil.copy(modules / "bootstrap" / "LICENSE", VENDOR / "bootstrap" / "LICENSE")
        fraunces = modules / "@fontsource" / "fraunces"
        shutil.copy(fraunces / "LICENSE", VENDOR / "fraunces" / "LICENSE")
        (Path(folder) / "subset.mjs").write_text(SUBSET)
        for face, ranges in FACES.items():
            name = f"fraunces-{face}-600.woff2"
            whole = fraunces / "files" / f"fraunces-{face}-600-normal.woff2"
            command = ["node", "subset.mjs", str(whole), str(VENDOR / "fraunces" / name), json.dumps(ranges)]
            subprocess.run(command, check=True, cwd=folder)
        tabler = modules / "@tabler" / "icons"
        shutil.copy(tabler / "LICENSE", VENDOR / "tabler" / "LICENSE")
        symbols = [symbol(name, (tabler / "icons" / "outline" / f"{name}.svg").read_text()) for name in ICONS]
    brand = (ROOT / "tools" / "brand.svg").read_text()
    brand = brand[brand.index("<symbol") : brand.rindex("</svg>")].strip()
    sprite = '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join([brand, *symbols]) + "\n</svg>\n"
    (ROOT / "static" / "icons.svg").write_text(sprite)


if __name__ == "__main__":
    main()
