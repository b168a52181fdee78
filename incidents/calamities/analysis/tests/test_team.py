"""The analysis team of a calamity: who may be on it, and who hears of it."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from accounts.enums import Role
from accounts.models import AccessEvent
from accounts.tests.factories import DepartmentFactory, ProfessionFactory, UserFactory
from incidents.calamities import milestones
from incidents.calamities.analysis import team, team_reminders
from incidents.calamities.analysis.team import AlreadyOnTeam, BreaksRules, NotFree, PlaceEnded, TeamFull
from incidents.enums import EventType, IncidentKind, Step, TeamRule
from incidents.models import Incident, Milestone, TeamMember
from incidents.reports import report_writer
from notifications.models import Reminder
from notifications.reminders import kinds
from notifications.reminders.reconcile import reconcile
from notifications.tests.factories import AbsenceFactory

NOTICED = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
AT = NOTICED + timedelta(hours=2)
pytestmark = [pytest.mark.django_db, pytest.mark.clock(AT)]


def reported(**changes):
    given = {"department": DepartmentFactory(), "involved": [], "reporter": UserFactory(), **changes}
    return report_writer.report_incident(
        kind=IncidentKind.CALAMITY,
        event_type=EventType.SAFETY,
        submission_key=None,
        noticed_at=NOTICED,
        at=NOTICED,
        **given,
    )


@pytest.fixture
def calamity():
    return reported()


@pytest.fixture
def member():
    return UserFactory(roles=[Role.CCP])


def analyst(**fields):
    return UserFactory(roles=[Role.ANALYST], department=fields.pop("department", None), **fields)


def put(calamity, who, by, at=AT, **more):
    return team.assign(incident=calamity, analyst=who, by=by, at=at, **more)


def suggested(calamity):
    return [each.candidate.name for each in team.suggest(incident=calamity, at=AT)]


def told(kind):
    return [
        (each.recipient, each.role)
        for each in Reminder.objects.filter(kind=kind, cancelled_at=None).select_related("recipient")
    ]


class TestSuggestion:
    def test_lists_the_same_people_whoever_was_involved_or_reported(self, member):
        reporter, involved, on_it = analyst(), analyst(), analyst()
        assert set(suggested(reported())) == {each.name for each in (reporter, involved, on_it)}
        analyst(is_active=False)
        UserFactory()
        calamity = reported(reporter=reporter, involved=[report_writer.Involved(employee=involved)])
        put(calamity, on_it, member)
        assert set(suggested(calamity)) == {reporter.name, involved.name}

    def test_counts_the_analyses_that_run_and_knows_when_the_last_began(self, calamity, member):
        busy, rested = analyst(name="Aart Druk"), analyst(name="Zwaan Rust")
        done, running = reported(), reported()
        put(done, rested, member, at=AT - timedelta(days=100))
        Milestone.objects.filter(incident=done, step=Step.ANALYSIS).update(done_at=AT, done_by=member)
        put(running, busy, member, at=AT - timedelta(days=100))
        first, second = team.suggest(incident=calamity, at=AT)
        assert (first.candidate.name, first.candidate.running) == ("Zwaan Rust", 0)
        assert (second.candidate.name, second.candidate.running) == ("Aart Druk", 1)
        assert first.candidate.last_asked_at == AT - timedelta(days=100)

    def test_another_department_that_it_concerns_counts_as_the_same(self, calamity):
        near = analyst(department=DepartmentFactory())
        calamity.alignments.create(department=near.department, named_at=AT)
        (ranked,) = team.suggest(incident=calamity, at=AT)
        assert ranked.rules == (TeamRule.SAME_DEPARTMENT,)

    def test_tells_namesakes_apart(self, calamity):
        ward, profession = DepartmentFactory(), ProfessionFactory()
        for number in ("100111", "100222"):
            analyst(name="Noor Bakker", department=ward, profession=profession, employee_number=number)
        apart = {each.candidate.apart for each in team.suggest(incident=calamity, at=AT)}
        assert apart == {"…0111", "…0222"}

    def test_asks_as_few_queries_for_many(self, calamity, django_assert_num_queries):
        for size in (1, 30):
            for _ in range(size):
                analyst()
            with django_assert_num_queries(3):
                suggested(calamity)


class TestAssigning:
    def test_gives_the_first_free_place_a_notice_and_a_line_in_the_access_log(self, calamity, member):
        one, other = analyst(), analyst()
        places = [put(calamity, who, member).place for who in (one, other)]
        assert places == [1, 2]
        assert set(told(team_reminders.ON_TEAM)) == {(one, ""), (other, "")}
        assert AccessEvent.objects.filter(access_point="calamities:team", user=member).count() == 2
        assert Incident.objects.visible_to(one).get() == calamity

    def test_a_fourth_and_the_same_again_are_refused(self, calamity, member):
        people = [analyst() for _ in range(4)]
        for who in people[:3]:
            put(calamity, who, member)
        with pytest.raises(TeamFull):
            put(calamity, people[3], member)
        with pytest.raises(AlreadyOnTeam):
            put(calamity, people[0], member)

    def test_the_database_holds_three_places_and_nobody_twice(self, calamity, member):
        who = analyst()
        put(calamity, who, member)
        for place, other in ((4, analyst()), (1, analyst()), (2, who)):
            with pytest.raises(DatabaseError, match="team_member"), transaction.atomic():
                TeamMember.objects.create(incident=calamity, place=place, analyst=other, assigned_at=AT)

    def test_a_rule_is_set_aside_only_when_it_is_said(self, calamity, member):
        near = analyst(department=calamity.department)
        with pytest.raises(BreaksRules) as error:
            put(calamity, near, member)
        assert error.value.rules == (TeamRule.SAME_DEPARTMENT,)
        assert put(calamity, near, member, beyond_rules=True).analyst == near

    def test_who_was_involved_is_never_put_on_it(self, member):
        involved, reporter = analyst(), analyst()
        calamity = reported(reporter=reporter, involved=[report_writer.Involved(employee=involved)])
        away = analyst()
        AbsenceFactory(user=away, substitute=UserFactory())
        for who in (involved, reporter, away, UserFactory(), analyst(is_active=False)):
            with pytest.raises(NotFree):
                put(calamity, who, member, beyond_rules=True)

    def test_of_who_turns_out_to_be_involved_nothing_is_left_and_nobody_is_told_why(self, calamity, member):
        who, former, other = analyst(), analyst(), analyst()
        put(calamity, other, member)
        put(calamity, who, member)
        team.end(member=put(calamity, former, member), by=former, at=AT)
        by = UserFactory(roles=[Role.COORDINATOR])
        involved = [report_writer.Involved(employee=one) for one in (who, former)]
        report_writer.add_involved(incident=calamity, involved=involved, by=by, at=AT)
        assert [row.analyst for row in TeamMember.objects.all()] == [other]
        assert told(team_reminders.ON_TEAM) == [(other, "")]
        assert told(team_reminders.OFF_TEAM) == []
        assert set(told(team_reminders.TEAM_SHORT)) == {(None, Role.CCP)}
        assert not Incident.objects.visible_to(who).exists()


class TestEnding:
    def test_handing_back_tells_the_committee_and_frees_the_place(self, calamity, member):
        who = analyst()
        place = put(calamity, who, member)
        team.end(member=place, by=who, at=AT)
        assert told(team_reminders.TEAM_SHORT) == [(None, Role.CCP)]
        assert told(team_reminders.OFF_TEAM) == told(team_reminders.ON_TEAM) == []
        assert put(calamity, analyst(), member).place == 1

    @pytest.mark.parametrize("by_committee", [True, False])
    def test_who_left_is_told_from_nobody_who_turned_out_to_be_involved(self, calamity, member, by_committee):
        left, involved, free = analyst(), analyst(), analyst()
        for who in (left, involved):
            place = put(calamity, who, member)
        place = TeamMember.objects.get(analyst=left)
        team.end(member=place, by=member if by_committee else left, at=AT)
        people = [report_writer.Involved(employee=involved)]
        report_writer.add_involved(incident=calamity, involved=people, by=UserFactory(), at=AT)
        assert set(suggested(calamity)) == {each.name for each in (left, involved, free)}
        for who in (left, involved):
            with pytest.raises(NotFree):
                put(calamity, who, member, beyond_rules=True)

    def test_being_taken_off_tells_the_analyst(self, calamity, member):
        who = analyst()
        team.end(member=put(calamity, who, member), by=member, at=AT)
        assert told(team_reminders.OFF_TEAM) == [(who, "")]
        assert told(team_reminders.TEAM_SHORT) == []

    def test_twice_is_told(self, calamity, member):
        place = put(calamity, analyst(), member)
        team.end(member=place, by=member, at=AT)
        with pytest.raises(PlaceEnded):
            team.end(member=place, by=place.analyst, at=AT)

    def test_the_committee_hears_no_more_of_it_once_there_are_two(self, calamity, member):
        who = analyst()
        team.end(member=put(calamity, who, member), by=who, at=AT)
        concerns = kinds.get(team_reminders.TEAM_SHORT).concerns
        put(calamity, analyst(), member)
        assert concerns(member, calamity.pk)
        put(calamity, analyst(), member)
        assert not concerns(member, calamity.pk)
        assert told(team_reminders.TEAM_SHORT) == []


def test_notices_are_for_who_they_concern(calamity, member):
    who = analyst()
    place = put(calamity, who, member)
    on, off = (kinds.get(code).concerns for code in (team_reminders.ON_TEAM, team_reminders.OFF_TEAM))
    assert (on(who, place.pk), on(analyst(), place.pk), off(who, place.pk)) == (True, False, False)
    team.end(member=place, by=member, at=AT)
    assert (on(who, place.pk), off(who, place.pk), off(member, place.pk)) == (False, True, False)


def test_a_lost_notice_is_found_in_the_night(calamity, member):
    put(calamity, analyst(), member)
    assert reconcile(at=AT) == 0
    Reminder.objects.filter(kind=team_reminders.ON_TEAM).delete()
    assert reconcile(at=AT) == 1
    step = Milestone.objects.select_related("incident").get(incident=calamity, step=Step.ANALYSIS)
    milestones.set_done(milestone=step, done_at=AT, by=member, at=AT, seen=None)
    Reminder.objects.filter(kind=team_reminders.ON_TEAM).delete()
    assert reconcile(at=AT) == 0


def test_so_is_a_lost_word_to_the_committee_while_the_team_is_short(calamity, member):
    who = analyst()
    team.end(member=put(calamity, who, member), by=who, at=AT)
    assert reconcile(at=AT) == 0
    Reminder.objects.filter(kind=team_reminders.TEAM_SHORT).delete()
    assert reconcile(at=AT) == 1
    places = [put(calamity, analyst(), member) for _ in range(2)]
    Reminder.objects.filter(kind=team_reminders.TEAM_SHORT).delete()
    assert reconcile(at=AT) == 0
    team.end(member=places[0], by=places[0].analyst, at=AT + timedelta(hours=1))
    assert reconcile(at=AT) == 0


@pytest.mark.django_db(transaction=True)
def test_of_two_who_fill_the_last_place_one_is_told_that_it_is_taken(calamity, member):
    for _ in range(2):
        put(calamity, analyst(), member)
    start, outcomes = threading.Barrier(2), []

    def fill(who):
        try:
            start.wait()
            outcomes.append(put(calamity, who, member).place)
        except TeamFull:
            outcomes.append("full")
        finally:
            connection.close()

    threads = [threading.Thread(target=fill, args=[analyst()]) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, outcomes)) == ["3", "full"]


class TestPages:
    @pytest.fixture
    def committee(self, client):
        user = UserFactory(roles=[Role.CCP])
        client.force_login(user)
        return user

    def url(self, calamity, *more):
        return reverse("calamities:team", args=[calamity.reference]) + "".join(f"{part}/" for part in more)

    def test_the_best_stand_first_and_are_chosen_with_one_tap(self, client, committee, calamity):
        who = analyst(name="Hanneke Prins")
        page = client.get(self.url(calamity)).content.decode()
        assert "Hanneke Prins" in page
        assert "no analysis running" in page
        response = client.post(self.url(calamity, "assign"), {"analyst": who.pk}, follow=True)
        assert "Hanneke Prins is on the team" in response.content.decode()
        assert TeamMember.objects.get().assigned_by == committee

    def test_with_nobody_to_choose_it_says_who_can_help(self, client, committee, calamity):
        said = "An administrator can make more people analysts."
        assert said in client.get(self.url(calamity)).text
        analyst()
        assert said not in client.get(self.url(calamity)).text

    def test_who_is_away_is_marked_on_the_team_and_not_where_they_are_chosen(
        self, client, committee, calamity
    ):
        on_it, other = analyst(), analyst(name="Hanneke Prins")
        team.assign(incident=calamity, analyst=on_it, by=committee, at=AT)
        assert "away until" not in client.get(self.url(calamity)).text
        for who in (on_it, other):
            AbsenceFactory(user=who, substitute=UserFactory())
        assert client.get(self.url(calamity)).text.count("away until") == 1
        assert "away until" in client.get(reverse("calamities:detail", args=[calamity.reference])).text

    def test_who_was_involved_is_shown_as_everybody_and_refused_as_who_is_away(self, client, committee):
        people = [analyst() for _ in range(4)]
        involved, reporter, away, former = people
        calamity = reported(reporter=reporter, involved=[report_writer.Involved(employee=involved)])
        team.end(member=put(calamity, former, committee), by=former, at=AT)
        AbsenceFactory(user=away, substitute=UserFactory())
        page = client.get(self.url(calamity)).text
        said = set()
        for who in people:
            assert f"Choose {who.name}" in page
            data = {"analyst": who.pk, "beyond": "1"}
            refused = client.post(self.url(calamity, "assign"), data, follow=True)
            (message,) = refused.context["messages"]
            said.add(str(message).replace(who.name, "…"))
        assert len(said) == 1
        assert "cannot take part in this one" in said.pop()
        assert not TeamMember.objects.current().exists()
        looked = AccessEvent.objects.filter(access_point="calamities:team", user=committee, action="view")
        assert looked.count() == 4

    def test_a_rule_is_shown_before_it_is_set_aside(self, client, committee, calamity):
        near = analyst(name="Bram Dekker", department=calamity.department)
        page = client.get(self.url(calamity)).content.decode()
        assert "works in a department that it concerns" in page
        refused = client.post(self.url(calamity, "assign"), {"analyst": near.pk}, follow=True)
        assert "was not put on the team: works in a department" in refused.content.decode()
        client.post(self.url(calamity, "assign"), {"analyst": near.pk, "beyond": "1"})
        assert TeamMember.objects.get().analyst == near

    def test_who_turned_out_to_be_involved_is_not_among_who_was_on_it(self, client, committee, calamity):
        who = analyst(name="Bram Dekker")
        put(calamity, who, committee)
        by = UserFactory(roles=[Role.COORDINATOR])
        report_writer.add_involved(
            incident=calamity, involved=[report_writer.Involved(employee=who)], by=by, at=AT
        )
        page = client.get(self.url(calamity)).text
        assert "Bram Dekker" not in page.partition('id="suggested"')[0]
        assert "Choose Bram Dekker" in page

    def test_only_the_committee_opens_it_and_an_analyst_ends_only_the_own_place(self, client, calamity):
        committee = UserFactory(roles=[Role.CCP])
        mine, other = put(calamity, analyst(), committee), put(calamity, analyst(), committee)
        client.force_login(mine.analyst)
        assert client.get(self.url(calamity)).status_code == 403
        assert client.post(self.url(calamity, other.pk, "end")).status_code == 404
        assert client.post(self.url(calamity, mine.pk, "end")).url == reverse("calamities:analyses")
        assert list(TeamMember.objects.current()) == [other]

    def test_the_page_asks_as_few_queries_for_a_large_pool(
        self, client, committee, calamity, django_assert_num_queries
    ):
        for size in (4, 30):
            for _ in range(size):
                analyst()
            client.get(self.url(calamity))
            with django_assert_num_queries(10):
                client.get(self.url(calamity))
