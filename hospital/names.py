"""What the hospital calls its calamity committee and its analysis team, in a sentence and as a heading.

Both are typed as in a Dutch sentence ("de Calamiteitencommissie Patiëntenzorg"); empty, a plain word is used.
They are looked up while a request is answered or a task runs, once; outside of these (a migration, a command)
it is the plain word, and the database is left alone.
"""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from asgiref.local import Local
from django.db import connection
from django.utils.functional import lazy
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

COMMITTEE, ANALYSIS_TEAM = "committee", "analysis_team"
_PLAIN = {
    COMMITTEE: gettext_lazy("the calamity committee"),
    ANALYSIS_TEAM: gettext_lazy("the analysis team"),
}
_ARTICLE = re.compile(r"(de|het|the)\s+", re.IGNORECASE)
_local = Local()


def begin(**_signal: object) -> None:
    """A request or a task begins: from now on the hospital's own names are looked up."""
    _local.asks, _local.row = True, None


def end(**_signal: object) -> None:
    """It is over."""
    _local.asks = False


def told(committee: str, analysis_team: str) -> None:
    """The names as they were read along with something else: nobody looks them up again."""
    if getattr(_local, "asks", False):
        _local.row = {COMMITTEE: committee, ANALYSIS_TEAM: analysis_team}


def in_sentence(which: str) -> str:
    """With its article: "de Calamiteitencommissie Patiëntenzorg", in English "the …"."""
    plain = str(_PLAIN[which])
    given = _given(which)
    if not given:
        return plain
    article = _ARTICLE.match(given)
    if get_language() == "nl":
        own = article[1].lower() if article and article[1].lower() != "the" else plain.split(maxsplit=1)[0]
    else:
        own = "the"
    return f"{own} {_bare(given)}"


def as_heading(which: str) -> str:
    """Without its article, with a capital."""
    return str(capfirst(_bare(_given(which) or str(_PLAIN[which]))))


def _promise(words: Callable[[str], str], which: str) -> "StrPromise":
    return cast("StrPromise", lazy(words, str)(which))


#: As headings, and in a sentence; evaluated where they are shown.
committee, the_committee = _promise(as_heading, COMMITTEE), _promise(in_sentence, COMMITTEE)
analysis_team = _promise(as_heading, ANALYSIS_TEAM)
the_analysis_team = _promise(in_sentence, ANALYSIS_TEAM)


def _bare(name: str) -> str:
    return _ARTICLE.sub("", name, count=1) if _ARTICLE.match(name) else name


def _given(which: str) -> str:
    if not getattr(_local, "asks", False):
        return ""
    if _local.row is None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT committee, analysis_team FROM hospital_hospital WHERE id = 1")
            told(*(cursor.fetchone() or ("", "")))
    given: str = _local.row[which]
    return given.strip()
