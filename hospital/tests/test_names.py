"""What the hospital calls its calamity committee and analysis team, on every page, in every sentence."""

import pytest
from django.utils.translation import override

from hospital import names
from hospital.models import Hospital
from hospital.names import ANALYSIS_TEAM, COMMITTEE

CCP, CAT = "de Calamiteitencommissie Patiëntenzorg (CCP)", "Het calamiteitenanalyseteam"


@pytest.fixture
def named(db):
    Hospital.objects.update_or_create(id=1, defaults={"committee": CCP, "analysis_team": CAT})
    names.begin()
    yield
    names.end()


@pytest.mark.parametrize(
    ("language", "which", "sentence", "heading"),
    [
        ("nl", COMMITTEE, "de calamiteitencommissie", "Calamiteitencommissie"),
        ("nl", ANALYSIS_TEAM, "het analyseteam", "Analyseteam"),
        ("en", COMMITTEE, "the calamity committee", "Calamity committee"),
        ("en", ANALYSIS_TEAM, "the analysis team", "Analysis team"),
    ],
)
def test_without_a_name_of_its_own_there_is_a_plain_word(language, which, sentence, heading):
    """Also where nothing may ask the database: outside of a request."""
    with override(language):
        assert (names.in_sentence(which), names.as_heading(which)) == (sentence, heading)


@pytest.mark.parametrize(
    ("language", "which", "sentence", "heading"),
    [
        ("nl", COMMITTEE, CCP, "Calamiteitencommissie Patiëntenzorg (CCP)"),
        ("nl", ANALYSIS_TEAM, "het calamiteitenanalyseteam", "Calamiteitenanalyseteam"),
        (
            "en",
            COMMITTEE,
            "the Calamiteitencommissie Patiëntenzorg (CCP)",
            "Calamiteitencommissie Patiëntenzorg (CCP)",
        ),
        ("en", ANALYSIS_TEAM, "the calamiteitenanalyseteam", "Calamiteitenanalyseteam"),
    ],
)
def test_the_hospitals_own_name_stands_in_both_languages(named, language, which, sentence, heading):
    with override(language):
        assert (names.in_sentence(which), names.as_heading(which)) == (sentence, heading)


def test_a_name_without_its_article_gets_one(named):
    Hospital.objects.update(committee="CCP", analysis_team="CAT")
    names.begin()
    with override("nl"):
        assert (names.in_sentence(COMMITTEE), names.in_sentence(ANALYSIS_TEAM)) == ("de CCP", "het CAT")


def test_is_looked_up_once_in_a_request(named, django_assert_num_queries):
    names.begin()
    with django_assert_num_queries(1):
        for _ in range(5):
            assert names.as_heading(COMMITTEE)
            assert str(names.the_analysis_team)
