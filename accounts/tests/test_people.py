import pytest
from django.db import connection

from accounts import people
from accounts.models import User
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
        ("jan", ["Jan de Vries", "Noëlle Jansen-de Vries"]),
        ("NOELLE", ["Noëlle Jansen-de Vries"]),
        ("nöelle de vries", ["Noëlle Jansen-de Vries"]),
        ("omer hoen", ["Ömer 't Hoen"]),
        ("jan cardio", ["Noëlle Jansen-de Vries"]),
        ("ic", ["Jan de Vries"]),
        ("cardiologie", ["Noëlle Jansen-de Vries", "Ömer 't Hoen"]),
        ("ansen", []),
        ("janneke", []),
        ("", []),
        ("  -' & | !:* ", []),
        ("jan:* & !x", []),
    ],
)
def test_finds_by_beginnings_of_words_without_accents_or_capitals(staff, query, names):
    assert [user.name for user in people.search(query)] == names


def test_two_statements_whatever_is_found(staff, django_assert_num_queries):
    with django_assert_num_queries(2):
        for user in people.search("cardiologie"):
            _ = (str(user.department), str(user.profession))


def test_uses_the_index_in_a_large_hospital(staff):
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
    plan = people.matching(User.objects.all(), "voornaam1234 achter").explain()
    assert "user_name_words" in plan
