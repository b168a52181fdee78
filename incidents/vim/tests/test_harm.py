"""What an export says that an event did to the patient (incidents.vim.rows)."""

import pytest

from incidents.enums import Harm
from incidents.vim.columns import KNOWN
from incidents.vim.rows import harm


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Geen schade", Harm.NONE),
        ("geen", Harm.NONE),
        ("Geen letsel voor de patiënt", Harm.NONE),
        ("Zonder gevolgen", Harm.NONE),
        ("Bijna-incident", Harm.NONE),
        ("Near miss", Harm.NONE),
        ("No harm", Harm.NONE),
        ("None", Harm.NONE),
        ("Nee", Harm.NONE),
        ("Licht letsel", Harm.SOME),
        ("Tijdelijke schade", Harm.SOME),
        ("Ja", Harm.SOME),
        ("Moderate harm", Harm.SOME),
        ("Ernstige schade", Harm.SERIOUS),
        ("Blijvend letsel", Harm.SERIOUS),
        ("Overlijden", Harm.SERIOUS),
        ("Patiënt is overleden", Harm.SERIOUS),
        ("Severe harm", Harm.SERIOUS),
        ("Death", Harm.SERIOUS),
        ("", Harm.UNKNOWN),
        ("Onbekend", Harm.UNKNOWN),
        ("3", Harm.UNKNOWN),
        # Whether there was other harm is not said.
        ("Geen blijvende schade", Harm.UNKNOWN),
        ("No serious harm", Harm.UNKNOWN),
    ],
)
def test_the_words_of_an_export(said, meant):
    assert harm(said) == meant


@pytest.mark.parametrize("header", ["Schade", "Gevolg voor patiënt", "Mate van schade", "Degree of harm"])
def test_the_column_is_found_by_its_header(header):
    assert KNOWN.guess([header]).places == {"harm": 0}
