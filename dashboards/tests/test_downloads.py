"""What is taken away from the board's page: the same words and figures, as a document and as an Excel file.

Also covers dashboards.annual_report, dashboards.workbook and dashboards.protection.
"""

import io
from base64 import b64decode
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import translation
from openpyxl import load_workbook

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from dashboards import protection, publishing
from dashboards.board import Board
from dashboards.tests.factories import moment, prepare, publish, tables
from dashboards.workbook import as_workbook
from hospital.models import Hospital

NOW = moment(2026, 11, 22)
pytestmark = [pytest.mark.django_db, pytest.mark.clock(NOW)]

REPORT, WORKBOOK, EXPORT, BOARD = (f"/figures/{page}" for page in ("report/", "workbook/", "export/", ""))
#: Words that would be markup, a formula, or an end of what was opened.
MISCHIEF = '=1+1 #panic("x") $ ] } */ <b> \\ @x'
DOT = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


@pytest.fixture
def board_member(client):
    user = UserFactory(roles=[Role.BOARD])
    client.force_login(user)
    return user


def cells(content):
    book = load_workbook(io.BytesIO(content))
    return {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book}


@pytest.mark.parametrize("path", [REPORT, WORKBOOK, EXPORT])
def test_what_waits_or_is_not_there_is_no_file(client, board_member, path):
    assert client.get(path).status_code == 404
    prepare("2026Q3")
    assert client.get(path, {"period": "2026Q3"}).status_code == 404


def test_the_report_is_a_tagged_document_named_after_its_period(client, board_member):
    publish("2026Q3")
    answer = client.get(REPORT, {"period": "2026Q3"})
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="peersupport-2026Q3.pdf"'
    assert answer.content.startswith(b"%PDF-1.7")
    assert b"<pdfuaid:part>1</pdfuaid:part>" in answer.content
    assert b"Peer support, report Q3 2026" in answer.content
    assert b"<rdf:li>en</rdf:li>" in answer.content


def test_the_report_of_twelve_months_is_an_annual_report(client, board_member):
    for code in ("2026H1", "2026H2"):
        publish(code)
    assert b"Peer support, annual report 2026" in client.get(REPORT, {"period": "2026"}).content
    assert "Annual report (PDF)" in client.get(BOARD, {"period": "2026"}).text
    assert "Annual report (PDF)" not in client.get(BOARD, {"period": "2026H2"}).text


@pytest.mark.parametrize("offered", [4, 15, 100])
def test_what_somebody_typed_is_neither_markup_nor_a_formula(client, board_member, offered):
    hospital = Hospital.current()
    hospital.name = 'Ziekenhuis "#1" $x$'
    hospital.show(DOT)
    hospital.save()
    release = publish("2026Q3", tables(offered))
    publishing.write(release, "2026Q3", {"pool": MISCHIEF}, seen=0, by=board_member, at=NOW)
    assert client.get(REPORT, {"period": "2026Q3"}).content.startswith(b"%PDF")
    book = cells(client.get(WORKBOOK, {"period": "2026Q3"}).content)
    assert [f"Words of the coordinator: {MISCHIEF}"] in [row[:1] for row in book["The supporters"]]


def test_the_excel_file_has_a_sheet_for_each_block_and_numbers_as_numbers():
    board = Board("Q3 2026", [("Q3", tables())])
    book = cells(as_workbook(board))
    assert [*book] == [
        *(block.title for block in board.blocks),
        "At a glance",
        "How people are protected",
    ]
    offered = book["Offered support"]
    assert offered[1][0] == board.blocks[0].headline
    assert ["Took it up: talked, or was referred on", 80, "70–90"] in [row[:3] for row in offered]
    assert ["Could not be reached", "<10", "0–10"] in [row[:3] for row in offered]
    assert [row[0] for row in book["How people are protected"]][:4] == protection.sentences()
    assert all(str(cell)[0] not in "=+-@" for rows in book.values() for row in rows for cell in row if cell)


def test_both_languages_have_their_own_report(client):
    publish("2026Q3")
    for language, said in (("en", b"Peer support, report Q3 2026"), ("nl", b"Peersupport, verslag K3 2026")):
        client.force_login(UserFactory(roles=[Role.DIRECTOR], language=language))
        client.cookies["language"] = language
        assert said in client.get(reverse("figures:report")).content


def test_what_is_exact_is_said_in_the_same_words_where_it_is_promised():
    privacy = (Path(settings.BASE_DIR) / "docs" / "privacy.md").read_text()
    with translation.override("en"):
        assert protection.exact() in " ".join(privacy.replace("\n> ", " ").split())
