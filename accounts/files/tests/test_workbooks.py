"""What a workbook may hold, made by hand: its parts are XML in a zip."""

import contextlib
import io
import re
import zipfile

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.files import workbooks
from accounts.files.spreadsheets import FileRefused, read
from accounts.files.tests.test_spreadsheets import HEADER, known, table, workbook
from accounts.files.words import FILE_REASONS

SHEET = "xl/worksheets/sheet1.xml"
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
NAMES = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>Nummer</t></is></c>'
    '<c r="B1" t="inlineStr"><is><t>Naam</t></is></c></row>'
)
JAN = '<row r="{line}"><c r="A{line}"><v>1</v></c><c r="B{line}" t="inlineStr"><is><t>Jan</t></is></c></row>'
OUTSIDE = '<!DOCTYPE w [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' if n else '<!ENTITY l0 "ha">' for n in range(10))


def package(**parts):
    """A workbook with some of its parts in other words; None leaves one out."""
    parts = {name.replace("__", "/"): part for name, part in parts.items()}
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(workbook(HEADER))) as good,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as bad,
    ):
        for name in good.namelist():
            part = parts.pop(name, good.read(name))
            if part is not None:
                bad.writestr(name, part)
        for name, part in parts.items():
            bad.writestr(name, part)
    return packed.getvalue()


def sheet(*rows, before=""):
    xml = f"<worksheet {MAIN}>{before}<sheetData>{''.join(rows)}</sheetData></worksheet>"
    return package(**{SHEET: xml.encode()})


MEANINGLESS = {
    "a bomb of entities in the workbook": package(
        **{"xl/workbook.xml": f"<!DOCTYPE w [{LAUGHS}]><workbook>&l9;</workbook>".encode()}
    ),
    "a bomb of entities in the sheet": package(
        **{SHEET: f"<!DOCTYPE w [{LAUGHS}]><worksheet {MAIN}>&l9;</worksheet>".encode()}
    ),
    "an entity from outside": package(**{SHEET: f"{OUTSIDE}<worksheet {MAIN}>&e;</worksheet>".encode()}),
    "a DTD from elsewhere": package(
        **{"xl/sharedStrings.xml": b'<!DOCTYPE s SYSTEM "http://127.0.0.1:1/x.dtd"><sst/>'}
    ),
    "a DTD in UTF-16": package(**{SHEET: f"<!DOCTYPE w><worksheet {MAIN}/>".encode("utf-16")}),
    "EBCDIC": package(**{SHEET: f'<?xml version="1.0" encoding="cp037"?><worksheet {MAIN}/>'.encode()}),
    "XML cut off": package(**{SHEET: b"<worksheet><sheetData><row>"}),
    "an empty sheet": package(**{SHEET: b""}),
    "no text": package(**{SHEET: b"\xff\xfe\x00"}),
    "a workbook that is no XML": package(**{"xl/workbook.xml": b"no XML"}),
    "a workbook of nothing": package(**{"xl/workbook.xml": b"<a/>"}),
    "styles not closed": package(**{"xl/styles.xml": b"<styleSheet><a></styleSheet>"}),
    "styles nested deeply": package(**{"xl/styles.xml": b"<a>" * 100_000 + b"</a>" * 100_000}),
    "no content types": package(**{"[Content_Types].xml": None}),
    "content types of nothing": package(**{"[Content_Types].xml": b"<Types><Override/></Types>"}),
    "no sheet": package(**{SHEET: None}),
    "a shared text that is not there": sheet('<row r="1"><c r="A1" t="s"><v>99</v></c></row>'),
    "a number that is none": sheet('<row r="1"><c r="A1"><v>abc</v></c></row>'),
    "a cell nowhere": sheet('<row r="1"><c r="??"><v>1</v></c></row>'),
    "a row nowhere": sheet('<row r="1e6"><c r="A1"><v>1</v></c></row>'),
    "rows backwards": sheet(JAN.format(line=5), JAN.format(line=3)),
    "a size that is none": sheet(NAMES, before='<dimension ref="nonsense"/>'),
    "a broken zip": b"PK\x03\x04" + b"\x00" * 100,
    "a zip cut off": workbook(HEADER)[:-30],
}


@pytest.mark.parametrize("content", MEANINGLESS.values(), ids=MEANINGLESS.keys())
def test_a_workbook_that_makes_no_sense_is_one_clear_refusal(content):
    with pytest.raises(FileRefused) as refused:
        table(content, "export.xlsx")
    assert refused.value.code == "damaged"


def test_any_other_zip_is_refused_too():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as other:
        other.writestr("word/document.xml", "<document/>")
    with pytest.raises(FileRefused, match="damaged"):
        table(packed.getvalue(), "brief.xlsx")


@pytest.mark.parametrize(
    "content",
    [
        sheet(NAMES, f'<row r="2">{"<c/>" * 200_000}</row>'),
        sheet(NAMES, before="<cols>" + "<col/>" * 2_100_000 + "</cols>"),
        package(**{f"xl/extra{n}.xml": b"<a/>" for n in range(600)}),
    ],
    ids=["one row", "beside the rows", "parts"],
)
def test_a_workbook_without_end_is_refused(content):
    with pytest.raises(FileRefused) as refused:
        table(content, "export.xlsx")
    assert refused.value.code == "unpacks_too_large"


@pytest.mark.parametrize(
    "far",
    [
        '<row r="1048576"><c r="A1048576" s="0"/><c r="XFD1048576" s="0"></c></row>',
        "".join(f'<row r="{n}" s="0" customFormat="1"/>' for n in range(3, 200_000)),
        "".join(f'<row r="{n}"><c r="A{n}" s="0"/></row>' for n in range(3, 200_000)),
    ],
    ids=["one cell", "rows", "a column"],
)
def test_what_is_only_formatted_is_never_read(far):
    """However far off it stands, it is cut out before a row is made of it."""
    content = sheet(NAMES, JAN.format(line=2), far, before='<dimension ref="A1:XFD1048576"/>')
    assert table(content, "export.xlsx") == (["Nummer", "Naam"], [(2, ["1", "Jan"])])
    assert workbooks.MAX_LINES < 200_000


FULL = "".join(f'<c r="{chr(65 + n)}{{line}}"><v>1</v></c>' for n in range(10))


@pytest.mark.parametrize(
    ("rows", "lines", "at_once", "code"),
    [
        (FULL, 20_001, True, "too_many_cells_at_once"),
        (FULL, 50_001, False, "too_many_cells"),
        ("<c/>" * 40, 100_000, False, "too_many_stored"),
        ('<c r="A{line}" s="0"/>' * 40, 100_000, False, "too_many_stored"),
        ('<c r="XFD{line}"><v>1</v></c>' * 6, 99_000, False, "too_many_cells"),
    ],
)
def test_more_cells_than_may_be_are_refused_before_any_is_read(monkeypatch, rows, lines, at_once, code):
    def parsed(*args, **options):
        raise AssertionError("It was read.")

    monkeypatch.setattr(openpyxl, "load_workbook", parsed)
    body = (f'<row r="{line}">{rows.format(line=line)}</row>' for line in range(2, lines + 1))
    with pytest.raises(FileRefused) as refused:
        read(sheet(NAMES, *body), "export.xlsx", known=known, at_once=at_once)
    assert refused.value.code == code
    assert re.search(r"\d+,000", str(FILE_REASONS[code]))


def test_far_off_cells_cost_no_more_than_those_close_by():
    content = sheet(NAMES, *(f'<row r="{n}"><c r="CV{n}"><v>1</v></c></row>' for n in range(2, 30_000)))
    with pytest.raises(FileRefused) as refused:
        list(read(content, "export.xlsx", known=known, at_once=True).rows)
    assert refused.value.code == "too_many_rows_at_once"


def test_text_has_the_same_limits():
    header, cells = ";".join(HEADER), "1;" * 20
    content = "\n".join([header, *[cells] * 10_001]).encode()
    with pytest.raises(FileRefused, match="too_many_cells_at_once"):
        list(read(content, "export.csv", known=known, at_once=True).rows)


def test_the_size_that_a_workbook_says_is_not_believed():
    content = sheet(NAMES, JAN.format(line=2), JAN.format(line=9), before='<dimension ref="A1:A1"/>')
    assert table(content, "export.xlsx")[1] == [(2, ["1", "Jan"]), (9, ["1", "Jan"])]


def test_somebody_far_below_the_others_is_not_left_out_in_silence():
    with pytest.raises(FileRefused, match="too_many_rows"):
        table(sheet(NAMES, JAN.format(line=900_000)), "export.xlsx")


def test_the_first_sheet_that_can_be_seen_is_read():
    book = openpyxl.Workbook()
    book.worksheets[0].sheet_state = "hidden"
    book.create_sheet("Staf")
    for row in (HEADER, ["1", "Jan", "x"]):
        book["Staf"].append(row)
    content = io.BytesIO()
    book.save(content)
    assert table(content.getvalue(), "export.xlsx") == (HEADER, [(2, ["1", "Jan", "x"])])


def test_a_formula_with_its_value_is_that_value():
    worked_out = '<row r="2"><c r="A2"><f>1+1</f><v>2</v></c><c r="B2"><f>A9</f></c></row>'
    found = read(sheet(NAMES, worked_out), "export.xlsx", known=known)
    (row,) = found.rows
    assert (row.cells, row.faults) == (["2", ""], {1: "formula"})


@given(st.binary(max_size=300), st.integers(0, 4000))
def test_no_byte_of_a_workbook_does_harm(bytes_, at):
    whole = workbook(HEADER, ["1", "Jan", "x"])
    with contextlib.suppress(FileRefused):
        table(whole[:at] + bytes_ + whole[at + len(bytes_) :], "export.xlsx")
