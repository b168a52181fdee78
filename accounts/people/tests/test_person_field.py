"""Choosing somebody from a list in a form: namesakes are told apart there as in the people picker."""

import pytest

from accounts.models import User
from accounts.people.person_field import PersonChoiceField
from accounts.tests.factories import DepartmentFactory, ProfessionFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_says_profession_department_and_what_tells_a_namesake_apart(django_assert_num_queries):
    shared = {"department": DepartmentFactory(name="Bestuur"), "profession": ProfessionFactory(name="Arts")}
    one, other = (
        UserFactory(name="Noor Bakker", employee_number=number, **shared) for number in ("100111", "100222")
    )
    field = PersonChoiceField(User.objects.order_by("employee_number"), empty_label="Choose")
    with django_assert_num_queries(2):
        assert [label for _value, label in field.iterator(field)] == [
            "Choose",
            "Noor Bakker (Arts · Bestuur · …0111)",
            "Noor Bakker (Arts · Bestuur · …0222)",
        ]
    assert [field.clean(str(each.pk)) for each in (one, other)] == [one, other]
