"""Rebuild what `static/` holds of other people's work: Bootstrap's stylesheet and the icon sprite.

Needs npm; run from the project's root: `python tools/vendor.py`. The result is committed, so neither
running nor testing Peersupport needs npm. To add an icon, add its Tabler name to tools/icons.txt first.
"""

import re
import shutil
import subprocess
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENDOR = ROOT / "static" / "vendor"
PACKAGES = ["bootstrap@5.3.9", "@tabler/icons@3.51.0", "sass@1"]
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
        tabler = modules / "@tabler" / "icons"
        shutil.copy(tabler / "LICENSE", VENDOR / "tabler" / "LICENSE")
        symbols = [symbol(name, (tabler / "icons" / "outline" / f"{name}.svg").read_text()) for name in ICONS]
    brand = (ROOT / "tools" / "brand.svg").read_text()
    brand = brand[brand.index("<symbol") : brand.rindex("</svg>")].strip()
    sprite = '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join([brand, *symbols]) + "\n</svg>\n"
    (ROOT / "static" / "icons.svg").write_text(sprite)


if __name__ == "__main__":
    main()
