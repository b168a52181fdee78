"""The board's page: what it says, and that it reads nothing but what was published.

Also covers dashboards.blocks, dashboards.evaluation_block, dashboards.measured, dashboards.organisation,
dashboards.published, dashboards.scoreboard and dashboards.support_blocks.
"""

import csv
import io
import re
from dataclasses import replace
from datetime import date
from fractions import Fraction
from random import Random
from types import SimpleNamespace

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from redis.exceptions import RedisError

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from dashboards import published
from dashboards.board import Board
from dashboards.bound import SUPPORT_TABLES
from dashboards.export import BOM, as_csv, escaped
from dashboards.models import Release
from dashboards.sharpened import LEAST
from dashboards.support_blocks import ACCEPTED, TALKED, Support
from dashboards.tables import CoverageFigures, MeasuredFigures, Norm, Tables, TrainingFigures
from dashboards.tests.factories import drawn, moment, publish, tables
from evaluations.answer_tables import FEELINGS
from evaluations.drawn import DrawnTable, draw
from evaluations.enums import Measure, Question, SurveyKind
from evaluations.models import EvaluationPolicy
from incidents.enums import EventType
from supporters.tests.factories import ContactFactory, OfferFactory

pytestmark = pytest.mark.clock(moment(2026, 11, 22))

#: Everything that the board's page may read: what was published, and who asks.
MAY_READ = {
    "dashboards_release",
    "dashboards_publication",
    "dashboards_blockwords",
    "django_session",
    "accounts_user",
    "auth_group",
    "accounts_user_groups",
    "notifications_notice",
    "notifications_mail",
    "notifications_reminder",
    "notifications_heartbeat",
    "hospital_hospital",
    "mfa_authenticator",
}


@pytest.fixture
def board_member(client):
    member = UserFactory(roles=[Role.BOARD])
    client.force_login(member)
    return member


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def board(now, before=None):
    return Board("Q3 2026", [("Q3", now)], "Q2 2026" if before else "", before)


def headlines(now, before=None):
    return {each.id: each.headline for each in board(now, before).blocks}


def block(name, now, before=None):
    (found,) = [each for each in board(now, before).blocks if each.id == name]
    return found


def with_cells(made, name, cells):
    return replace(made, drawn={**made.drawn, name: drawn(name, cells)})


def test_what_is_stored_comes_back_as_it_was():
    made = tables()
    assert Tables.from_json(made.as_json()) == made


def test_each_block_says_its_figures_in_words_as_firmly_as_their_band_allows():
    assert headlines(tables()) == {
        "offered": "About 100 (95–105) colleagues were offered support; about 8 out of 10 (7–9) took it up.",
        "event": "Most often after: safety incident in care.",
        "profession": "Largest group: nurses.",
        "first-contact": "About 8 out of 10 (7–9) were reached within 24 hours.",
        "course": "About 80 (70–90) colleagues completed the talks; for about 8 out of 10 (7–8) one was "
        "enough.",
        "opinion": "About 9 out of 10 (7–10) would recommend the support. At least 5 out of 10 say that it "
        "helped.",
        "calamities": "4 calamities were reported. The inspectorate was notified within the legal term for "
        "4 of 4.",
        "pool": "12 trained supporters. The one profession group of that size does not reach the norm.",
        "response": "About 40 (30–50) colleagues answered.",
        "awareness": "How many of the staff know that there is support is not measured yet.",
    }


def test_what_was_announced_is_exact_where_it_is_about_calamities():
    assert block("offered", tables()).more == (
        "Everybody who is named is told of it before anybody calls. "
        "After calamities everybody was told in time in 3 of 4 (exact)."
    )
    assert block("offered", tables(calamities=0)).more == (
        "Everybody who is named is told of it before anybody calls."
    )


def test_who_answered_is_a_count_of_an_opening_or_is_said_not_to_be_counted():
    shown = block("response", tables())
    assert [row[:2] for row in shown.charts[0].table.rows] == [
        ("Completed the talks", "80"),
        ("Answered", "40"),
    ]
    assert "It is no part of those who completed the talks" in shown.more
    few = block("response", tables(answers=3))
    assert few.headline == "Fewer than about 15 colleagues answered."
    assert few.charts[0].chart is None
    none = block("response", tables(answers=None))
    assert none.headline == "How many answered is not counted in this period."
    assert none.charts == []


def test_that_answers_were_opened_says_what_holds_for_every_opening_and_no_count():
    for answers in (None, 3, 40):
        assert (
            f"Answers are opened only when at least {EvaluationPolicy.LEAST} different people answered."
            in block("opinion", tables(answers=answers)).more
        )


def test_of_few_people_nothing_more_is_said_than_that_they_are_few():
    said = headlines(tables(4, answers=None, calamities=0, coverage=()))
    assert said == {
        "offered": "Fewer than about 10 colleagues were offered support.",
        "opinion": "No answers were opened in this period.",
        "calamities": "No calamities were reported.",
        "pool": "12 trained supporters.",
        "response": "How many answered is not counted in this period.",
        "awareness": "How many of the staff know that there is support is not measured yet.",
    }
    assert headlines(tables(answers=3))["opinion"] == "Few answers were opened."
    for few in (block("offered", tables(4)), block("opinion", tables(answers=3))):
        assert "half a year or a year says more" in few.more


def test_what_is_not_sure_is_said_softer_or_left_out():
    few = tables(15, answers=12)
    few = with_cells(few, "event", {"safety": 8, "aggression": 7})
    said = headlines(few)
    assert said["offered"] == "About 15 (9–20) colleagues were offered support."
    assert said["first-contact"].startswith("How many were reached within 24 hours is not sure enough")
    assert said["course"] == "Fewer than about 20 colleagues completed the talks."
    assert said["event"] == "No kind of event stands out for certain."
    assert said["opinion"].startswith("About 11 (")
    assert headlines(with_cells(tables(), "course", {"declined": 100}))["course"] == (
        "Fewer than about 10 colleagues completed the talks."
    )


def test_of_what_is_not_sure_there_is_no_chart_and_no_single_number_but_a_table_with_its_bands():
    few = tables(15, answers=12)
    shown = board(few)
    charts = {each.id: each for one in shown.blocks for each in one.charts}
    unsure = ("outcome", "hours", "talks", "statements", "feelings", "marks", "recommend")
    for each in unsure:
        assert charts[each].chart is None, each
        assert charts[each].table.rows
        assert (charts[each].description, charts[each].legend, charts[each].note) == ("", (), "")
    for name in ("offered", "first-contact", "course", "opinion"):
        assert block(name, few).more.startswith("Too few in this period to say more for certain")
    page = render_to_string("dashboards/_blocks.html", {"board": shown})
    assert "points larger or smaller" not in page
    said = {each.label: each.value for group in shown.scoreboard for each in group.indicators}
    assert not any(said[label] for label in said if label.startswith(("Would", "Say", "Blame", "First")))
    year = Board("2026", [("Q1", few)], months=12)
    assert "Too few, even in a year" in year.blocks[0].more


def asked(kind, measure, yes, no, *, left_open=5, ends_on=date(2026, 6, 30)):
    cells = {"0": no, "1": yes, "open": left_open}
    return MeasuredFigures(
        kind, measure, ends_on, ("1",), DrawnTable(cells, dict.fromkeys(cells, Fraction(12)))
    )


def test_what_surveys_measure_is_said_with_its_band_and_the_day_it_ended():
    knows = asked(SurveyKind.STAFF, Measure.KNOWS, 90, 60)
    supported = asked(SurveyKind.STAFF, Measure.SUPPORTED, 30, 120)
    training = asked(SurveyKind.TRAINING, Measure.WORTHWHILE, 4, 5)
    made = replace(tables(), measured=(knows, supported, training), asking=(SurveyKind.INTERVISION,))
    assert Tables.from_json(made.as_json()) == made
    awareness = block("awareness", made)
    answered = "150 (140–160)"
    said = f"6 out of 10 of those who answered: about {answered}, in the survey up to 30 June 2026"
    assert awareness.headline == "6 out of 10 of those who answered know that there is support."
    assert awareness.more == (
        f"About {answered} answered, in the survey of the whole staff up to 30 June 2026. "
        f"Feel supported by the hospital after an event: {said.replace('6', '2', 1)}."
    )
    glance = {
        each.label: each.value or each.why_not
        for group in board(made).scoreboard
        for each in group.indicators
    }
    assert glance["Staff who know the programme"] == said
    assert glance["Staff who feel supported after an event"].startswith("2 out of 10")
    worthwhile = glance["Participants who found the training worthwhile"]
    assert worthwhile == "Too few answered the survey to say so for certain."
    intervision = glance["Participants who found intervision worthwhile"]
    assert intervision.startswith("A questionnaire is in use")
    assert said in as_csv(board(made))


def test_what_a_release_of_before_does_not_say_is_not_measured():
    stored = tables().as_json()
    del stored["measured"], stored["asking"]
    assert Tables.from_json(stored) == tables()
    assert board(tables()).scoreboard[0].indicators[0].why_not.startswith("Not measured yet")


def test_several_periods_say_what_was_measured_last():
    older = replace(tables(), measured=(asked(SurveyKind.STAFF, Measure.KNOWS, 10, 140),))
    newer = replace(tables(), measured=(asked(SurveyKind.STAFF, Measure.KNOWS, 140, 10),))
    assert Tables.together([older, newer]).measured == newer.measured


def test_enough_have_their_charts():
    charts = [each for one in board(tables()).blocks for each in one.charts]
    assert not any(each.is_unsure for each in charts)


@pytest.mark.parametrize("fully", [0, 33, 44, 51, 54, 55, 98])
def test_who_agrees_is_as_many_as_those_who_agree_and_fully_agree(fully):
    made = with_cells(tables(), Question.HELPED, {"2": 2, "3": 98 - fully, "5": fully})
    parts = [int(cell.rstrip("%")) for cell in block("opinion", made).charts[0].table.rows[0][1:7]]
    assert sum(parts[3:5]) == parts[5]
    assert sum(parts[:5]) == 100


def test_the_period_before_is_named_beside_a_chart_only_where_it_is_marked():
    few_before = block("first-contact", tables(), tables(12))
    (chart,) = few_before.charts
    assert not chart.chart.has_marks
    page = render_to_string(chart.template, {"chart": chart.chart, "previous_label": "Q2 2026"})
    assert "Q2 2026" not in page


def test_the_scoreboard_has_each_indicator_or_why_it_is_not_measured():
    made = replace(tables(), training=TrainingFigures(5, 2, 3))
    for each in (made, tables(4, answers=None, calamities=0, coverage=())):
        groups = board(each).scoreboard
        assert [group.title for group in groups] == [
            "Awareness and activation",
            "Organisation",
            "Training",
            "Outcomes",
        ]
        assert all(bool(one.value) != bool(one.why_not) for group in groups for one in group.indicators)
    said = {
        one.label: one.value or one.why_not for group in board(made).scoreboard for one in group.indicators
    }
    assert said["First contact within 24 hours"] == "about 8 out of 10 (7–9)"
    assert said["Calamities after which everybody was told in time"] == "3 of 4"
    assert said["Supporters whose training is valid"] == "12 of 14"
    feelings = said["Blame, shame, incompetence, isolation (0–3), before and after"]
    assert feelings == "from about 2.0 (1.7–2.2) to 1.0 (0.7–1.2)"
    assert said["Sick leave, and leaving, after an event"].startswith("Not measured on purpose")


def test_the_period_before_stands_beside_each_figure():
    offered = block("offered", tables(), tables(120))
    assert offered.compared == "In Q2 2026: about 120 (115–125)."
    contact = block("first-contact", tables(), tables(120))
    assert contact.compared == "In Q2 2026: about 8 out of 10 (7–9)."
    (chart,) = contact.charts
    assert chart.table.headings == ("First contact", "Q3 2026", "between", "Q2 2026")
    assert chart.table.rows[0] == ("Within 24 hours", "80", "75–85", "95")
    assert chart.table.rows[-1] == ("Together", "100", "95–105", "120")
    assert chart.note == ""
    assert block("course", tables(), tables(120)).compared == "In Q2 2026: about 95 (85–105)."
    assert block("opinion", tables(), tables(120)).compared == (
        "In Q2 2026: About 9 out of 10 (7–10) would recommend the support. At least 5 out of 10 say that it "
        "helped."
    )


@pytest.mark.parametrize(
    ("before", "compared"),
    [
        (tables(3, answers=None), "In Q2 2026: fewer than about 10."),
        (tables(12, answers=4), "In Q2 2026: about 12 (5–18)."),
    ],
)
def test_a_period_before_with_few_people_is_compared_by_what_it_says(before, compared):
    assert block("offered", tables(), before).compared == compared
    assert block("opinion", tables(), before).compared == ""


def test_the_chart_leaves_out_what_is_small_and_the_table_does_not():
    event = block("event", tables()).charts[0]
    assert [bar.value.text for bar in event.chart.bars] == ["70", "30"]
    assert all(bar.low < bar.width < bar.high for bar in event.chart.bars)
    assert event.note.startswith("Fewer than about 10 each: ")
    assert [row[1] for row in event.table.rows] == ["70", "<10", "30", *["<10"] * 10, "100"]


def test_a_figure_is_never_below_0():
    made = with_cells(tables(), "event", {"safety": 110, "aggression": -14})
    assert [
        row[1:3] for row in block("event", made).charts[0].table.rows if row[0].startswith("Aggression")
    ] == [("<10", "0–10")]


def test_no_part_is_above_its_whole_on_the_page_or_in_a_file():
    noisy = {"talks_1": 130, "talks_2": -9, "talks_3": -8, "talks_0": -7, "declined": -12, "referred": 15}
    made = with_cells(tables(), "course", noisy)
    rows = {
        row[0]: row[1] for each in ("offered", "course") for row in block(each, made).charts[-1].table.rows
    }
    offered, took_it_up = int(rows["Together"]), int(rows["Took it up: talked, or was referred on"])
    one_talk = int(rows["One conversation was enough"])
    assert one_talk <= took_it_up <= offered
    completed = block("course", made).headline
    assert completed.startswith((f"About {took_it_up} (", f"About {one_talk} ("))
    written = csv.reader(io.StringIO(as_csv(board(made))), delimiter=";")
    assert [row[1] for row in written if row and row[0] == "One conversation was enough"] == [str(one_talk)]


@pytest.mark.parametrize("offered", [12, 20, 40])
def test_no_band_of_a_part_reaches_beyond_that_of_its_whole(offered):
    below = Random(offered).randrange
    for _time in range(50):
        made = tables(offered)
        shown = Support.of(
            replace(
                made,
                drawn={
                    each.name: draw(each, made.drawn[each.name].cells, below=below) for each in SUPPORT_TABLES
                },
            )
        )
        within = [
            (shown.part(each.name, cell), shown.offered) for each in SUPPORT_TABLES for cell in each.cells
        ]
        talked, accepted = shown.part("course", *TALKED), shown.part("course", *ACCEPTED)
        within += [(shown.part("course", cell), talked) for cell in TALKED]
        within += [(talked, accepted), (accepted, shown.offered)]
        for part, whole in within:
            assert part.between[0] <= whole.between[0]
            assert part.between[1] <= max(LEAST, whole.between[1])
            assert part.low <= part.value or part.value < 0
            assert part.about or part.below <= max(LEAST, whole.about or whole.below, round(part.high))


def test_a_year_shows_its_periods():
    year = Board("2026", [("Q1", tables(80)), ("Q2", tables(3)), ("Q3", tables(100))])
    by_period, _outcome = year.blocks[0].charts
    assert by_period.table.rows == (("Q1", "80", "75–85"), ("Q2", "<10", "0–10"), ("Q3", "100", "95–105"))
    assert year.blocks[0].headline.startswith("About 180 (170–195) colleagues were offered support")


def test_a_kind_of_event_that_is_newer_than_a_release_is_not_in_it():
    made = tables()
    event = made.drawn["event"]
    known = {cell: number for cell, number in event.cells.items() if cell != EventType.CHILD_DEATH}
    variances = {cell: event.variances[cell] for cell in known}
    older = replace(made, drawn={**made.drawn, "event": DrawnTable(known, variances)})
    shown = block("event", older).charts[0]
    assert str(EventType.CHILD_DEATH.label) not in [row[0] for row in shown.table.rows]
    assert len(shown.table.rows) == len(known) + 1
    now = block("event", made, older).charts[0]
    assert str(EventType.CHILD_DEATH.label) in [row[0] for row in now.table.rows]


def test_answers_that_all_agree_are_shown_as_any_other():
    statements, feelings, marks, recommend = block("opinion", tables()).charts
    for_everybody = statements.table.rows[-1]
    assert for_everybody[1:] == ("0%", "0%", "0%", "0%", "100%", "100%", "70–100%")
    assert "Each part may be up to" in statements.note
    assert [row[1] for row in recommend.table.rows] == ["90%", "10%"]
    assert recommend.note == "Each part may be up to 20 points larger or smaller."
    assert dict(row[:2] for row in marks.table.rows)["8"] == "50%"
    unanimous = with_cells(tables(), Question.RECOMMEND.value, {"yes": 40})
    assert [row[1] for row in block("opinion", unanimous).charts[3].table.rows] == ["100%", "0%"]
    assert feelings.table.rows[0] == ("I blame myself", "2.0", "1.5–2.4", "1.0", "0.5–1.4")


def test_a_feeling_stays_on_its_scale():
    made = with_cells(tables(), FEELINGS, {"blame_before": 400, "blame_after": -400})
    row = block("opinion", made).charts[1].table.rows[0]
    assert row == ("I blame myself", "3.0", "1.8–3.0", "0.0", "0.0–1.1")


def test_small_groups_of_the_pool_have_no_figures():
    groups = (CoverageFigures("nurse", 200, 20, 30), CoverageFigures("midwife", None, None, None))
    (coverage,) = block("pool", tables(coverage=groups)).charts
    assert coverage.table.rows == (("Nurses", "200", "20", "30"), ("Midwives", "–", "–", "–"))
    assert [bar.value.text for bar in coverage.chart.bars] == ["20 of 200"]


def test_the_norm_is_the_one_that_was_counted_with():
    elsewhere = block("pool", replace(tables(), norm=Norm(30, 45))).elsewhere
    assert "30 trained for each 1,000 employees of a profession, 45 where people work shifts" in elsewhere


def test_a_bar_reaches_its_mark_only_where_the_group_reaches_the_norm():
    groups = (CoverageFigures("nurse", 1000, 29, 30), CoverageFigures("midwife", 300, 2, 2))
    pool = block("pool", tables(coverage=groups))
    nurses, midwives = pool.charts[0].chart.bars
    assert nurses.width < nurses.previous
    assert midwives.width == midwives.previous
    assert pool.headline.endswith("1 of 2 profession groups reaches the norm.")


@pytest.mark.django_db
def test_before_the_first_release_the_page_says_what_will_come(client, board_member):
    page = client.get(reverse("figures:board"))
    assert "No figures yet" in page.content.decode()
    assert client.get(reverse("figures:export")).status_code == 404


@pytest.mark.django_db
def test_the_newest_year_stands_in_front_and_its_periods_behind_it(client, board_member):
    for code, offered in (("2025Q3", 40), ("2025Q4", 60), ("2026Q1", 80), ("2026Q2", 100)):
        publish(code, tables(offered))
    page = client.get(reverse("figures:board"))
    choices = [each["label"] for each in page.context["recent"]]
    assert choices == [
        "Q1–Q2 2026",
        "12 months up to Q2 2026",
        "Q2 2026",
        "Q1 2026",
        "Q3–Q4 2025",
        "Q4 2025",
    ]
    assert "About 180 (" in page.text
    assert "1 January up to and including 30 June 2026" in page.text
    for code, said in (("2025", "About 100 ("), ("2026Q1", "About 80 (")):
        assert said in client.get(reverse("figures:board"), {"period": code}).text
    for code in ("2026Q3", "2026H1", "2024", "nonsense"):
        assert client.get(reverse("figures:board"), {"period": code}).status_code == 404


@pytest.mark.django_db
def test_a_year_is_compared_with_the_same_part_of_the_one_before_if_it_was_published(client, board_member):
    for code, offered in (("2025H1", 90), ("2025Q3", 40), ("2026Q1", 60), ("2026Q2", 60), ("2026Q3", 60)):
        publish(code, tables(offered))
    assert "In H1–Q3 2025: about 130" in client.get(reverse("figures:board")).text
    assert "In Q1 2026: about 60" in client.get(reverse("figures:board"), {"period": "2026Q2"}).text
    publish("2026Q4", tables(70))
    page = client.get(reverse("figures:board")).text
    assert "Peer support in 2026:" in page
    assert "About 250 (" in page
    assert "In H1" not in page


@pytest.mark.django_db
def test_what_the_first_version_published_is_not_shown(client, board_member):
    year = {"starts_on": "2025-01-01", "ends_on": "2025-12-31", "drawn_at": moment(2026, 2, 1)}
    Release.objects.create(**year, tables={}, version=1)
    publish("2026Q1")
    page = client.get(reverse("figures:board"))
    assert [each["label"] for each in page.context["recent"]] == ["Q1 2026"]
    assert client.get(reverse("figures:board"), {"period": "2025"}).status_code == 404


@pytest.mark.django_db
def test_one_contact_more_changes_not_a_byte_of_what_is_published(client, board_member):
    publish("2026Q2")
    publish("2026Q3")

    def pages():
        for page in ("figures:board", "figures:export"):
            for code in ("2026", "2026Q3"):
                body = client.get(reverse(page), {"period": code}).text
                yield body.partition("<main")[2] or body  # around it stand tokens that change each time

    before = [*pages()]
    ContactFactory(closed=True)
    OfferFactory()
    assert [*pages()] == before


@pytest.mark.django_db
@pytest.mark.parametrize("page", [f"figures:{page}" for page in ("board", "export", "workbook", "report")])
def test_the_board_reads_what_was_published_and_nothing_else(client, board_member, page):
    publish("2026Q2")
    publish("2026Q3")
    with CaptureQueriesContext(connection) as statements:
        assert client.get(reverse(page)).status_code == 200
    read = {
        table
        for statement in statements
        for table in re.findall(r"(?:FROM|JOIN|UPDATE|INTO)\s+\"?([a-z_]+)", statement["sql"])
    }
    assert "dashboards_release" in read
    assert read <= MAY_READ


@pytest.mark.django_db
def test_as_many_statements_for_many_periods_as_for_one(client, board_member, django_assert_num_queries):
    publish("2026Q3")
    with django_assert_num_queries(6):
        client.get(reverse("figures:board"))
    with django_assert_num_queries(4):
        client.get(reverse("figures:board"))
    for code in ("2024Q4", "2025Q1", "2025Q2", "2025Q3", "2025Q4", "2026Q1", "2026Q2"):
        publish(code)
    with django_assert_num_queries(6):
        client.get(reverse("figures:board"))


@pytest.mark.django_db
def test_the_first_view_after_a_start_is_not_made_anew(client, board_member, django_assert_num_queries):
    publish("2026Q3")
    before = client.get(reverse("figures:board")).context["published"].html
    published._html.cache_clear()
    with django_assert_num_queries(4):
        assert client.get(reverse("figures:board")).context["published"].html == before


@pytest.mark.django_db
def test_the_page_is_made_without_the_cache_too(client, board_member, monkeypatch):
    def gone(*_args):
        raise RedisError

    publish("2026Q3")
    monkeypatch.setattr(published, "cache", SimpleNamespace(get=gone, set=gone))
    assert "About 100" in client.get(reverse("figures:board")).text


@pytest.mark.django_db
def test_what_is_kept_of_a_page_is_kept_for_each_language(client):
    publish("2026Q3")
    for language, said in (("en", "2.0"), ("nl", "2,0"), ("en", "2.0")):
        client.force_login(UserFactory(roles=[Role.BOARD], language=language))
        client.cookies["language"] = language
        assert said in client.get(reverse("figures:board")).content.decode()


@pytest.mark.django_db
def test_the_spreadsheet_holds_exactly_what_the_page_shows(client, board_member):
    publish("2026Q2", tables(100))
    publish("2026Q3")
    response = client.get(reverse("figures:export"), {"period": "2026Q3"})
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert response.headers["Content-Disposition"] == 'attachment; filename="peersupport-2026Q3.csv"'
    rows = list(csv.reader(io.StringIO(response.content.decode().removeprefix(BOM)), delimiter=";"))
    shown = board(tables(), tables(100))
    assert response.content.decode() == as_csv(shown)
    for each in shown.blocks:
        assert [each.headline] in rows
        for chart in each.charts:
            for row in (chart.table.headings, *chart.table.rows):
                assert [escaped(cell) for cell in row] in rows


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"), ("+31", "'+31"), ("-1", "'-1"), ("@x", "'@x"), ("\t=1", "'\t=1"), ("<10", "<10"),
        ("–", "–"), ("90", "90"),
    ],
)  # fmt: skip
def test_a_spreadsheet_takes_no_cell_for_a_formula(cell, written):
    assert escaped(cell) == written


@pytest.mark.django_db
def test_the_coordinator_has_both_pages(client):
    publish("2026Q3")
    client.force_login(UserFactory(roles=[Role.COORDINATOR]))
    assert reverse("figures:operations") in client.get(reverse("figures:board")).content.decode()
    client.force_login(UserFactory(roles=[Role.DIRECTOR]))
    assert reverse("figures:operations") not in client.get(reverse("figures:board")).content.decode()
