"""The board's page: what it says, and that it reads nothing but what was published.

Also covers dashboards.blocks, dashboards.evaluation_block, dashboards.organisation and dashboards.published.
"""

import csv
import io
import re
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from dashboards.board import Board, out_of_ten
from dashboards.export import BOM, as_csv, escaped
from dashboards.periods import Period
from dashboards.tables import CoverageFigures, Norm, Tables
from dashboards.tests.factories import moment, publish, tables
from incidents.enums import EventType

pytestmark = pytest.mark.clock(moment(2026, 11, 22))

#: Everything that the board's page may read: what was published, and who asks.
MAY_READ = {
    "dashboards_release",
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


def headlines(now, before=None):
    return {each.id: each.headline for each in Board(Period(2026, 3), now, before).blocks}


def test_what_is_stored_comes_back_as_it_was():
    made = tables()
    assert Tables.from_json(made.as_json()) == made


def test_each_block_says_its_figures_in_words():
    assert headlines(tables()) == {
        "offered": "About 90 colleagues were offered support; 8 out of 10 were reached within 24 hours.",
        "who": "Most often after: safety incident in care. Largest group: nurses.",
        "course": "About 75 colleagues had support; for 7 out of 10 one conversation was enough.",
        "opinion": "Colleagues give the support 8.1 out of 10. 95% would recommend it.",
        "calamities": "4 calamities were reported. The inspectorate was notified within the legal term for "
        "4 of 4.",
        "pool": "12 trained supporters. The one profession group of that size does not reach the norm.",
    }


def test_what_may_not_be_shown_is_said_and_not_left_out():
    said = headlines(tables(None, mark=None, calamities=0, coverage=()))
    assert said == {
        "offered": "Fewer than 10 colleagues were offered support: too few to show more without showing "
        "people.",
        "who": "After which events, and which professions",
        "course": "Fewer than 10 colleagues had a conversation.",
        "opinion": "Too few evaluations to show what colleagues think, or they all think the same.",
        "calamities": "No calamities were reported.",
        "pool": "12 trained supporters.",
    }


def test_the_period_before_stands_beside_each_figure():
    block = Board(Period(2026, 3), tables(), tables(120)).blocks[0]
    assert block.compared == "In Q2 2026: about 120, 6 out of 10 within 24 hours."
    assert block.charts[0].table.headings == ("First contact", "Q3 2026", "Q2 2026")
    assert block.charts[0].table.rows[0] == ("Within 24 hours", "75", "75")
    assert block.charts[0].table.rows[-1] == ("Together", "90", "120")
    assert block.charts[0].note == "Fewer than 10 each: within 72 hours, later, did not want it."


def test_the_chart_leaves_out_what_is_hidden_and_the_table_does_not():
    event = Board(Period(2026, 3), tables()).blocks[1].charts[0]
    assert [bar.value.text for bar in event.chart.bars] == ["60", "15"]
    assert [row[1] for row in event.table.rows] == ["60", "<10", "15", *["<10"] * 10, "90"]


def test_a_kind_of_event_that_is_newer_than_a_release_is_not_in_it():
    made = tables()
    known = tuple((key, figure) for key, figure in made.event.cells if key != EventType.CHILD_DEATH)
    older = replace(made, event=replace(made.event, cells=known))
    event = Board(Period(2026, 3), older).blocks[1].charts[0]
    assert str(EventType.CHILD_DEATH.label) not in [row[0] for row in event.table.rows]
    assert len(event.table.rows) == len(known) + 1
    now = Board(Period(2026, 3), made, older).blocks[1].charts[0]
    assert str(EventType.CHILD_DEATH.label) in [row[0] for row in now.table.rows]


def test_small_groups_of_the_pool_have_no_figures():
    groups = (CoverageFigures("nurse", 200, 20, 30), CoverageFigures("midwife", None, None, None))
    (coverage,) = Board(Period(2026, 3), tables(coverage=groups)).blocks[-1].charts
    assert coverage.table.rows == (("Nurses", "200", "20", "30"), ("Midwives", "–", "–", "–"))
    assert [bar.value.text for bar in coverage.chart.bars] == ["20 of 200"]


def test_the_norm_is_the_one_that_was_counted_with():
    made = replace(tables(), norm=Norm(30, 45))
    block = Board(Period(2026, 3), made).blocks[-1]
    assert (
        "30 trained for each 1,000 employees of a profession, 45 where people work shifts" in block.elsewhere
    )
    stored = made.as_json()
    del stored["norm"]
    older = Board(Period(2026, 3), Tables.from_json(stored)).blocks[-1]
    assert older.elsewhere == "As it was on the day of publication. Exact: about the organisation."


def test_a_bar_reaches_its_mark_only_where_the_group_reaches_the_norm():
    groups = (CoverageFigures("nurse", 1000, 29, 30), CoverageFigures("midwife", 300, 2, 2))
    block = Board(Period(2026, 3), tables(coverage=groups)).blocks[-1]
    nurses, midwives = block.charts[0].chart.bars
    assert nurses.width < nurses.previous
    assert midwives.width == midwives.previous
    assert block.headline.endswith("1 of 2 profession groups reaches the norm.")


@pytest.mark.parametrize(
    ("share", "words"),
    [(0, "hardly anybody"), (10, "1 out of 10"), (90, "9 out of 10"), (100, "nearly all")],
)
def test_a_share_is_said_as_one_says_it(share, words):
    assert out_of_ten(share) == words


@pytest.mark.django_db
def test_before_the_first_release_the_page_says_what_will_come(client, board_member):
    page = client.get(reverse("figures:board"))
    assert "No figures yet" in page.content.decode()
    assert client.get(reverse("figures:export")).status_code == 404


@pytest.mark.django_db
def test_the_newest_quarter_is_shown_and_any_published_period_can_be_chosen(client, board_member):
    for code, offered in (("2025Q4", 40), ("2025", 155), ("2026Q1", 60), ("2026Q2", 75)):
        publish(code, tables(offered))
    shown = client.get(reverse("figures:board")).content.decode()
    assert "About 75 colleagues" in shown
    assert "In Q1 2026: about 60" in shown
    for code, said in (("2025Q4", "About 40 colleagues"), ("2025", "About 155 colleagues")):
        shown = client.get(reverse("figures:board"), {"period": code}).content.decode()
        assert said in shown
        assert "In Q" not in shown
    for code in ("2026Q3", "2024", "nonsense"):
        assert client.get(reverse("figures:board"), {"period": code}).status_code == 404


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["figures:board", "figures:export"])
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
    with django_assert_num_queries(5):
        client.get(reverse("figures:board"))
    with django_assert_num_queries(4):
        client.get(reverse("figures:board"))
    for code in ("2024Q4", "2025Q1", "2025Q2", "2025Q3", "2025Q4", "2025", "2026Q1", "2026Q2"):
        publish(code)
    with django_assert_num_queries(5):
        client.get(reverse("figures:board"))


@pytest.mark.django_db
def test_what_is_kept_of_a_page_is_kept_for_each_language(client):
    publish("2026Q3")
    for language, said in (("en", " 8.1"), ("nl", " 8,1"), ("en", " 8.1")):
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
    board = Board(Period(2026, 3), tables(), tables(100))
    assert response.content.decode() == as_csv(board)
    for block in board.blocks:
        assert [block.headline] in rows
        for chart in block.charts:
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
