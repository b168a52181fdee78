"""What the database refuses is told by names, and in one place."""

import ast
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, transaction

from hospital.models import Location
from hospital.refused import constraint_of, saying

ROOT = Path(__file__).parents[2]
#: Of the product: what is installed, without its tests.
MODULES = sorted(
    path
    for path in ROOT.glob("[a-z]*/**/*.py")
    if not {"tests", "migrations", "benchmarks", "e2e", "tools"} & set(path.relative_to(ROOT).parts)
)


class Taken(Exception):
    pass


def caught(tree: ast.AST) -> list[int]:
    """The lines on which an IntegrityError is caught."""
    handlers = [node.type for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler) and node.type]
    named = [name for handler in handlers for name in ast.walk(handler)]
    return [
        name.lineno
        for name in named
        if isinstance(name, ast.Name | ast.Attribute)
        and getattr(name, "attr", getattr(name, "id", "")) == "IntegrityError"
    ]


def meant(tree: ast.Module) -> set[str]:
    """The constraints that are said in words of the domain: the keys of what is given to `saying`."""
    known = {
        target.id: value
        for statement in tree.body
        if isinstance(statement, ast.Assign | ast.AnnAssign)
        for target, value in [(getattr(statement, "target", None) or statement.targets[0], statement.value)]  # type: ignore[union-attr]  # one has the one, the other the other
        if isinstance(target, ast.Name)
    }
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "saying":
            (given,) = node.args
            table = known.get(given.id) if isinstance(given, ast.Name) else given
            assert isinstance(table, ast.Dict), ast.unparse(node)
            found |= {ast.literal_eval(key) for key in table.keys if key}
    return found


def test_no_other_module_takes_a_refusal_for_one_meaning():
    catching = [path.relative_to(ROOT) for path in MODULES if caught(ast.parse(path.read_text()))]
    assert catching == [Path("hospital/refused.py")]


@pytest.mark.django_db
def test_the_constraints_that_have_a_meaning_exist():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint UNION SELECT relname FROM pg_class WHERE relkind = 'i'"
        )
        there = {name for (name,) in cursor.fetchall()}
    named = {name for path in MODULES for name in meant(ast.parse(path.read_text()))}
    assert named - there == set()
    assert {"contact_one_open_per_offer", "supporters_supporter_user_id_key", "talk_held_once"} <= named


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("try: ...\nexcept IntegrityError: ...", [2]),
        ("try: ...\nexcept (KeyError, django.db.IntegrityError) as error: ...", [2]),
        ("try: ...\nexcept KeyError: ...", []),
    ],
)
def test_what_is_found(source, lines):
    assert caught(ast.parse(source)) == lines


@pytest.mark.django_db
class TestSaying:
    def test_what_the_constraint_means_is_raised_and_nothing_is_kept(self):
        Location.objects.create(name="West")

        def make():
            with saying({"location_name_once": Taken}):
                Location.objects.create(name="North")
                Location.objects.create(name="west")

        with pytest.raises(Taken) as raised:
            make()
        assert isinstance(raised.value.__cause__, IntegrityError)
        assert not Location.objects.filter(name="North").exists()

    def test_what_another_constraint_refuses_stays_what_it_is(self):
        Location.objects.create(name="West")
        with pytest.raises(IntegrityError) as raised, saying({"release_period_once": Taken}):
            Location.objects.create(name="west")
        assert constraint_of(raised.value) == "location_name_once"

    def test_a_name_in_the_text_is_no_constraint(self):
        Location.objects.create(name="release_period_once")
        with pytest.raises(IntegrityError), saying({"release_period_once": Taken}):
            Location.objects.create(name="Release_Period_Once")

    def test_what_a_trigger_refuses_has_no_constraint(self):
        refuse = "DO $$ BEGIN RAISE 'append-only' USING ERRCODE = 'integrity_constraint_violation'; END $$"
        with pytest.raises(IntegrityError) as raised, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(refuse)
        assert constraint_of(raised.value) == ""
