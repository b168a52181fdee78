"""The days on which a hospital's offices work. Pure."""

from datetime import date
from functools import lru_cache


def is_working_day(day: date) -> bool:
    """Whether `day` is neither Saturday, Sunday nor a legal holiday."""
    return day.weekday() < 5 and day not in legal_holidays(day.year)


@lru_cache(maxsize=64)
def legal_holidays(year: int) -> frozenset[date]:
    """The days of article 3 (1) and (2) of the Algemene termijnenwet."""
    import holidays  # only here: it takes a fifth of a second to load

    # The package knows 5 May as a day off in every fifth year only; for terms it counts in all.
    return frozenset(holidays.country_holidays("NL", years=year)) | {date(year, 5, 5)}
