"""Of which calamity a notice says that it is."""

import pytest

from accounts.enums import Role
from accounts.tests.factories import DepartmentFactory, UserFactory
from incidents.calamities.notice_words import reference_of
from incidents.calamities.tests.test_milestones import reported
from incidents.enums import Step
from incidents.models import Milestone

pytestmark = pytest.mark.django_db


def test_reference_of_a_report_and_its_steps_for_who_may_see_it():
    calamity = reported()
    step = Milestone.objects.get(incident=calamity, step=Step.ANALYSIS)
    things = [calamity.pk, step.pk]
    for role in (Role.CCP, Role.DIRECTOR, Role.COORDINATOR):
        user = UserFactory(roles=[role], department=DepartmentFactory())
        assert reference_of(user, things) == dict.fromkeys(things, calamity.reference)
    for role in (Role.ANALYST, Role.TEAM_LEADER, Role.SUPPORTER, Role.ADMIN):
        assert reference_of(UserFactory(roles=[role], department=DepartmentFactory()), things) == {}
