"""Nobody reads code words in the access log: each that the code writes has its word for people."""

import re
from pathlib import Path

from django.conf import settings

from accounts.access_log.words import has_place, has_word

SOURCES = [
    path.read_text()
    for room in ("accounts", "notifications", "incidents", "supporters", "evaluations", "dashboards")
    for path in (Path(settings.BASE_DIR) / room).rglob("*.py")
    if not {"tests", "migrations"} & set(path.parts)
]


def written(pattern):
    return {found for source in SOURCES for found in re.findall(pattern, source)}


def test_every_kind_and_every_reason_has_a_word():
    stored = written(r'(?:object_kind|basis)="([^"]+)"') | written(
        r'PolicyLog\("\w+", \w+, Role\.\w+, "[^"]+", "([^"]+)"'
    )
    assert len(stored) > 10
    assert {one for one in stored if not has_word(one)} == set()


def test_every_place_has_a_word():
    stored = written(r'(?:access_point|page)="([^"]+)"') | written(
        r'PolicyLog\("\w+", \w+, Role\.\w+, "([^"]+)"'
    )
    assert len(stored) > 20
    assert {one for one in stored if not has_place(one)} == set()
