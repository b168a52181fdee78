"""A name says one thing in the whole house: no two modules have a public class of one name."""

import ast
from collections import defaultdict
from pathlib import Path

from django.conf import settings

ROOMS = ("hospital", "accounts", "notifications", "incidents", "supporters", "evaluations", "dashboards")
#: What Django looks for by name.
BY_NAME = {"Command"}


def test_each_public_class_has_a_name_of_its_own():
    where: dict[str, set[str]] = defaultdict(set)
    for room in ROOMS:
        for path in (Path(settings.BASE_DIR) / room).rglob("*.py"):
            if {"tests", "migrations"} & set(path.parts):
                continue
            for node in ast.parse(path.read_text()).body:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    where[node.name].add(str(path.relative_to(settings.BASE_DIR)))
    assert len(where) > 300
    assert {name: paths for name, paths in where.items() if len(paths) > 1 and name not in BY_NAME} == {}
