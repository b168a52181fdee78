"""A room knows no address of a room to its right, neither in its code nor in its templates."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.urls import URLResolver, get_resolver

ROOMS = ["hospital", "accounts", "notifications", "incidents", "supporters", "evaluations", "dashboards"]
ROOT = Path(settings.BASE_DIR)


def owners(resolver: URLResolver, space: str = "") -> Iterator[tuple[str, str]]:
    """The name of each address, with the room whose view answers there."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from owners(pattern, f"{space}{pattern.namespace}:" if pattern.namespace else space)
        elif pattern.name:
            yield f"{space}{pattern.name}", pattern.callback.__module__.partition(".")[0]


OWNER = {name: room for name, room in owners(get_resolver()) if room in ROOMS}


def strings(path: Path) -> Iterator[str]:
    """What the code says, its docstrings aside."""
    tree = ast.parse(path.read_text())
    said = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in said:
            yield node.value


def named(room: str) -> Iterator[tuple[Path, str]]:
    """Each address that the code and the templates of `room` name."""
    for path in sorted((ROOT / room).rglob("*.py")):
        if not {"tests", "migrations"} & set(path.parts):
            yield from ((path, text) for text in strings(path) if text in OWNER)
    for path in sorted((ROOT / "templates" / room).rglob("*.html")):
        found = re.findall(r"{% url [\"']([\w:-]+)[\"']", path.read_text())
        yield from ((path, name) for name in found if name in OWNER)


def test_no_room_names_an_address_of_a_room_to_its_right():
    assert len(OWNER) > 80
    foreign = [
        f"{path.relative_to(ROOT)}: {name}"
        for room in ROOMS
        for path, name in named(room)
        if ROOMS.index(OWNER[name]) > ROOMS.index(room)
    ]
    assert foreign == []
