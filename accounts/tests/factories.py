"""People and places for tests. All names are invented."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import Group
from factory.declarations import PostGeneration, Sequence, SubFactory, Trait
from factory.django import DjangoModelFactory

from accounts.enums import Role
from accounts.models import User
from hospital.enums import ProfessionGroup
from hospital.models import Department, Location, Profession

FIRST_NAMES = ("Anouk", "Bram", "Chantal", "Daan", "Eefje", "Faisal", "Gijs", "Hanneke", "Ilse", "Joost")
LAST_NAMES = ("van der Wal", "Jansma", "Kuipers", "el Amrani", "de Graaf", "Hoekstra", "Lammers")
DEPARTMENTS = ("Intensive care", "Spoedeisende hulp", "Verloskunde", "Hartbewaking", "Kinderafdeling")


def give_roles(user: User, create: bool, roles: Iterable[Role] | None, **kwargs: Any) -> None:
    if roles:
        user.groups.add(*Group.objects.filter(name__in=roles))


def give_password(user: User, create: bool, password: str | None, **kwargs: Any) -> None:
    if password:
        user.set_password(password)
        user.save(update_fields=["password"])


class LocationFactory(DjangoModelFactory):
    class Meta:
        model = Location
        django_get_or_create = ("name",)

    class Params:
        partner = Trait(name="Huisartsenpraktijk De Brink", is_partner=True)

    name = "Ziekenhuis Noord"


class DepartmentFactory(DjangoModelFactory):
    class Meta:
        model = Department

    class Params:
        partner = Trait(location=SubFactory(LocationFactory, partner=True))

    name = Sequence(lambda n: f"{DEPARTMENTS[n % len(DEPARTMENTS)]} {n}")
    location = SubFactory(LocationFactory)


class ProfessionFactory(DjangoModelFactory):
    class Meta:
        model = Profession
        django_get_or_create = ("name",)

    class Params:
        physician = Trait(name="Arts", group=ProfessionGroup.PHYSICIAN, works_shifts=False)
        resident = Trait(name="Arts-assistent", group=ProfessionGroup.RESIDENT)
        midwife = Trait(name="Klinisch verloskundige", group=ProfessionGroup.MIDWIFE)
        paramedic = Trait(name="Fysiotherapeut", group=ProfessionGroup.PARAMEDIC, works_shifts=False)

    name = "Verpleegkundige"
    group = ProfessionGroup.NURSE
    works_shifts = True


class UserFactory(DjangoModelFactory):
    """An employee: a nurse in service, unless a trait says otherwise. `roles=[Role.X]` gives roles.

    Without `password` the account has none: sign in with ``client.force_login``.
    """

    class Meta:
        model = User
        skip_postgeneration_save = True

    class Params:
        physician = Trait(profession=SubFactory(ProfessionFactory, physician=True))
        resident = Trait(profession=SubFactory(ProfessionFactory, resident=True))
        midwife = Trait(profession=SubFactory(ProfessionFactory, midwife=True))
        paramedic = Trait(profession=SubFactory(ProfessionFactory, paramedic=True))
        # Lent by an organisation outside the hospital.
        partner = Trait(
            profession=SubFactory(ProfessionFactory, physician=True),
            department=SubFactory(DepartmentFactory, partner=True),
        )
        # Belongs to no ward: a functional administrator, a board member.
        office = Trait(profession=None, department=None)
        leaver = Trait(is_active=False)

    username = Sequence(lambda n: f"medewerker{n}")
    employee_number = Sequence(lambda n: f"P{n:06d}")
    name = Sequence(lambda n: f"{FIRST_NAMES[n % len(FIRST_NAMES)]} {LAST_NAMES[n % len(LAST_NAMES)]}")
    email = Sequence(lambda n: f"medewerker{n}@ziekenhuis.example")
    telephone = Sequence(lambda n: f"061{n:07d}")
    department = SubFactory(DepartmentFactory)
    profession = SubFactory(ProfessionFactory)
    in_profession_since = 2015
    language = "en"

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        # An empty password counts as one that can be asked for.
        user: User = super()._create(model_class, *args, **{"password": UNUSABLE_PASSWORD_PREFIX, **kwargs})
        return user

    roles = PostGeneration(give_roles)
    password = PostGeneration(give_password)
