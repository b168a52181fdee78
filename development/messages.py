"""The interface's texts: English in the code, Dutch in locale/nl, collected without the gettext programs.

``python -m development.messages``            brings each django.po up to date with the code
``python -m development.messages --compile``  writes the django.mo that Django reads (not in git)
``python -m development.messages --check``    names every text that is not, or not well, translated

A catalog is sorted by its texts and carries no places and no dates, so that branches seldom clash.
"""

import argparse
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.template.base import DebugLexer, TokenType
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
LOCALES = ROOT / "locale"
LANGUAGES = ("nl",)  # besides English, which is in the code
SKIPPED = {
    ".venv",
    ".data",
    ".git",
    "staticfiles",
    "tests",
    "migrations",
    "e2e",
    "attacks",
    "benchmarks",
    "tools",
    "look",
}

KEYWORDS: Mapping[str, tuple[int | tuple[int, str], ...] | None] = {
    name + lazy: places
    for name, places in {
        "gettext": None,
        "ngettext": (1, 2),
        "pgettext": ((1, "c"), 2),
        "npgettext": ((1, "c"), 2, 3),
    }.items()
    for lazy in ("", "_lazy")
} | {"_": None, "gettext_noop": None}

HEADER = """\
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""

SPOKEN_ATTRIBUTES = {"alt", "title", "placeholder", "aria-label", "aria-description", "aria-roledescription"}
# What an included component shows: {% include "…" with label="…" %}
SPOKEN_ARGUMENTS = re.compile(
    r'\b(label|title|text|heading|hint|message|caption|alt)="([A-Z][^"]+|[^"]*[^\W\d_]\s[^"]*)"'
)
CLASS_BLOCK = re.compile(r"block \w*class")
WORDMARK = "Peersupport"
SILENT_ELEMENTS = {"script", "style", "kbd", "code"}
VOID_ELEMENTS = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"}
LETTER = re.compile(r"[^\W\d_]")
PLACEHOLDER = re.compile(r"%\((\w+)\)|\{(\w*)[^{}]*\}|%[sd]")

Key = tuple[str, str | None]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m development.messages", description=__doc__)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--compile", action="store_true", help="write django.mo")
    what.add_argument("--check", action="store_true", help="name what is not translated")
    arguments = parser.parse_args()
    if arguments.compile:
        compile_catalogs()
        return 0
    if arguments.check:
        complaints = [*catalog_problems(), *bare_texts()]
        print("\n".join(complaints))
        return 1 if complaints else 0
    for path in catalogs():
        new = update(path)
        print(
            f"{path.relative_to(ROOT)}: {len(new)} texts, {sum(not done(message) for message in new)} to do"
        )
    return 0


# Collecting.


def sources(suffixes: Iterable[str]) -> Iterator[Path]:
    """The files with texts for people, in a stable order."""
    for path in sorted(ROOT.rglob("*")):
        if path.suffix in suffixes and not SKIPPED & set(path.relative_to(ROOT).parts):
            yield path


def texts() -> Catalog:
    """Every text in the code, untranslated."""
    catalog = Catalog()
    for path in sources({".py", ".html", ".txt"}):
        if path.suffix != ".py" and "templates" not in path.relative_to(ROOT).parts:
            continue
        source = path.read_text()
        if path.suffix != ".py":
            # Python of sorts; its indentation is the template's.
            source = "\n".join(map(str.lstrip, templatize(source, origin=str(path)).split("\n")))
        for _line, text, comments, context in extract(
            "python",
            BytesIO(source.encode()),
            KEYWORDS,
            comment_tags=("Translators:",),
            strip_comment_tags=True,
        ):
            catalog.add(text, context=context, auto_comments=comments)
    return catalog


def catalogs() -> list[Path]:
    """The catalog of each language."""
    return [LOCALES / language / "LC_MESSAGES" / "django.po" for language in LANGUAGES]


def language_of(path: Path) -> str:
    return path.parent.parent.name


def read(path: Path) -> Catalog:
    if not path.exists():
        return Catalog(locale=language_of(path))
    with path.open("rb") as file:
        return read_po(file, locale=language_of(path))


def update(path: Path) -> Catalog:
    """Bring `path` up to date: new texts added, obsolete ones dropped, translations kept."""
    old = read(path)
    new = Catalog(locale=language_of(path))
    for message in texts():
        if message.id:
            known = old.get(singular(message), message.context)
            translation = known.string if known and known.pluralizable == message.pluralizable else None
            new.add(
                message.id,
                translation or ("", "") if message.pluralizable else translation,
                context=message.context,
                auto_comments=message.auto_comments,
                flags=message.flags | ({"fuzzy"} if known and known.fuzzy else set()),
            )
    body = BytesIO()
    write_po(body, new, no_location=True, omit_header=True, sort_output=True, width=110)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEADER.format(language=language_of(path)) + body.getvalue().decode().lstrip("\n"))
    return read(path)


def compile_catalogs() -> None:
    """Write the django.mo beside every django.po that is newer."""
    for path in catalogs():
        compiled = path.with_suffix(".mo")
        if path.exists() and (not compiled.exists() or compiled.stat().st_mtime < path.stat().st_mtime):
            # Under a name of its own: the processes of a test run may all find it old at once.
            partly = compiled.with_suffix(f".mo.{os.getpid()}")
            with partly.open("wb") as file:
                write_mo(file, read(path))
            partly.replace(compiled)


# Checking.


def catalog_problems() -> Iterator[str]:
    """Each text of the code that a language lacks, or has with other placeholders."""
    wanted = {key(message): message for message in texts() if message.id}
    for path in catalogs():
        language = language_of(path)
        catalog = read(path)
        known = {key(message): message for message in catalog if message.id}
        for text in wanted.keys() - known.keys():
            yield f"{language}: not in the catalog, run `make messages`: {text[0]!r}"
        for text in known.keys() - wanted.keys():
            yield f"{language}: no longer in the code, run `make messages`: {text[0]!r}"
        for text in sorted(wanted.keys() & known.keys(), key=str):
            message = known[text]
            if message.fuzzy or not done(message):
                yield f"{language}: not translated: {text[0]!r}"
            elif not same_placeholders(message):
                yield f"{language}: other placeholders than its source: {text[0]!r}"


def key(message: Message) -> Key:
    return singular(message), message.context


def singular(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def done(message: Message) -> bool:
    return not message.id or all(translations(message))


def translations(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string or [""])


def same_placeholders(message: Message) -> bool:
    """A form may leave a placeholder out ("one day" for "%(days)s day"), but not bring one of its own."""
    ids = [message.id] if isinstance(message.id, str) else message.id
    strings = translations(message)
    wanted = set().union(*(placeholders(text) for text in ids))
    if len(ids) == 1:
        return placeholders(strings[0]) == wanted
    return all(placeholders(text) <= wanted for text in strings)


def placeholders(text: str) -> set[str]:
    return {match.group() for match in PLACEHOLDER.finditer(text.replace("%%", ""))}


def bare_texts() -> Iterator[str]:
    """Each text in a template that no translation tag holds."""
    for path in sources({".html", ".txt"}):
        if "templates" in path.relative_to(ROOT).parts:
            for line, text in bare_texts_of(path.read_text(), is_html=path.suffix == ".html"):
                yield f"{path.relative_to(ROOT)}:{line}: not translatable: {text!r}"


def bare_texts_of(template: str, *, is_html: bool = True) -> list[tuple[int, str]]:
    """Line and text of what `template` says outside translation tags.

    Left alone: what has ``translate="no"`` or a fixed language of its own (``lang="nl"``), and the wordmark.
    """
    found: list[tuple[int, str]] = []
    rest: list[str] = []
    inside: str | None = None
    for token in DebugLexer(template).tokenize():
        name = token.contents.split(maxsplit=1)[0] if token.contents.strip() else ""
        start, end = token.position or (0, 0)  # DebugLexer always knows
        newlines = "\n" * template[start:end].count("\n")
        if inside:
            rest.append(newlines)
            if token.token_type == TokenType.BLOCK and name == f"end{inside}":
                inside = None
        elif token.token_type == TokenType.TEXT:
            rest.append(token.contents)
        else:
            rest.append(newlines)
            if token.token_type == TokenType.BLOCK:
                if name in {"blocktranslate", "blocktrans", "comment", "verbatim"} or CLASS_BLOCK.fullmatch(
                    token.contents
                ):
                    inside = name
                found += [
                    (token.lineno or 0, said.group(2)) for said in SPOKEN_ARGUMENTS.finditer(token.contents)
                ]
    if is_html:
        page = _Page()
        page.feed("".join(rest))
        found += page.found
    else:
        lines = enumerate("".join(rest).split("\n"), 1)
        found += [(number, line.strip()) for number, line in lines if _says_something(line)]
    return sorted(found)


class _Page(HTMLParser):
    """Collects what a template's HTML says by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[int, str]] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        silent = tag in SILENT_ELEMENTS or self._silent() or ("translate", "no") in attrs
        silent = silent or any(name == "lang" and value for name, value in attrs)
        if not silent:
            for name, value in attrs:
                if name in SPOKEN_ATTRIBUTES and _says_something(value or ""):
                    self.found.append((self.getpos()[0], f"{name}={value}"))
        if tag not in VOID_ELEMENTS:
            self._open.append((tag, silent))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID_ELEMENTS:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        # A template may close what another one opened.
        if any(tag == name for name, _silent in self._open):
            while self._open.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        if _says_something(data) and not self._silent():
            self.found.append((self.getpos()[0], " ".join(data.split())))

    def _silent(self) -> bool:
        return any(silent for _tag, silent in self._open)


def _says_something(text: str) -> bool:
    return LETTER.search(text.replace(WORDMARK, "")) is not None


if __name__ == "__main__":
    sys.exit(main())
