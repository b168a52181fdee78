import pytest

from accounts.people import telephones
from accounts.people.telephones import NumberUnreadable


@pytest.mark.parametrize(
    ("typed", "kept", "shown"),
    [
        ("06-12345678", "+31612345678", "06 12345678"),
        ("+31 (0)6 12345678", "+31612345678", "06 12345678"),
        ("+31 06 12345678", "+31612345678", "06 12345678"),
        ("0031612345678", "+31612345678", "06 12345678"),
        ("612345678", "+31612345678", "06 12345678"),
        ("31612345678", "+31612345678", "06 12345678"),
        ("(06) 12.34.56.78", "+31612345678", "06 12345678"),
        ("\u202a06\u00a012345678\u202c", "+31612345678", "06 12345678"),
        ("\uff10\uff1612345678", "+31612345678", "06 12345678"),
        ("010-1234567 tst. 123", "+31101234567;ext=123", "010 123 4567, 123"),
        ("010 1234567 (toestel 123)", "+31101234567;ext=123", "010 123 4567, 123"),
        ("010-1234567 x12", "+31101234567;ext=12", "010 123 4567, 12"),
        ("+32 475 12 34 56", "+32475123456", "+32 475 12 34 56"),
        ("57123", "57123", "57123"),
        ("", "", ""),
    ],
)
def test_one_number_is_read_and_kept_once_and_for_all(typed, kept, shown):
    assert telephones.read(typed) == kept
    assert telephones.from_file(typed) == kept
    assert telephones.read(kept) == kept
    assert telephones.shown(kept) == shown


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("0612345678 / 0687654321", "several"),
        ("0612345678 of 0687654321", "several"),
        ("06 12345678, 06 12345679", "several"),
        ("0612345678 en 57123", "several"),
        ("010-1234567/68", "several"),
        ("06-12345678 privé", "words"),
        ("06-12345678 (na 17u)", "words"),
        ("06-1234567", "none"),
        ("06-98765432", "unused"),
        ("sein 1234", "none"),
        ("3,16E+10", "none"),
        ("twaalf", "none"),
        ("-", "none"),
        ("112", "emergency"),
        (" 1 1 2", "emergency"),
        ("113", "emergency"),
        ("116 123", "emergency"),
    ],
)
def test_what_is_not_one_number_is_refused_with_the_reason(typed, code):
    with pytest.raises(NumberUnreadable) as refused:
        telephones.read(typed)
    assert refused.value.code == code


@pytest.mark.parametrize("cell", ["3,16E+10", "3.16123E+10", "3,16E10", "'0612345678", "’06 12345678"])
def test_what_a_spreadsheet_has_spoilt_is_refused(cell):
    with pytest.raises(NumberUnreadable, match="spreadsheet"):
        telephones.from_file(cell)


@pytest.mark.parametrize("cell", ["@x", "-5", "12", "geen", "n.v.t.", "+31", "☎", "-"])
def test_a_cell_with_fewer_figures_than_a_number_has_is_refused(cell):
    with pytest.raises(NumberUnreadable, match="none"):
        telephones.from_file(cell)


@pytest.mark.parametrize("cell", ["+31 6...", "sein 123", "06-1234567", "123"])
def test_a_cell_with_the_figures_of_one_that_is_not_read_stays_as_it_is(cell):
    assert telephones.from_file(cell) == cell


@pytest.mark.parametrize(
    ("stored", "dialled"),
    [
        ("+31612345678", "+31612345678"),
        ("+31101234567;ext=123", "+31101234567;ext=123"),
        ("06-12345678 privé", "+31612345678"),
        ("06-12345678 (na 17u)", "+31612345678"),
        ("0612345678 / 0687654321", ""),
        ("010-1234567/68", ""),
        ("06-1234567", ""),
        ("57123", ""),
        ("sein 57123", ""),
        ("3,16E+10", ""),
        ("", ""),
    ],
)
def test_one_valid_number_is_dialled_or_none(stored, dialled):
    assert telephones.dialled(stored) == dialled


def test_cell_with_words_gives_its_number_and_with_two_stays_as_it_is():
    assert telephones.from_file("06-12345678 (privé)") == "+31612345678"
    assert telephones.from_file("0612345678 / 0687654321") == "0612345678 / 0687654321"
