from unicodedata import normalize

import pytest
from django.db import connection

from accounts.models import User
from accounts.people import directory
from accounts.tests.factories import DepartmentFactory, ProfessionFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff():
    cardiology = DepartmentFactory(name="Cardiologie")
    return [
        UserFactory(name="Noëlle Jansen-de Vries", department=cardiology),
        UserFactory(name="Jan de Vries", department=DepartmentFactory(name="Verpleging - IC")),
        UserFactory(name="Ömer 't Hoen", department=cardiology),
        UserFactory(name="Janneke Kuipers", department=cardiology, leaver=True),
    ]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("jan", ["Noëlle Jansen-de Vries", "Jan de Vries"]),
        ("NOELLE", ["Noëlle Jansen-de Vries"]),
        ("nöelle de vries", ["Noëlle Jansen-de Vries"]),
        ("omer hoen", ["Ömer 't Hoen"]),
        ("jan cardio", ["Noëlle Jansen-de Vries"]),
        ("ic", ["Jan de Vries"]),
        ("cardiologie", ["Ömer 't Hoen", "Noëlle Jansen-de Vries"]),
        ("ansen", []),
        ("janneke", []),
        ("", []),
        ("  -' & | !:* ", []),
        ("jan:* & !x", []),
    ],
)
def test_finds_by_beginnings_of_words_without_accents_or_capitals(staff, query, names):
    assert [user.name for user in directory.search(query, near=staff[0])] == names


STORED = [
    "Đặng Thị Hoa",
    "Fatma Şahin",
    "Łukasz Kowalski",
    "Karl Weiß",
    "Ĳsbrand Dekker",
    "IJsbrand Smit",
    "Seán O’Brien",
    "Anne-Marie Kok",
    "Annemarie Post",
    "Anne Marie Prins",
    "Noor van den Berg",
    "Ольга Щукина",
    "Noëlle Bos",
    "Wim in 't Hof",
    "王芳",
    "李小明",
]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("dang", ["Đặng Thị Hoa"]),
        ("ĐẶNG thi", ["Đặng Thị Hoa"]),
        ("sahin", ["Fatma Şahin"]),
        ("Şahin", ["Fatma Şahin"]),
        ("lukasz", ["Łukasz Kowalski"]),
        ("weiss", ["Karl Weiß"]),
        ("WEIẞ", ["Karl Weiß"]),
        ("ijsbrand", ["Ĳsbrand Dekker", "IJsbrand Smit"]),
        ("ĳsbrand", ["Ĳsbrand Dekker", "IJsbrand Smit"]),
        ("o'brien", ["Seán O’Brien"]),
        ("O’Brien", ["Seán O’Brien"]),
        ("obrien sean", ["Seán O’Brien"]),
        ("brien", ["Seán O’Brien"]),
        ("anne-marie", ["Anne-Marie Kok", "Annemarie Post", "Anne Marie Prins"]),
        ("anne\u2011marie", ["Anne-Marie Kok", "Annemarie Post", "Anne Marie Prins"]),
        ("annemarie", ["Anne-Marie Kok", "Annemarie Post", "Anne Marie Prins"]),
        ("anne marie", ["Anne-Marie Kok", "Annemarie Post", "Anne Marie Prins"]),
        ("anne marie post", ["Annemarie Post"]),
        ("marie anne", ["Anne-Marie Kok", "Anne Marie Prins"]),
        ("berg", ["Noor van den Berg"]),
        ("Berg, van den", ["Noor van den Berg"]),
        ("v.d. berg", ["Noor van den Berg"]),
        ("v/d berg", ["Noor van den Berg"]),
        ("vd berg", ["Noor van den Berg"]),
        ("vandenberg", ["Noor van den Berg"]),
        ("den berg noor", ["Noor van den Berg"]),
        ("van der berg", ["Noor van den Berg"]),
        ("noor de berg", ["Noor van den Berg"]),
        ("vander berg", ["Noor van den Berg"]),
        ("van den hof", ["Wim in 't Hof"]),
        ("van den", ["Noor van den Berg"]),
        ("van der", []),
        ("ольга", ["Ольга Щукина"]),
        ("olga", ["Ольга Щукина"]),
        ("noelle", ["Noëlle Bos"]),
        ("Noëlle", ["Noëlle Bos"]),
        ("'t hof", ["Wim in 't Hof"]),
        ("wang fang", ["王芳"]),
        ("王芳", ["王芳"]),
        ("王", ["王芳"]),
        ("李", ["李小明"]),
        ("小明", ["李小明"]),
        ("xiaoming", ["李小明"]),
        ("明", ["李小明"]),
        ("李小明", ["李小明"]),
    ],
)
def test_finds_a_name_however_it_is_typed_and_stored(form, query, found):
    for name in STORED:
        UserFactory(name=normalize(form, name))
    near = UserFactory(office=True, name="X")
    for typed in (normalize("NFC", query), normalize("NFD", query)):
        listed = directory.search(typed, near=near)
        assert [normalize("NFC", user.name) for user in listed] == found
        assert [name for name in STORED if directory.has_words(name, typed)] == sorted(
            found, key=STORED.index
        )


def test_three_statements_whatever_is_found(staff, django_assert_num_queries):
    with django_assert_num_queries(3):
        for user in directory.search("cardiologie", near=staff[1]):
            _ = (str(user.department), str(user.profession))


def test_whose_prefix_it_is_stands_before_who_has_another():
    for name in ("Ab Berg", "Ab van Berg", "Ab van den Berg", "Ab van der Berg"):
        UserFactory(name=name)
    near = UserFactory(office=True, name="X")
    assert [user.name for user in directory.search("van der berg", near=near)] == [
        "Ab van der Berg",
        "Ab Berg",
        "Ab van Berg",
        "Ab van den Berg",
    ]


@pytest.mark.parametrize("query", ["voornaam1234 achter", "van der voornaam 1234", "voor naam1234 de achter"])
def test_uses_the_index_in_a_large_hospital(staff, query):
    profession = ProfessionFactory()
    User.objects.bulk_create(
        User(
            username=f"u{n}",
            employee_number=f"N{n}",
            name=f"Voornaam{n} Achternaam{n % 977}",
            profession=profession,
        )
        for n in range(20_000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE accounts_user")
    plan = directory.matching(User.objects.all(), query).explain()
    assert "user_name_words" in plan


def test_own_department_first_then_by_surname(staff):
    near = UserFactory(department=staff[1].department)
    UserFactory(name="Ab Vries", department=near.department)
    found = [user.name for user in directory.search("vries", near=near)]
    assert found == ["Ab Vries", "Jan de Vries", "Noëlle Jansen-de Vries"]


def test_says_when_there_are_more_than_ten(staff):
    UserFactory.create_batch(10, name="Kees Kok")
    assert not directory.search("kok", near=staff[0]).more
    UserFactory(name="Kees Kok")
    found = directory.search("kok", near=staff[0])
    assert (len(found), found.more) == (10, True)


def test_namesakes_are_told_apart_by_what_differs():
    ward, elsewhere = DepartmentFactory(name="IC"), DepartmentFactory(name="IC", location__name="Zuid")
    near = UserFactory(office=True, name="X")
    UserFactory(name="Noor Bakker", department=ward, employee_number="1004321", email="n.bakker@z.example")
    UserFactory(name="Noor BAKKER", department=ward, employee_number="1008765", email="n.bakker2@z.example")
    UserFactory(name="Noor Bakker", department=elsewhere, employee_number="", email="")
    UserFactory(name="Noor Bakker", physician=True, department=ward)
    UserFactory(name="Noor Bakker", department=ward, leaver=True)
    marks = {user.apart for user in directory.search("bakker", near=near)}
    assert marks == {
        "Ziekenhuis Noord · …4321",
        "Ziekenhuis Noord · …8765",
        "Zuid",
        "",
    }


def test_a_namesake_outside_the_list_tells_apart_too(django_assert_num_queries):
    ward = DepartmentFactory()
    one = UserFactory(name="Noor Bakker", department=ward, employee_number="A1")
    UserFactory(name="Noor Bakker", department=ward, employee_number="A2")
    with django_assert_num_queries(1):
        assert directory.told_apart([one])[0].apart == "…A1"


def test_a_mail_address_tells_apart_what_nothing_else_does():
    ward = DepartmentFactory()
    for address in ("n.bakker@z.example", "n.bakker2@z.example"):
        one = UserFactory(name="Noor Bakker", department=ward, employee_number="", email=address)
    assert directory.told_apart([one])[0].apart == "n.bakker2@z.example"
