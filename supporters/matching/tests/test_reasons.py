import pytest
from django.utils import translation

from supporters.enums import ReasonCode
from supporters.matching.reasons import Reason, say

WORDS = [
    (Reason(ReasonCode.SAME_PROFESSION, True), "same profession"),
    (Reason(ReasonCode.OTHER_PROFESSION, False, name="Porter"), "other profession: Porter"),
    (Reason(ReasonCode.OTHER_DEPARTMENT, True, name="ICU"), "other department: ICU"),
    (Reason(ReasonCode.OTHER_DEPARTMENT, True), "other department"),
    (Reason(ReasonCode.OPEN_CONTACTS, True), "no open contacts"),
    (Reason(ReasonCode.OPEN_CONTACTS, False, number=1), "1 open contact"),
    (Reason(ReasonCode.OPEN_CONTACTS, False, number=2), "2 open contacts"),
    (Reason(ReasonCode.LAST_ASKED, False, number=0), "last asked less than a day ago"),
    (Reason(ReasonCode.LAST_ASKED, False, number=1), "last asked 1 day ago"),
    (Reason(ReasonCode.LAST_ASKED, True, number=34), "last asked 34 days ago"),
    (Reason(ReasonCode.NEVER_ASKED, True), "never asked yet"),
    (Reason(ReasonCode.LANGUAGE, True, name="nl"), "speaks Dutch"),
    (Reason(ReasonCode.OTHER_LANGUAGE, False, name="xx"), "does not speak xx"),
    (Reason(ReasonCode.MORE_EXPERIENCE, True, number=12), "12 years longer in the profession"),
    (Reason(ReasonCode.LESS_EXPERIENCE, False, number=1), "1 year shorter in the profession"),
    (Reason(ReasonCode.OUTSIDE, True), "from outside the hospital, as asked"),
    (Reason(ReasonCode.OUTSIDE, False), "from outside the hospital"),
]


@pytest.mark.parametrize(("reason", "words"), WORDS)
def test_reasons_are_said_in_plain_words(reason, words):
    with translation.override("en"):
        assert say(reason) == words
