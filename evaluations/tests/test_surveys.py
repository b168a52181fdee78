"""A questionnaire is taken into use, asked by one link and opened once; the pages around it.

Also covers evaluations.survey_views and evaluations.survey_forms.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import Mock
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, InternalError, transaction
from django.urls import reverse

from accounts.enums import Role
from accounts.models import AccessEvent
from accounts.tests.factories import UserFactory
from evaluations import batches, key_watch, opening, surveys
from evaluations.answers import NoBatchError
from evaluations.batch_keys import BatchKeyMissingError
from evaluations.models import Questionnaire, Survey, SurveyEnvelope, SurveyOpening
from evaluations.questionnaire_file import read
from evaluations.sealing import SEALED_BYTES
from evaluations.tasks import release

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=15)
DAYS: Mapping[str, Any] = {"starts_on": date(2026, 11, 20), "ends_on": date(2026, 12, 4)}
SAMPLE = Path(settings.BASE_DIR) / "static" / "samples" / "questionnaire-staff.csv"
pytestmark = [pytest.mark.django_db, pytest.mark.clock(NOW)]


@pytest.fixture
def coordinator(client):
    user = UserFactory(roles=[Role.COORDINATOR])
    client.force_login(user)
    return user


def loaded(**changes):
    definition = read(SAMPLE.read_bytes(), SAMPLE.name)
    return Questionnaire.objects.create(
        code=definition.code, content=definition.as_json(), loaded_at=NOW, **changes
    )


@pytest.fixture
def questionnaire():
    return surveys.take_into_use(questionnaire=loaded(), by=UserFactory(), at=NOW)


@pytest.fixture
def survey(questionnaire):
    found = surveys.begin(questionnaire=questionnaire, name="Surgery", by=UserFactory(), at=NOW, **DAYS)
    surveys.make_keys()
    found.refresh_from_db()
    return found


def answered(survey, count, answers=None):
    for _ in range(count):
        surveys.submit(survey=survey, answers=answers or {0: "1", 3: "4"}, at=NOW)


def test_a_questionnaire_in_use_never_changes_and_another_file_is_a_version_more(questionnaire):
    assert (questionnaire.version, questionnaire.used_at) == (1, NOW)
    again = surveys.take_into_use(questionnaire=questionnaire, by=UserFactory(), at=LATER)
    assert again.used_at == NOW
    assert surveys.take_into_use(questionnaire=loaded(), by=UserFactory(), at=LATER).version == 2
    for change in (
        lambda: Questionnaire.objects.filter(pk=questionnaire.pk).update(content={}),
        lambda: Questionnaire.objects.filter(pk=questionnaire.pk).delete(),
    ):
        with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
            change()
    assert AccessEvent.objects.filter(object_kind="questionnaire").count() == 2


def test_answers_are_sealed_in_envelopes_of_the_size_of_all(survey):
    answered(survey, 2)
    assert {len(bytes(one.sealed)) for one in SurveyEnvelope.objects.all()} == {SEALED_BYTES}
    assert [field.name for field in SurveyEnvelope._meta.get_fields()] == ["id", "survey", "sealed"]


def test_after_its_last_day_a_survey_is_opened_once_and_its_key_destroyed(survey):
    answered(survey, 12)
    surveys.open_due(at=NOW)
    assert not SurveyOpening.objects.exists()
    (opened,) = surveys.open_due(at=LATER)
    assert surveys.open_due(at=LATER) == []
    questions = surveys.definition_of(survey.questionnaire).questions
    assert set(opened.tables or ()) == {f"staff.1.{one.code}" for one in questions}
    assert not SurveyEnvelope.objects.exists()
    assert survey.id not in batches.keys().batches()
    with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
        SurveyOpening.objects.update(tables={})


@pytest.mark.parametrize("change", [{"questionnaire_id": uuid4()}, {"ends_on": date(2030, 1, 1)}])
def test_what_is_asked_and_until_when_never_changes(survey, change):
    with pytest.raises(IntegrityError), transaction.atomic():
        Survey.objects.filter(pk=survey.pk).update(**change)


def test_fewer_than_ten_go_unread(survey):
    answered(survey, 9)
    (opened,) = surveys.open_due(at=LATER)
    assert (opened.tables, SurveyEnvelope.objects.count()) == (None, 0)
    assert surveys.drawn(survey) is None


def test_the_keys_of_running_surveys_stay_when_others_are_destroyed(survey):
    batches.destroy_spent_keys()
    assert survey.id in batches.keys().batches()


def test_no_answer_is_taken_before_after_or_with_another_key(survey):
    for at in (NOW - timedelta(days=3), LATER):
        with pytest.raises(surveys.SurveyOver):
            surveys.submit(survey=survey, answers={0: "1"}, at=at)
    Survey.objects.update(public_key=b"k" * 32)
    with pytest.raises(NoBatchError):
        surveys.submit(survey=survey, answers={0: "1"}, at=NOW)
    assert not key_watch.watch(at=NOW)
    assert surveys.open_due(at=LATER) == []
    assert opening.mend(at=NOW) == opening.Repair.KEY_PUT_BACK
    survey.refresh_from_db()
    answered(survey, 1)


def test_a_survey_whose_key_is_gone_can_be_given_up(survey):
    answered(survey, 1)
    batches.keys().destroy(survey.id)
    assert opening.mend(at=NOW) == opening.Repair.GIVEN_UP
    with pytest.raises(surveys.SurveyOver):
        surveys.submit(survey=survey, answers={0: "1"}, at=NOW)


def test_keys_that_were_made_by_who_was_killed_then_are_used(questionnaire):
    survey = surveys.begin(questionnaire=questionnaire, name="X", by=UserFactory(), at=NOW, **DAYS)
    with pytest.raises(NoBatchError):
        surveys.submit(survey=survey, answers={0: "1"}, at=NOW)
    public = batches.keys().create(survey.id)
    assert (surveys.make_keys(), surveys.make_keys()) == (1, 0)
    survey.refresh_from_db()
    assert bytes(survey.public_key or b"") == public
    release()
    assert batches.can_open(survey)


def test_a_file_is_looked_at_taken_into_use_and_asked(client, coordinator):
    file = SimpleUploadedFile(SAMPLE.name, SAMPLE.read_bytes())
    response = client.post(reverse("questionnaires"), {"file": file}, follow=True)
    stored = Questionnaire.objects.get()
    assert stored.version is None
    assert "In the past year, did you live through something" in response.text
    for shown in (
        "Maakte je in het afgelopen jaar op je werk iets mee",
        "Het programma kennen",
        "its lowest answer counts as the highest",
        "1, in its dimension 5",
        "knows the programme",
    ):
        assert shown in response.text
    asked = {"name": "Surgery", "starts_on": "2026-11-22", "ends_on": "2026-12-04"}
    client.post(reverse("questionnaire", args=[stored.pk]), asked)
    assert not Survey.objects.exists()  # not in use
    client.post(reverse("questionnaire-use", args=[stored.pk]))
    response = client.post(reverse("questionnaire", args=[stored.pk]), asked, follow=True)
    survey = Survey.objects.get()
    assert not survey.everybody
    assert reverse("survey-form", args=[survey.pk]) in response.text
    listed = " ".join(client.get(reverse("questionnaires")).text.split())
    assert "Surgery" in listed
    assert "version 1, in use since 22 November 2026" in listed
    assert f"loaded on 22 November 2026 by {coordinator.name}" in listed
    for wrong in ({"ends_on": "2026-11-21"}, {"starts_on": "2026-11-01", "ends_on": "2026-11-02"}):
        response = client.post(reverse("questionnaire", args=[stored.pk]), {**asked, **wrong})
        assert list(response.context["form"].errors) == ["ends_on"]


@pytest.mark.parametrize(("sample", "asks"), [("staff", True), ("training", False)])
def test_only_of_a_questionnaire_for_the_staff_it_is_asked_whether_all_are_asked(
    client, coordinator, sample, asks
):
    file = SAMPLE.with_name(f"questionnaire-{sample}.csv")
    stored = surveys.load(read(file.read_bytes(), file.name), by=coordinator, at=NOW)
    surveys.take_into_use(questionnaire=stored, by=coordinator, at=NOW)
    page = client.get(reverse("questionnaire", args=[stored.pk])).text
    assert ("The whole staff is asked" in page) == asks
    asked = {"name": "All", "starts_on": "2026-11-22", "ends_on": "2026-12-04", "everybody": "on"}
    page = client.post(reverse("questionnaire", args=[stored.pk]), asked, follow=True).text
    assert Survey.objects.get().everybody == asks
    assert ("the whole staff" in page) == asks


def test_the_same_file_twice_is_loaded_once(client, coordinator):
    def post():
        file = SimpleUploadedFile(SAMPLE.name, SAMPLE.read_bytes())
        return client.post(reverse("questionnaires"), {"file": file}, follow=True)

    post()
    assert "Nothing was loaded: the same questionnaire is here since 22 November 2026" in post().text
    surveys.take_into_use(questionnaire=Questionnaire.objects.get(), by=coordinator, at=NOW)
    response = post()
    assert "Nothing was loaded: this is version 1" in response.text
    assert response.redirect_chain[-1][0] == reverse("questionnaire", args=[Questionnaire.objects.get().pk])


def test_a_wrong_file_is_told_by_line_and_column_and_nothing_is_loaded(client, coordinator):
    content = SAMPLE.read_text().replace("vraag;knew;Kende je peersupport al?", "vraag;knew;").encode()
    response = client.post(reverse("questionnaires"), {"file": SimpleUploadedFile("q.csv", content)})
    (problem,) = response.context["problems"]
    assert (problem.line, problem.column) == (14, "nederlands")
    assert not Questionnaire.objects.exists()


def test_what_is_not_in_use_can_be_thrown_away(client, coordinator, questionnaire):
    draft = loaded()
    for each in (draft, questionnaire):
        client.post(reverse("questionnaire-discard", args=[each.pk]))
    assert list(Questionnaire.objects.all()) == [questionnaire]


def test_whoever_has_the_link_answers_without_being_known(client, survey, django_assert_num_queries):
    client.force_login(UserFactory(name="Noor van den Berg"))
    address = reverse("survey-form", args=[survey.pk])
    page = client.get(address)
    assert "Noor" not in page.text
    assert "at least 10 envelopes" in page.text
    assert "10 people" not in page.text
    with django_assert_num_queries(7):
        response = client.post(address, {"q0": "1", "q3": "4"})
    assert response.url == reverse("survey-thanks")
    assert set(response.cookies) <= {settings.CSRF_COOKIE_NAME}
    assert "113" in client.get(response.url).text
    assert "Answer at least one" in client.post(address, {}).text
    assert client.post(address, {"q0": "7"}).status_code == 200
    assert SurveyEnvelope.objects.count() == 1


def test_a_link_that_is_not_whole_says_so_and_one_that_is_leads_to_its_survey(client, survey):
    address = reverse("survey-form", args=[survey.pk])
    for whole in (address.rstrip("/"), address.upper(), f"{address})."):
        assert client.get(whole).url == address, whole
    unknown = reverse("survey-form", args=[uuid4()])
    for cut in (address[:-6], address[:-30], "/evaluation/survey", "/Evaluation/Survey/x", unknown):
        page = client.get(cut)
        assert page.status_code == 404, cut
        assert "This link is not whole" in page.text
        assert "<form method" not in page.text.partition("<main")[2].partition("</main")[0]


def test_surveys_are_opened_also_where_the_evaluations_cannot_be(survey, monkeypatch):
    answered(survey, 12)
    monkeypatch.setattr("evaluations.tasks.timezone.now", lambda: LATER)
    monkeypatch.setattr("evaluations.tasks.open_due", Mock(side_effect=BatchKeyMissingError))
    with pytest.raises(BatchKeyMissingError):
        release()
    assert SurveyOpening.objects.exists()


def test_another_language_keeps_what_was_filled_in(client, survey):
    page = client.post(reverse("survey-form", args=[survey.pk]), {"q0": "1", "speak": "nl"}).text
    assert "Maakte je in het afgelopen jaar" in page
    assert 'value="1"' in page
    assert not SurveyEnvelope.objects.exists()


@pytest.mark.clock(LATER)
def test_after_the_last_day_the_link_says_so_and_the_page_has_the_result(client, coordinator, survey):
    assert "takes answers from" in client.get(reverse("survey-form", args=[survey.pk])).text
    answered(survey, 40, dict.fromkeys(range(2, 7), "4") | {0: "1", 1: "1"})
    page = client.get(reverse("survey", args=[survey.pk])).text.partition("<main")[2]
    assert "40" not in page.replace(str(survey.pk), "")
    surveys.open_due(at=LATER)
    page = client.get(reverse("survey", args=[survey.pk]))
    assert len(page.context["dimensions"]) == 3
    assert page.context["given"] in {30, 40, 50}
    assert "answers came in" in page.text
    assert page.text.count("turned round when counting") == 2
    assert page.text.count("where two numbers stand beside it") == 1


def test_what_the_whole_staff_was_asked_last_is_what_was_measured(questionnaire):
    for name, first, answer, everybody in (
        ("Older", 20, "0", True),
        ("Newer", 21, "1", True),
        ("One department", 22, "0", False),
        ("Unread", 22, "", True),
    ):
        days = {"starts_on": date(2026, 11, first), "ends_on": date(2026, 11, first + 2)}
        asked = surveys.begin(
            questionnaire=questionnaire, name=name, everybody=everybody, by=UserFactory(), at=NOW, **days
        )
        surveys.make_keys()
        asked.refresh_from_db()
        if answer:
            answered(asked, 100, {1: answer, 6: "4"})
    assert surveys.measured() == []
    surveys.open_due(at=LATER)
    knows, supported = surveys.measured()
    assert (knows.kind, knows.measure, knows.ends_on) == ("staff", "knows", date(2026, 11, 23))
    assert knows.table.cells["1"] > 50 > knows.table.cells["0"]
    assert supported.counting == ["4", "5"]
    assert surveys.kinds_in_use() == {"staff"}


@pytest.mark.clock(LATER)
def test_a_survey_with_too_few_says_so(client, coordinator, survey):
    surveys.open_due(at=LATER)
    assert "destroyed unread" in client.get(reverse("survey", args=[survey.pk])).text
