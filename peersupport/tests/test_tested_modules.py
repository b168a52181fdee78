"""Whoever changes a module finds its test by its name: beside it, or by its path in a test module."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from peersupport.tests.test_class_names import ROOMS

ROOT = Path(settings.BASE_DIR)
#: Named after what they are, and in each room the same: tested by what somebody does on their pages.
SAME_IN_EACH_ROOM = {"views", "forms", "models", "apps", "urls", "places", "tasks", "enums", "admin"}
NO_MODULES = {"__init__", "conftest", "tests", "migrations", "management", "templatetags"}
PATH = re.compile(rf"\b(?:{'|'.join(ROOMS)})(?:\.\w+)+")


def dotted(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def modules() -> set[str]:
    """Every module of the rooms that is named after what it does."""
    paths = (dotted(path) for room in ROOMS for path in (ROOT / room).rglob("*.py"))
    return {path for path in paths if not {*path.split(".")} & (SAME_IN_EACH_ROOM | NO_MODULES)}


def read_tests() -> dict[str, ast.Module]:
    return {dotted(path): ast.parse(path.read_text()) for path in ROOT.glob("[a-z]*/**/test_*.py")}


def named(test: ast.Module) -> set[str]:
    """The paths in the docstring of a test module."""
    return set(PATH.findall(ast.get_docstring(test) or ""))


def imported(test: ast.Module) -> Iterator[str]:
    for node in ast.walk(test):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (node.module, *(f"{node.module}.{each.name}" for each in node.names))


def beside(module: str) -> str:
    room, _, name = module.rpartition(".")
    return f"{room}.tests.test_{name}"


def test_each_module_has_its_own_test_or_is_named_or_imported_in_one():
    found, every = read_tests(), modules()
    assert len(every) > 150
    said = {path for test in found.values() for path in (*named(test), *imported(test))}
    assert {module for module in every if beside(module) not in found and module not in said} == set()


def test_what_a_test_module_says_it_is_about_is_there():
    def is_there(path: str) -> bool:
        place = ROOT.joinpath(*path.split("."))
        return place.is_dir() or place.with_suffix(".py").exists()

    wrong = {
        (name, path)
        for name, test in read_tests().items()
        for path in named(test)
        if not is_there(path) and not is_there(path.rpartition(".")[0])
    }
    assert wrong == set()
