"""Where to look for the next supporters, recomputed by hand.

Also covers training.coverage.views.recruiting.
"""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from accounts.enums import Role
from accounts.tests.factories import DepartmentFactory, ProfessionFactory, UserFactory
from supporters.models import SupportPolicy
from supporters.tests.factories import SupporterFactory
from training.coverage import counting, recruiting
from training.coverage.simulating import Line

NOW = datetime(2026, 11, 18, 14, 0, tzinfo=UTC)
pytestmark = [pytest.mark.django_db, pytest.mark.clock(NOW)]
PAGE = reverse("training:recruit")


@pytest.fixture
def places():
    """A ward of 10 physicians, a clinic of 9 and one who supports."""
    physician = ProfessionFactory(physician=True)
    ward, clinic = DepartmentFactory(name="Ward"), DepartmentFactory(name="Clinic")
    UserFactory.create_batch(10, profession=physician, department=ward)
    UserFactory.create_batch(9, profession=physician, department=clinic)
    SupporterFactory(trained=True, user__profession=physician, user__department=clinic)
    return physician, ward, clinic


def test_a_supporter_helps_requests_of_other_departments(places):
    physician, ward, clinic = places
    lines = [
        Line(str(physician.pk), str(ward.pk), 5, 4, 0, 0),
        Line(str(physician.pk), str(clinic.pk), 7, 1, 0, 0),
        Line("", str(ward.pk), 9, 0, 0, 0),
    ]
    found = recruiting.ranked(counting.cells(NOW), lines, SupportPolicy.current())
    assert [
        (lack.department, lack.unfound, lack.profession_short, lack.department_short) for lack in found
    ] == [
        (ward, 6, 1, 1),
        (clinic, 1, 1, 0),
    ]
    assert [lack.points for lack in found] == [8, 2]


def test_the_page_says_what_is_lacking_and_what_is_not_counted_yet(client, places):
    client.force_login(UserFactory(roles=[Role.COORDINATOR], office=True))
    page = client.get(PAGE)
    assert [str(lack.department) for lack in page.context["lacks"]] == ["Ward", "Clinic"]
    assert "not counted in yet" in page.text
    SupporterFactory.create_batch(2, trained=True, user__profession=places[0], user__department=places[1])
    assert "Nothing is lacking" in client.get(PAGE).text


def test_many_places_cost_no_more_queries_than_few(client, django_assert_num_queries):
    client.force_login(UserFactory(roles=[Role.COORDINATOR], office=True))
    for _few_then_many in range(2):
        UserFactory.create_batch(5)
        client.get(PAGE)
        with django_assert_num_queries(9):
            client.get(PAGE)
