import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection

from accounts.models import User
from accounts.people import who_is_who
from accounts.people.who_is_who import Named
from accounts.tests.factories import DepartmentFactory, UserFactory

WARD = "010 1234567"


def test_two_with_the_telephone_or_the_mailbox_of_a_ward_are_two():
    noor = Named(name="Noor Bakker", telephone=WARD, email="ic@ziekenhuis.example")
    assert not noor.is_also(Named(name="Bram Jansma", telephone=WARD, email="ic@ziekenhuis.example"))


@pytest.mark.parametrize(
    "again",
    [
        Named(name="noor bakker", telephone="+31 (0)10 123 45 67"),
        Named(name="Bakker, Noor", email="Noor@Uitzend.example"),
        Named(name="NOOR BAKKER"),
        Named(name="N. Bakker", telephone=WARD),
        Named(name="Noor", telephone=WARD),
    ],
)
def test_one_name_with_the_same_number_or_address_is_one(again):
    noor = Named(name="Noor Bakker", telephone=WARD, email="noor@uitzend.example")
    assert noor.is_also(again)
    assert again.is_also(noor)


def test_namesakes_at_different_numbers_are_two():
    assert not Named(name="Noor Bakker", telephone=WARD).is_also(
        Named(name="Noor Bakker", telephone="06 12345678")
    )


@pytest.mark.django_db
class TestEmployeesMeant:
    @pytest.fixture
    def noor(self):
        return UserFactory(
            name="Noor van den Berg", email="n.berg@ziekenhuis.example", telephone="06-12345678"
        )

    @pytest.mark.parametrize(
        "said",
        [
            {"name": "Noor", "email": "N.Berg@Ziekenhuis.example "},
            {"name": "Noor", "telephone": "+31 (0)6 12345678"},
            {"name": "BERG, Noor van den"},
        ],
    )
    def test_known_by_mail_number_or_name(self, noor, said):
        assert who_is_who.employees_meant([Named(**said)]) == [[noor]]

    def test_a_name_with_a_department_is_somebody_there(self, noor):
        here = Named(name=noor.name, department=noor.department_id)
        elsewhere = Named(name=noor.name, department=DepartmentFactory().pk)
        assert who_is_who.employees_meant([here, elsewhere]) == [[noor], []]

    def test_each_who_shares_a_number_may_be_meant_and_nobody_where_a_ward_does(self, noor):
        second = UserFactory(name="Ab Aalbers", telephone=noor.telephone)
        assert who_is_who.employees_meant([Named(name="X", telephone="0612345678")]) == [[second, noor]]
        UserFactory.create_batch(who_is_who.SHARED, telephone=noor.telephone)
        assert who_is_who.employees_meant([Named(name="X", telephone="0612345678")]) == [[]]

    def test_nobody_who_left_and_nobody_by_what_says_nothing(self, noor):
        UserFactory(name="Piet Jansma", telephone="-", leaver=True)
        said = [Named(name="Piet Jansma"), Named(name="X", telephone="-"), Named()]
        assert who_is_who.employees_meant(said) == [[], [], []]

    def test_one_query_for_all(self, noor, django_assert_num_queries):
        with django_assert_num_queries(1):
            who_is_who.employees_meant([Named(name=f"Naam {n}", telephone=f"06{n:08d}") for n in range(30)])


@pytest.mark.django_db
class TestOneWayOfKeeping:
    def test_mail_in_small_letters_by_every_way_in(self):
        made = User.objects.create_user("a", name="A", email="A@Ziekenhuis.example")
        saved = UserFactory(email="B@Ziekenhuis.Example")
        User.objects.bulk_create([User(username="c", name="C", email="C@ziekenhuis.example")])
        assert [made.email, saved.email] == ["a@ziekenhuis.example", "b@ziekenhuis.example"]
        User.objects.filter(email="b@ZIEKENHUIS.example").update(email="D@ziekenhuis.example")
        assert set(User.objects.values_list("email", flat=True)) == {
            f"{letter}@ziekenhuis.example" for letter in "acd"
        }

    def test_mail_of_the_first_administrator_from_the_command_line_in_small_letters(self):
        call_command(
            "createsuperuser",
            "--noinput",
            username="beheer",
            name="Beheer",
            email="Beheer@Z.example",
            verbosity=0,
        )
        assert User.objects.get(username="beheer").email == "beheer@z.example"
        assert User.objects.filter(email="BEHEER@z.example").exists()

    def test_telephone_numbers_as_one_number_by_every_way_in(self):
        one, other = UserFactory(telephone="06-12345678"), UserFactory(telephone="0612345678 / 0687654321")
        User.objects.bulk_create([User(username="c", name="C", telephone="+31 (0)6 12345678")])
        assert User.objects.filter(telephone="06 1234 5678").count() == 2
        User.objects.filter(pk=other.pk).update(telephone="010-1234567 tst. 12")
        assert set(User.objects.values_list("telephone", flat=True)) == {
            one.telephone,
            "+31101234567;ext=12",
        }

    def test_database_refuses_capitals(self):
        user = UserFactory()
        with pytest.raises(IntegrityError, match="user_email_lower"), connection.cursor() as cursor:
            cursor.execute("UPDATE accounts_user SET email = 'A@b.example' WHERE id = %s", [user.pk])

    def test_keys_follow_the_name_by_every_way_of_writing(self):
        user = UserFactory(name="Noor Bakker")
        assert user.sort_key == "bakker  noor"
        user.name = "Noor de Wit"
        user.save(update_fields=["name"])
        user.refresh_from_db()
        assert (user.sort_key, user.search_key) == ("wit de noor", "noor de wit d dewit dwit")
        User.objects.filter(pk=user.pk).update(name="Noor Şahin")
        user.refresh_from_db()
        assert (user.sort_key, user.search_key) == ("sahin  noor", "noor sahin")
        user.name = "Noor Kok"
        User.objects.bulk_update([user], ["name"])
        user.refresh_from_db()
        assert (user.sort_key, user.search_key) == ("kok  noor", "noor kok")
        User.objects.bulk_create([User(username="x", name="Ab Kok")])
        assert User.objects.get(username="x").sort_key == "kok  ab"
