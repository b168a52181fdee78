"""A name says one thing in the whole house: no two rooms have a public class of one name."""

import ast
from collections import defaultdict
from pathlib import Path

from django.conf import settings

ROOMS = ("hospital", "accounts", "notifications", "incidents", "supporters", "evaluations", "dashboards")
#: The same idea, said by each room of its own: somebody else was first; what Django looks for by name.
SAME_IDEA = {"Stale", "Command"}


def test_each_public_class_has_a_name_of_its_own():
    rooms: dict[str, set[str]] = defaultdict(set)
    for room in ROOMS:
        for path in (Path(settings.BASE_DIR) / room).rglob("*.py"):
            if {"tests", "migrations"} & set(path.parts):
                continue
            for node in ast.parse(path.read_text()).body:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    rooms[node.name].add(room)
    assert len(rooms) > 300
    assert {name: where for name, where in rooms.items() if len(where) > 1 and name not in SAME_IDEA} == {}
