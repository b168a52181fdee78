"""Whether there are enough supporters of each profession."""

from datetime import UTC, datetime

import pytest

from accounts.tests.factories import DepartmentFactory, ProfessionFactory, UserFactory
from hospital.enums import ProfessionGroup
from supporters.models import SupportPolicy
from supporters.tests.factories import SupporterFactory
from training.coverage import counting

NOW = datetime(2026, 11, 18, 14, 0, tzinfo=UTC)
pytestmark = pytest.mark.clock(NOW)


def test_coverage_wants_more_where_people_work_shifts(db):
    nurses = ProfessionFactory()  # works shifts: 15%
    clinic = ProfessionFactory(name="Poliverpleegkundige", group=ProfessionGroup.NURSE, works_shifts=False)
    physicians = ProfessionFactory(physician=True)
    UserFactory.create_batch(19, profession=nurses)
    UserFactory.create_batch(9, profession=clinic)
    UserFactory.create_batch(10, profession=physicians)
    UserFactory(leaver=True, profession=physicians)
    UserFactory(partner=True)
    SupporterFactory(trained=True, user__profession=nurses)
    SupporterFactory(trained=True, user__profession=clinic)
    SupporterFactory(lapsed=True, user__profession=nurses, user__employee_number="L1")
    SupporterFactory(trained=True, user__partner=True)
    # Nurses: 21 × 15% + 10 × 10% = 4.15, so 5. Physicians: 10 × 10% = 1.
    assert counting.coverage(NOW) == [
        counting.Coverage(ProfessionGroup.PHYSICIAN, 10, 0, 1),
        counting.Coverage(ProfessionGroup.NURSE, 31, 2, 5),
    ]
    assert [each.missing for each in counting.coverage(NOW)] == [1, 3]
    SupportPolicy.objects.update(norm=20, norm_in_shifts=40)
    # Nurses: 21 × 4% + 10 × 2% = 1.04, so 2.
    assert [each.wanted for each in counting.coverage(NOW)] == [1, 2]


def test_where_most_are_short_stands_first(db):
    physicians = ProfessionFactory(physician=True)
    north, south = DepartmentFactory(name="Noord"), DepartmentFactory(name="Zuid")
    for department, people in ((north, 10), (south, 30)):
        UserFactory.create_batch(people, profession=physicians, department=department)
    SupporterFactory(trained=True, user__profession=physicians, user__department=north)
    policy, cells = SupportPolicy.current(), counting.cells(NOW)
    # 11 × 10% = 1.1, so 2; 30 × 10% = 3; together 41 × 10% = 4.1, so 5.
    assert counting.short_first(cells, lambda cell: cell.department, policy) == [
        counting.Coverage(south, 30, 0, 3),
        counting.Coverage(north, 11, 1, 2),
    ]
    assert counting.short_first(cells, lambda cell: cell.profession, policy) == [
        counting.Coverage(physicians, 41, 1, 5)
    ]
