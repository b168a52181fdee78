"""No test mixes a day that is written down with the real one: it would pass today and fail in spring."""

import ast
import re
from collections.abc import Collection
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = sorted(path.relative_to(ROOT) for path in ROOT.glob("[a-z]*/**/tests/test_*.py"))
#: What makes a day or a moment out of written numbers, and what asks for the real one.
WRITTEN = {"date", "datetime", "moment", "local", "fromisoformat"}
REAL = {"now", "localdate", "localtime", "today"}


def name_of(node: ast.AST) -> str:
    """`c` of `a.b.c(…)` and of `c(…)`."""
    if isinstance(node, ast.Call):
        return name_of(node.func)
    return getattr(node, "attr", getattr(node, "id", ""))


def asks_the_database(tree: ast.Module) -> bool:
    return any(
        (isinstance(node, ast.ImportFrom) and (node.module or "").endswith("factories"))
        or (isinstance(node, ast.Attribute) and node.attr == "django_db")
        for node in ast.walk(tree)
    )


def has_a_clock(scope: ast.AST) -> bool:
    """Whether the module, class or test is marked with the moment that it is lived at."""
    if isinstance(scope, ast.Module):
        marks: list[ast.AST] = [
            part
            for statement in scope.body
            if isinstance(statement, ast.Assign) and name_of(statement.targets[0]) == "pytestmark"
            for part in ast.walk(statement.value)
        ]
    else:
        marks = list(getattr(scope, "decorator_list", []))
    return any(isinstance(mark, ast.Call) and name_of(mark) == "clock" for mark in marks)


def is_written(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and name_of(node) in WRITTEN
        and any(isinstance(it, ast.Constant) for it in node.args)
    )


def borrowed(tree: ast.Module) -> set[str]:
    """What a module takes from other test modules that was made there with a day that is written down."""
    found = set()
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and ".tests." in (node.module or ""):
            other = ast.parse((ROOT / f"{str(node.module).replace('.', '/')}.py").read_text())
            taken = {alias.name for alias in node.names}
            for statement in other.body:
                target = getattr(statement, "targets", [statement])[0]
                name = getattr(target, "name", None) or name_of(target)
                if name in taken and any(map(is_written, ast.walk(statement))):
                    found.add(name)
    return found


def without_a_clock(
    scope: ast.AST, *, inside_a_test: bool = False, written: Collection[str] = ()
) -> list[int]:
    """The lines on which a day is written down, one of `written` stands, or the real day is asked for before
    a test began.
    """
    if has_a_clock(scope):
        return []
    found = []
    for node in ast.iter_child_nodes(scope):
        inside = inside_a_test or (isinstance(scope, ast.FunctionDef) and node not in scope.decorator_list)
        too_early = isinstance(node, ast.Call) and name_of(node) in REAL and not inside
        if is_written(node) or too_early or (isinstance(node, ast.Name) and node.id in written):
            found.append(node.lineno)  # type: ignore[attr-defined]  # a call or a name
        found += without_a_clock(node, inside_a_test=inside, written=written)
    return found


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_a_written_day_is_the_day_that_its_test_is_lived_at(module):
    tree = ast.parse((ROOT / module).read_text())
    assert not asks_the_database(tree) or without_a_clock(tree, written=borrowed(tree)) == []


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("NOW = datetime(2026, 11, 22)\ndef test(db): ...", [1]),
        ("NOW = datetime(2026, 11, 22)\npytestmark = [mark.django_db, mark.clock(NOW)]", []),
        ("def test():\n    assert page(at=moment(2026, 11, 22))", [2]),
        ("@mark.clock(NOW)\ndef test():\n    assert page(at=moment(2026, 11, 22))", []),
        ("NOW = timezone.now()", [1]),
        ("def test():\n    now = timezone.now()", []),
        ("@mark.parametrize('day', [timezone.localdate()])\ndef test(day): ...", [1]),
    ],
)
def test_what_is_found(source, lines):
    assert without_a_clock(ast.parse(source)) == lines


@pytest.mark.parametrize("module", [path.name for path in (ROOT / "e2e").glob("test_*.py")])
def test_no_browser_of_the_real_day_types_a_written_one(module):
    source = (ROOT / "e2e" / module).read_text()
    assert "StillEngine" in source or not re.search(r"\b20\d\d-\d\d-\d\d", source)


def test_a_day_that_another_module_wrote_is_found():
    tree = ast.parse(
        "from supporters.matching.tests.plain_matching import NOW, pool_of\ndef test(db):\n    pool_of(3)"
    )
    assert borrowed(tree) == {"NOW", "pool_of"}
    assert without_a_clock(tree, written=borrowed(tree)) == [3]
