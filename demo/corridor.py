"""Talks in the corridor that supporters noted in the past year."""

import uuid
from datetime import timedelta

from demo.timeline import Year
from demo.year import DAYS
from hospital.clock import local_day
from hospital.enums import ProfessionGroup
from incidents.enums import EventType
from supporters.corridor import talks
from supporters.enums import TalkLength

TALKS = 60


def talk(year: Year) -> None:
    """Some sixty, most of them with nurses and residents."""
    chance = year.chance
    for _ in range(TALKS):
        at = year.now - year.hours(1, 24 * (DAYS - talks.OLDEST))
        talks.note(
            key=uuid.UUID(int=chance.getrandbits(128), version=4),
            day=local_day(at) - timedelta(days=chance.choices((0, 1, 4), (7, 2, 1))[0]),
            profession_group=chance.choices(tuple(ProfessionGroup), (3, 6, 12, 2, 3, 2, 1, 1, 1))[0],
            event_type=chance.choices(tuple(EventType), (8, 3, 4, 1, 1, 1, 3, 1, 1, 1, 1, 2, 5))[0],
            length=chance.choices(tuple(TalkLength), (6, 5, 3, 1))[0],
            at=at,
        )
