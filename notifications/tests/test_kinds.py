"""What a kind may say of itself, and what every kind of the house does say."""

import pytest
from django.urls import reverse

from notifications import kinds
from notifications.enums import Group
from notifications.kinds import Kind


def nobody(_user, _subject):
    return False


@pytest.mark.parametrize(
    "fields",
    [
        {"group": Group.NEWS},
        {"digest": "%(count)d"},
        {"group": Group.NEWS, "digest": "%(count)d", "urgent": True},
        {"group": Group.NEWS, "digest": "%(count)d", "legal": True},
        {"legal": True},
    ],
)
def test_kind_that_contradicts_itself_is_refused(fields):
    with pytest.raises(ValueError, match=r"^x: "):
        Kind("x", "", nobody, **fields)


def test_terms_of_the_law_and_what_cannot_wait_are_always_mailed():
    assert Kind("x", "", nobody, legal=True, group=Group.DEADLINES).always_mailed
    assert Kind("x", "", nobody, urgent=True).always_mailed
    assert not Kind("x", "", nobody).always_mailed


def test_every_bundle_of_the_house_leads_to_a_page_and_counts():
    bundles = [kind.bundle for kind in kinds.registered() if kind.bundle]
    assert bundles
    for bundle in bundles:
        assert reverse(bundle.page)
        assert "7" in bundle.line % {"count": 7}


def test_code_is_registered_once():
    with pytest.raises(ValueError, match="registered twice"):
        kinds.register(kinds.registered()[0])
