import io
import zipfile
from datetime import date, datetime

import openpyxl
import pytest

from accounts.files import spreadsheets, workbooks
from accounts.files.spreadsheets import FileRefused, Problem
from accounts.staff import columns
from accounts.staff import rows as staff_rows
from accounts.staff.words import REASONS, group_of
from hospital.enums import ProfessionGroup

HEADER = "Personeelsnummer;Naam;E-mail;Afdeling;Functie;In functie sinds"
ROW = "P1;Noëlle Jansen;n.jansen@ziekenhuis.example;Cardiologie;Verpleegkundige;01-03-2015"
VALUES = {
    "employee_number": "P1",
    "name": "Noëlle Jansen",
    "email": "n.jansen@ziekenhuis.example",
    "department": "Cardiologie",
    "profession": "Verpleegkundige",
    "in_profession_since": 2015,
}


def parse(content, name="staf.csv"):
    return staff_rows.parse(*columns.read(content, name), this_year=2026, progress=lambda _: None)


def csv_of(*rows, header=HEADER):
    return "\r\n".join([header, *rows]).encode()


def xlsx_of(*rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def row(**changes):
    return ";".join(str(value) for value in {**VALUES, **changes}.values())


TEXT = f"{HEADER}\r\n{ROW}\r\n"


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("cp1252"),
        TEXT.encode("utf-16"),
        b"\xfe\xff" + TEXT.encode("utf-16-be"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("utf-16-be"),
        TEXT.replace(";", ",").encode(),
        TEXT.replace(";", "\t").encode("utf-16"),
        TEXT.replace("\r\n", "\n").encode(),
        f"sep=;\r\n{TEXT}".encode("cp1252"),
        f"Personeelslijst maart;;;;;\r\n;;;;;\r\n{TEXT}".encode(),
        f"{HEADER.upper().replace('E-MAIL', 'e mail')}\r\n{ROW}".encode(),
    ],
    ids=lambda content: repr(content[:12]),
)
def test_reads_what_excel_in_the_netherlands_writes(content):
    staff = parse(content)
    assert staff.problems == []
    assert [person.values for person in staff.people] == [VALUES]


def test_reads_a_workbook_with_real_dates_and_numbers():
    staff = parse(
        xlsx_of(
            [
                "Employee number",
                "First name",
                "Infix",
                "Last name",
                "Email",
                "Department",
                "Job title",
                "Since",
                "Tel",
            ],
            [
                1001.0,
                "Joost",
                "van",
                "Dam",
                "J.vanDam@ziekenhuis.example",
                "IC",
                "Nurse",
                datetime(2015, 3, 1),  # noqa: DTZ001  # Excel's dates have no zone
                612345678,
            ],
            [None] * 9,
            [1002, "Ilse", None, "Lammers", None, "IC", "Nurse", date(2020, 1, 1), "010-1234567"],
        ),
        "staff.xlsx",
    )
    assert staff.problems == []
    assert [person.line for person in staff.people] == [2, 4]
    assert staff.people[0].values == {
        "employee_number": "1001",
        "name": "Joost van Dam",
        "email": "j.vandam@ziekenhuis.example",
        "department": "IC",
        "profession": "Nurse",
        "in_profession_since": 2015,
        "telephone": "+31612345678",
    }
    assert "email" not in staff.people[1].values


def test_quotes_line_breaks_and_kept_zeros():
    staff = parse(
        csv_of('="007";"Jansen; de oude\nen de jonge";;IC;Verpleegkundige;2015', row(employee_number="P2"))
    )
    assert [(person.line, person.number) for person in staff.people] == [(2, "007"), (4, "P2")]
    assert staff.people[0].values["name"] == "Jansen; de oude en de jonge"


@pytest.mark.parametrize(
    ("written", "year"),
    [
        ("2015", 2015), ("1-3-2015", 2015), ("31-12-2015", 2015), ("31/12/2015", 2015), ("31.12.2015", 2015),
        ("2015-12-31", 2015), ("2015-12-31T00:00:00", 2015), ("-", None),
    ],
)  # fmt: skip
def test_years_and_dates(written, year):
    assert parse(csv_of(row(in_profession_since=written))).people[0].values["in_profession_since"] == year


@pytest.mark.parametrize(
    ("changes", "column", "code"),
    [
        ({"employee_number": ""}, "Personeelsnummer", "required"),
        ({"name": "-"}, "Naam", "required"),
        ({"name": "-5"}, "Naam", "name_wrong"),
        ({"name": "@x"}, "Naam", "name_wrong"),
        ({"department": "-5"}, "Afdeling", "name_wrong"),
        ({"profession": "?"}, "Functie", "name_wrong"),
        ({"name": "x" * 151}, "Naam", "too_long"),
        ({"email": "n.jansen"}, "E-mail", "email_wrong"),
        ({"in_profession_since": "31-02-2015"}, "In functie sinds", "year_wrong"),
        ({"in_profession_since": "15"}, "In functie sinds", "year_wrong"),
        ({"in_profession_since": "1915"}, "In functie sinds", "year_wrong"),
        ({"in_profession_since": "2099"}, "In functie sinds", "year_wrong"),
        ({"employee_number": "3,16E+10"}, "Personeelsnummer", "number_scientific"),
        ({"employee_number": "1E5"}, "Personeelsnummer", "number_scientific"),
        ({"employee_number": "'1001"}, "Personeelsnummer", "number_quoted"),
        ({"employee_number": "-"}, "Personeelsnummer", "required"),
        ({"name": "#N/B"}, "Naam", "error_value"),
        ({"department": "=VERT.ZOEKEN(A2)"}, "Afdeling", "formula"),
        ({"name": "NoÃ«lle Jansen"}, "Naam", "garbled"),
    ],
)
def test_says_what_is_wrong_by_line_and_column(changes, column, code):
    staff = parse(csv_of(row(employee_number="P0", email=""), row(**changes)))
    assert staff.problems == [Problem(3, column, code)]


def test_the_same_number_or_address_twice():
    staff = parse(csv_of(row(), row(email="N.JANSEN@ziekenhuis.example")))
    assert staff.problems == [
        Problem(3, "Personeelsnummer", "number_twice"),
        Problem(3, "E-mail", "email_twice"),
    ]


def test_language_by_its_names():
    rows = [
        f"P{n};Naam;;IC;Verpleegkundige;{word}" for n, word in enumerate(("-", "NL", "Engels", "en", "fr"))
    ]
    staff = parse(csv_of(*rows, header="Persnr;Naam;Mail;Afdeling;Functie;Taal"))
    assert [person.values["language"] for person in staff.people] == ["nl", "nl", "en", "en", "nl"]
    assert staff.problems == [Problem(6, "Taal", "language_wrong")]


def test_columns_that_are_missing_and_columns_that_mean_nothing():
    staff = parse(b"Persnr;Achternaam;Salaris\nP1;Jansen;100")
    assert {problem.column for problem in staff.problems} == {"email", "department", "profession"}
    assert {problem.code for problem in staff.problems} == {"column_missing"}
    assert parse(csv_of(f"{row()};100", header=f"{HEADER};Salaris")).ignored == ["Salaris"]


def bomb():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for number in range(3):
            package.writestr(f"xl/worksheets/sheet{number}.xml", b"0" * (50 * workbooks.MEGABYTE))
    return stream.getvalue()


def lying_workbook():
    """Says of its sheet that it is small."""
    content = bytearray(xlsx_of(["Persnr", "Naam"], ["P1", "x" * 10_000]))
    return bytes(content[: len(content) // 2])


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "a.csv", "empty"),
        (b" \r\n", "a.csv", "empty"),
        (b"x" * (spreadsheets.MAX_BYTES + 1), "a.csv", "too_large"),
        (b"hallo\nwereld", "a.csv", "no_header"),
        (HEADER.encode(), "a.csv", "no_rows"),
        (f"{HEADER};Persnr\n{ROW};1".encode(), "a.csv", "column_twice"),
        (b"%PDF-1.7", "a.pdf", "unknown_kind"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1old", "a.xls", "unknown_kind"),
        (b"PK\x03\x04 no zip", "a.xlsx", "damaged"),
        (lying_workbook(), "a.xlsx", "damaged"),
        (bomb(), "a.xlsx", "unpacks_too_large"),
        (f'{HEADER}\n"P1;{"x" * 200_000}'.encode(), "a.csv", "quote_open"),
    ],
    # The size of a workbook differs by the moment written into it: no name for a test.
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_refuses_a_file_kindly(content, name, code):
    assert code in REASONS
    with pytest.raises(FileRefused) as refused:
        parse(content, name)
    assert refused.value.code == code


def test_refuses_more_rows_than_a_hospital_has(monkeypatch):
    monkeypatch.setattr(spreadsheets, "MAX_ROWS", 3)
    rows = [row(employee_number=f"P{n}", email="") for n in range(4)]
    for content, name in (
        (csv_of(*rows), "a.csv"),
        (xlsx_of(HEADER.split(";"), *(r.split(";") for r in rows)), "a.xlsx"),
    ):
        with pytest.raises(FileRefused) as refused:
            parse(content, name)
        assert refused.value.code == "too_many_rows"


@pytest.mark.parametrize(
    ("profession", "group"),
    [
        ("Verpleegkundige", ProfessionGroup.NURSE),
        ("Senior verpleegkundige IC", ProfessionGroup.NURSE),
        ("Arts-assistent (AIOS)", ProfessionGroup.RESIDENT),
        ("Cardioloog", ProfessionGroup.PHYSICIAN),
        ("Kinderarts", ProfessionGroup.PHYSICIAN),
        ("Medisch specialist", ProfessionGroup.PHYSICIAN),
        ("Anesthesioloog", ProfessionGroup.PHYSICIAN),
        ("Anesthesiemedewerker", ProfessionGroup.THEATRE),
        ("Operatieassistent", ProfessionGroup.THEATRE),
        ("Klinisch verloskundige", ProfessionGroup.MIDWIFE),
        ("Klinisch psycholoog", ProfessionGroup.PSYCHOSOCIAL),
        ("Fysiotherapeut", ProfessionGroup.PARAMEDIC),
        ("Ziekenhuisapotheker", ProfessionGroup.PHARMACY),
        ("Secretaresse", ProfessionGroup.SUPPORT),
        ("Goochelaar", None),
    ],
)
def test_the_words_of_a_profession_point_to_its_group(profession, group):
    assert group_of(profession) == group


def test_an_empty_cell_says_nothing_and_a_hyphen_empties():
    staff = parse(csv_of("P1;Noëlle Jansen;;;;", "P2;Bram;-;-;-;-", "P3;Els"))
    assert [set(person.values) for person in staff.people] == [
        {"employee_number", "name"},
        {*VALUES},
        {"employee_number", "name"},
    ]
    assert [staff.people[1].values[name] for name in ("email", "department", "in_profession_since")] == [
        "",
        "",
        None,
    ]
    assert staff.problems == []


@pytest.mark.parametrize(
    ("parts", "name", "code"),
    [
        ("Jan;-;Jansen", "Jan Jansen", ""),
        (";;Jansen", "Jansen", ""),
        (";;", None, ""),
        (" ; ; ", None, ""),
        ("-;-;-", "", "required"),
        (";;-", "", "required"),
        ("-5;;@", "-5 @", "name_wrong"),
    ],
)
def test_a_name_in_parts_is_empty_when_all_of_them_are(parts, name, code):
    header = "Persnr;Voornaam;Tussenvoegsel;Achternaam;Mail;Afdeling;Functie"
    staff = parse(csv_of(f"P1;{parts};;;", header=header))
    assert staff.people[0].values.get("name") == name
    assert [problem.code for problem in staff.problems] == [code] * bool(code)


@pytest.mark.parametrize("name", ["李小明", "محمد", "Ольга", "Ng", "Ü", "Jan 2e"])
def test_a_name_in_any_script_is_one(name):
    staff = parse(csv_of(row(name=name, department=name, profession=name)))
    assert (staff.people[0].values["name"], staff.problems) == (name, [])


@pytest.mark.parametrize("telephone", ["@x", "-5", "12", "geen"])
def test_what_is_no_telephone_number_is_refused_by_line_and_column(telephone):
    staff = parse(csv_of(row() + f";{telephone}", header=f"{HEADER};Mobiel"))
    assert staff.problems == [Problem(2, "Mobiel", "telephone_wrong")]
    assert parse(csv_of(row() + ";123", header=f"{HEADER};Mobiel")).problems == []


def test_a_department_or_profession_may_be_a_code():
    staff = parse(csv_of("P1;Jan Jansen;;4100;41", header="Persnr;Naam;Mail;Afdeling;Functie"))
    assert staff.problems == []
    assert (staff.people[0].values["department"], staff.people[0].values["profession"]) == ("4100", "41")


def test_a_username_is_never_emptied():
    staff = parse(csv_of(row() + ";-", header=f"{HEADER};Inlognaam"))
    assert staff.problems == [Problem(2, "Inlognaam", "required")]


def test_a_cell_too_many_is_refused_by_line_and_column():
    staff = parse(csv_of(row(), row(employee_number="P2", email="") + ";x"))
    assert staff.problems == [Problem(3, "G", "extra_cells")]


def test_a_formula_that_was_never_worked_out_is_refused():
    staff = parse(xlsx_of(HEADER.split(";"), ["P1", "=A2", None, None, None, None]), "staff.xlsx")
    assert staff.problems == [Problem(2, "Naam", "formula")]


def test_a_number_with_more_figures_than_excel_keeps_is_refused():
    staff = parse(xlsx_of(HEADER.split(";"), [12345678901234567890, "Jan"]), "staff.xlsx")
    assert staff.problems == [Problem(2, "Personeelsnummer", "figures_lost")]
