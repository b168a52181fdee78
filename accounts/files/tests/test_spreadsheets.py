import io
from datetime import date, datetime, time

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.files import spreadsheets
from accounts.files.spreadsheets import FileRefused, Problem, read

HEADER = ["Nummer", "Naam", "Datum"]


def known(row):
    return len(set(row) & set(HEADER))


def table(content, name="export.csv"):
    found = read(content, name, known=known)
    return found.header, [(row.line, row.cells) for row in found.rows]


def workbook(*rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_reads_what_excel_writes(encoding, separator):
    text = "\r\n".join(
        separator.join(row) for row in [HEADER, ["0042", "Noëlle", "31-01-2026"], ["", "", ""]]
    )
    assert table(text.encode(encoding)) == (HEADER, [(2, ["0042", "Noëlle", "31-01-2026"])])


def test_lines_are_those_of_the_file():
    content = b'sep=;\r\nOverzicht\r\n\r\nNummer;Naam;Datum\r\n1;"Jan\r\nde Wit";x\r\n;;\r\n2;Els;y\r\n'
    header, rows = table(content)
    assert header == HEADER
    assert rows == [(5, ["1", "Jan\r\nde Wit", "x"]), (8, ["2", "Els", "y"])]


def test_keeps_zeros_that_excel_would_eat():
    assert table(b'Nummer;Naam\n="00042";Jan\n')[1] == [(2, ["00042", "Jan"])]


def test_reads_a_workbook():
    content = workbook(
        ["Overzicht"],
        HEADER,
        [20260017.0, "Noëlle", datetime(2026, 1, 31, 14, 30)],  # noqa: DTZ001 — a workbook knows no zone
        ["x", time(2, 30), date(2026, 1, 31)],
    )
    assert table(content, "export.xlsx") == (
        HEADER,
        [(3, ["20260017", "Noëlle", "2026-01-31 14:30"]), (4, ["x", "02:30:00", "2026-01-31"])],
    )


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "export.csv", "empty"),
        (b"  \r\n", "export.csv", "empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest", "export.xls", "unknown_kind"),
        (b"%PDF-1.7", "export.pdf", "unknown_kind"),
        (b"PK\x03\x04 broken", "export.xlsx", "damaged"),
        (b"a;b;c\n1;2;3\n", "export.csv", "no_header"),
    ],
)
def test_says_why_a_file_cannot_be_read(content, name, code):
    with pytest.raises(FileRefused) as refused:
        table(content, name)
    assert refused.value.code == code


def test_refuses_what_is_too_large(monkeypatch):
    monkeypatch.setattr(spreadsheets, "MAX_BYTES", 10)
    with pytest.raises(FileRefused, match="too_large"):
        table(b"Nummer;Naam\n1;2\n")


def test_refuses_more_rows_than_it_takes(monkeypatch):
    monkeypatch.setattr(spreadsheets, "MAX_ROWS", 2)
    with pytest.raises(FileRefused, match="too_many_rows"):
        table(b"Nummer;Naam\n1;a\n2;b\n3;c\n")


@given(st.binary(max_size=300))
def test_no_bytes_do_harm(content):
    try:
        table(content)
        table(b"Nummer;Naam\n" + content)
    except FileRefused:
        pass


MIXED = "Nummer;Naam\n1;Noëlle\n".encode() + "2;Renée\n3;Jan\n".encode("cp1252")


def test_a_file_in_two_encodings_is_read_line_by_line_and_that_is_said():
    found = read(MIXED, "a.csv", known=known)
    assert [row.cells[1] for row in found.rows] == ["Noëlle", "Renée", "Jan"]
    assert found.cleaned == [Problem(3, "", "other_encoding")]


def test_what_nobody_sees_is_taken_out_and_that_is_said():
    text = "Num\u200bmer;Naam\n1;\u202eJan\u202c\x07\n2;Jan\u00a0de\u2009Wit\n\ufeff3;\u00ad\n"
    found = read(text.encode(), "a.csv", known=known)
    assert found.header == ["Nummer", "Naam"]
    assert [row.cells for row in found.rows] == [["1", "Jan"], ["2", "Jan de Wit"], ["3"]]
    assert found.cleaned == [
        Problem(2, "Naam", "invisible"),
        Problem(4, "Nummer", "invisible"),
    ]


def test_a_letter_with_its_accent_apart_is_one_letter():
    assert table("Nummer;Naam\n1;Noe\u0308lle\n".encode())[1] == [(2, ["1", "Noëlle"])]


@pytest.mark.parametrize(
    ("cell", "fault"),
    [
        ("=A1", "formula"),
        ("=1+1", "formula"),
        ('="Piet"&A1', "formula"),
        ("='Blad 1'!A1", "formula"),
        ("#N/A", "error_value"),
        ("#VERW!", "error_value"),
        ("########", "error_value"),
        ("Noï¿½lle \ufffd", "garbled"),
        ("NoÃ«lle", "garbled"),
        ("=> zie boven", None),
        ("# 3", None),
    ],
)
def test_a_cell_that_cannot_be_right_is_a_fault(cell, fault):
    found = read(f"Nummer;Naam\n1;{cell}\n".encode(), "a.csv", known=known)
    (row,) = found.rows
    assert row.faults.get(1) == fault


def test_a_quotation_mark_that_is_never_closed_swallows_nobody():
    with pytest.raises(FileRefused) as refused:
        table(b'Nummer;Naam\n1;Els\n2;"Jan\n3;Piet\n')
    assert (refused.value.code, refused.value.line) == ("quote_open", 3)
