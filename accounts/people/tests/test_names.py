from unicodedata import normalize

import pytest

from accounts.people import names
from accounts.people.names import Name


@pytest.mark.parametrize(
    ("name", "parts", "key"),
    [
        ("Noor van den Berg", Name("Noor", "van den", "Berg"), "berg vanden noor"),
        ("Berg, Noor van den", Name("Noor", "van den", "Berg"), "berg vanden noor"),
        ("Berg, van den, Noor", Name("Noor", "van den", "Berg"), "berg vanden noor"),
        # A Belgian writes the prefix as a part of the surname.
        ("Noor Van den Berg", Name("Noor Van", "den", "Berg"), "berg den noorvan"),
        ("Wim in 't Hof", Name("Wim", "in 't", "Hof"), "hof int wim"),
        ("Marie d'Hondt", Name("Marie", "d'", "Hondt"), "hondt d marie"),
        ("Willem 's-Gravesande", Name("Willem", "'s-", "Gravesande"), "gravesande s willem"),
        ("Karim el-Amrani", Name("Karim", "el-", "Amrani"), "amrani el karim"),
        ("Seán O’Brien", Name("Seán", "", "O’Brien"), "obrien  sean"),
        ("Anne-Marie de Vries", Name("Anne-Marie", "de", "Vries"), "vries de annemarie"),
        ("Sophie Jansen - de Boer", Name("Sophie", "", "Jansen-de Boer"), "jansendeboer  sophie"),
        ("Jan de Vries-van den Berg", Name("Jan", "de", "Vries-van den Berg"), "vriesvandenberg de jan"),
        (
            "Anna Jansen-de Vries van Berg",
            Name("Anna", "", "Jansen-de Vries van Berg"),
            "jansendevriesvanberg  anna",
        ),
        ("Piet Jansen jr.", Name("Piet", "", "Jansen jr."), "jansenjr  piet"),
        ("Anne Marie Jansen jr.", Name("Anne Marie", "", "Jansen jr."), "jansenjr  annemarie"),
        ("Jan de Vries jr.", Name("Jan", "de", "Vries jr."), "vriesjr de jan"),
        ("Đặng Thị Hoa", Name("Đặng Thị", "", "Hoa"), "hoa  dangthi"),
        ("Ĳsbrand Weiß", Name("Ĳsbrand", "", "Weiß"), "weiss  ijsbrand"),
        ("Ольга Щукина", Name("Ольга", "", "Щукина"), "shchukina  olga"),
        ("王芳", Name("", "", "王芳"), "wangfang  "),
        ("noor van den berg", Name("noor van den", "", "berg"), "berg  noorvanden"),
        ("noor van den Berg", Name("noor", "van den", "Berg"), "berg vanden noor"),
        ("Noor den berg", Name("Noor den", "", "berg"), "berg  noorden"),
        ("Noor berg", Name("Noor", "", "berg"), "berg  noor"),
        ("Cher", Name("", "", "Cher"), "cher  "),
        ("", Name("", "", ""), "  "),
    ],
)
def test_parts_of_a_name_and_where_it_stands(name, parts, key):
    assert names.split(name) == parts
    assert names.sort_key(name) == key
    assert names.sort_key(normalize("NFD", name)) == key


def test_sorted_as_in_a_dutch_list():
    listed = [
        "Zoë Aalbers",
        "Ab Berg",
        "Zus Berg",
        "Ab van Berg",
        "Ab van den Berg",
        "Ab Berg Dijk",
        "Ab Bergen",
        "Łukasz Müller",
        "Fatma Şahin",
        "Ab 't Hoen",
    ]
    assert sorted(listed, key=names.sort_key) == [
        *listed[:5],
        "Ab Bergen",
        "Ab Berg Dijk",
        "Ab 't Hoen",
        "Łukasz Müller",
        "Fatma Şahin",
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Anne-Marie O'Brien", "annemarie o’brien"),
        ("Noor van den Berg", "Berg, Noor van den"),
        ("Noor van den Berg", "NOOR VAN DEN BERG"),
        ("Sophie Jansen - de Boer", "Sophie Jansen-de Boer"),
        ("Zoë Weiß", normalize("NFD", "ZOE WEISS")),
    ],
)
def test_one_name_however_it_is_written(one, other):
    assert names.same(one, other)
    for somebody_else in ("Noor Berg", "Zz Zz", "Aa Aa"):
        assert not names.same(one, somebody_else)


def test_the_words_by_which_a_name_is_found():
    found = names.search_key("Anna-Lize van den Berg").split()
    assert found == ["annalize", "anna", "lize", "van", "den", "berg", "vd", "vandenberg", "vdberg"]


def test_a_name_without_spaces_is_found_by_each_of_its_words_and_by_what_follows():
    assert names.search_key("王小明").split() == ["wangxiaoming", "wang", "xiao", "ming", "xiaoming"]


@pytest.mark.parametrize(
    ("short", "stands"), [("B. Visser", True), ("Visser", True), ("C. Visser", False), ("", False)]
)
def test_initials_may_stand_for_a_name(short, stands):
    assert names.shortens(short, "Bram Visser") is stands


def test_key_of_the_longest_name_in_another_script_fits_the_index():
    assert len(names.sort_key("Щ" * 150)) == 400


@pytest.mark.parametrize(
    ("typed", "enough"),
    [
        ("", False),
        (" ", False),
        ("a", False),
        (" é ", False),
        ("ab", True),
        ("王", True),
        ("김", True),
        ("Đ", False),
    ],
)
def test_two_letters_or_one_of_a_script_without_spaces_are_enough_to_look_for_somebody(typed, enough):
    assert names.is_enough(typed) is enough
