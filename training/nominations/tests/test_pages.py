"""The pages of nominations.

Also covers training.nominations.views.naming, training.nominations.views.candidates,
training.nominations.for_home, training.nominations.ordered, training.nominations.forms and
training.models.candidate.
"""

from datetime import UTC, date, datetime

import pytest
from django.urls import reverse

from accounts.enums import Role
from accounts.tests.factories import DepartmentFactory, ProfessionFactory, UserFactory
from supporters.tests.factories import SupporterFactory
from training.enums import CandidateState, Entry
from training.models import Candidate, MeetingSeat, PeerVote, TrainingPolicy
from training.nominations.views import candidates as views
from training.tests.factories import CandidateFactory, MeetingFactory, PeerVoteFactory

NOW = datetime(2026, 11, 18, 14, 0, tzinfo=UTC)
pytestmark = [pytest.mark.django_db, pytest.mark.clock(NOW)]
HOME, NOMINATE, LIST = reverse("home"), reverse("training:nominate"), reverse("training:candidates")


@pytest.fixture
def employee(client):
    user = UserFactory()
    client.force_login(user)
    return user


@pytest.fixture
def coordinator(client):
    user = UserFactory(roles=[Role.COORDINATOR], office=True)
    client.force_login(user)
    return user


def test_from_home_a_colleague_is_found_and_named(client, employee):
    colleague = UserFactory(name="Hanneke Jansma")
    assert NOMINATE in client.get(HOME).text
    assert f"user={colleague.pk}" in client.post(NOMINATE, {"q": "hanneke"}, follow=True).text
    assert "Name this colleague" in client.get(NOMINATE, {"user": colleague.pk}).text
    answers = {
        client.post(NOMINATE, {"user": colleague.pk}, follow=True).text.count("Thank you") for _ in "ab"
    }
    assert answers == {1}
    assert Candidate.objects.get().named == 1


def test_what_became_of_a_colleague_makes_no_difference_to_the_answer(client, employee):
    others = [
        CandidateFactory(declined=True).user,
        SupporterFactory(trained=True).user,
        UserFactory(),
    ]
    said = {client.post(NOMINATE, {"user": one.pk}, follow=True).text.split("<main", 1)[1] for one in others}
    assert len({text.split("Thank you", 1)[1][:60] for text in said}) == 1


@pytest.mark.parametrize(
    ("who", "words"),
    [
        ({"partner": True}, "cannot be named here"),
        ({"leaver": True}, "no longer works here"),
        ({"roles": [Role.COORDINATOR]}, "does not go with"),
    ],
)
def test_who_cannot_be_named_is_told_kindly(client, employee, who, words):
    assert words in client.post(NOMINATE, {"user": UserFactory(**who).pk}, follow=True).text
    assert "cannot name yourself" in client.post(NOMINATE, {"user": employee.pk}, follow=True).text


def test_applying_is_there_where_the_hospital_lets_people(client, employee):
    assert reverse("training:apply") not in client.get(NOMINATE).text
    TrainingPolicy.objects.create(entry=Entry.APPLICATION)
    page = client.get(NOMINATE).text
    assert reverse("training:apply") in page
    assert "Name or department" not in page
    client.post(reverse("training:apply"))
    assert Candidate.objects.get().state == CandidateState.WILLING


def test_a_vote_stands_on_the_home_page_until_it_is_cast(client, employee):
    colleague = UserFactory(department=employee.department)
    vote = PeerVoteFactory(department=employee.department)
    page = reverse("training:vote", args=[vote.pk])
    assert page in client.get(HOME).text
    assert [one.pk for one in client.get(page).context["form"].fields["choice"].queryset] == [colleague.pk]
    client.post(page, {"choice": colleague.pk})
    assert page not in client.get(HOME).text
    assert "You have voted" in client.get(page).text
    assert "voted already" in client.post(page, {"choice": colleague.pk}, follow=True).text


def test_who_is_asked_answers_and_says_no_more(client, employee):
    CandidateFactory(user=employee, asked=True)
    asked = reverse("training:asked")
    assert asked in client.get(HOME).text
    assert "Yes, gladly" in client.get(asked).text
    client.post(asked, {"answer": "no"})
    assert Candidate.objects.get().state == CandidateState.DECLINED
    assert "Nothing is asked of you now" in client.get(asked).text
    assert asked not in client.get(HOME).text


def test_whom_the_pool_needs_stands_before_who_has_most_names(client, coordinator):
    physician, nurse = ProfessionFactory(physician=True), ProfessionFactory()
    ward = DepartmentFactory()
    SupporterFactory.create_batch(3, trained=True, user__profession=nurse, user__department=ward)
    popular = CandidateFactory(named=9, user__profession=nurse, user__department=ward)
    needed = CandidateFactory(user__profession=physician)
    CandidateFactory(user=SupporterFactory().user)
    page = client.get(LIST)
    assert [row.candidate for row in page.context["rows"]] == [needed, popular]
    assert "profession short" in page.text


def test_the_list_goes_on_behind_its_last(client, coordinator, monkeypatch):
    monkeypatch.setattr(views, "PAGE", 2)
    everybody = {each.pk for each in CandidateFactory.create_batch(5)}
    seen, page = [], client.get(LIST)
    while True:
        seen += [row.candidate.pk for row in page.context["rows"]]
        if not page.context["further"]:
            break
        page = client.get(LIST + page.context["further"])
    assert len(seen) == 5
    assert {*seen} == everybody


def test_many_candidates_cost_no_more_queries_than_few(client, coordinator, django_assert_num_queries):
    for _few_then_many in range(2):
        CandidateFactory.create_batch(5)
        client.get(LIST)
        with django_assert_num_queries(17):
            client.get(LIST)


def test_asking_inviting_and_what_cannot_be(client, coordinator):
    candidate, day = CandidateFactory(), MeetingFactory()
    ask = reverse("training:ask", args=[candidate.pk])
    assert "is asked. You hear" in client.post(ask, follow=True).text
    assert "was asked already" in client.post(ask, follow=True).text
    willing = CandidateFactory(willing=True)
    invite = reverse("training:invite-candidate", args=[willing.pk])
    assert "Choose a training day first" in client.post(invite, {"meeting": "x"}, follow=True).text
    assert "invited to a training day" in client.post(invite, {"meeting": day.pk}, follow=True).text
    assert MeetingSeat.objects.get().user == willing.user
    gone = CandidateFactory(user__leaver=True)
    assert "can no longer be asked" in client.post(reverse("training:ask", args=[gone.pk]), follow=True).text


def test_heads_and_departments_are_asked(client, coordinator):
    UserFactory(roles=[Role.TEAM_LEADER])
    assert "1 head of department is asked" in client.post(reverse("training:ask-heads"), follow=True).text
    assert "asked today already" in client.post(reverse("training:ask-heads"), follow=True).text
    ward, page = DepartmentFactory(), reverse("training:open-vote")
    assert "It is counted by itself" in client.get(page).text
    late = client.post(page, {"department": ward.pk, "closes_on": "2026-11-18"})
    assert late.context["form"].errors["closes_on"]
    client.post(page, {"department": ward.pk, "closes_on": "2026-11-30"})
    assert PeerVote.objects.get().closes_on == date(2026, 11, 30)
    again = client.post(page, {"department": ward.pk, "closes_on": "2026-11-30"})
    assert again.context["form"].errors["department"]
    assert "votes now" in client.get(LIST).text
