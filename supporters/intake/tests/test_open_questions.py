"""What somebody was asked stands on their home page until it is answered; and in the intake."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from accounts.enums import Role
from accounts.tests.factories import DepartmentFactory, UserFactory
from incidents.tests.factories import IncidentFactory, InvolvementFactory
from supporters.intake import head_questions
from supporters.models import HeadQuestion
from supporters.tests.factories import HeadQuestionFactory, UnnamedReportFactory

NOW = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
pytestmark = [pytest.mark.django_db, pytest.mark.clock(NOW)]


@pytest.fixture
def head():
    return UserFactory(roles=[Role.TEAM_LEADER], department=DepartmentFactory(), language="en")


def said(client, user, address="home"):
    client.force_login(user)
    return " ".join(strip_tags(client.get(reverse(address)).text).split())


def test_a_head_reads_the_question_and_the_day_until_it_is_answered(client, head):
    question = HeadQuestionFactory(department=head.department)
    page = said(client, head)
    assert "Who was there?" in page
    assert f"{question.incident.reference} · by tomorrow at" in page
    head_questions.nobody_missing(incident=question.incident, by=head, at=timezone.now())
    assert "Who was there?" not in said(client, head)


def test_not_a_head_who_was_there_nor_another_department(client, head):
    question = HeadQuestionFactory(department=head.department)
    InvolvementFactory(incident=question.incident, employee=head)
    assert "Who was there?" not in said(client, head)
    other = UserFactory(roles=[Role.TEAM_LEADER], department=DepartmentFactory(), language="en")
    assert "Who was there?" not in said(client, other)


def test_a_reporter_reads_that_the_coordinator_asks_until_it_is_said(client):
    reporter = UserFactory(language="en")
    row = UnnamedReportFactory(asked=True, incident__reporter=reporter)
    assert "The coordinator asks who was involved" in said(client, reporter)
    assert "The coordinator asks who was involved" not in said(client, UserFactory(language="en"))
    row.said_nobody_at = NOW
    row.save()
    assert "The coordinator asks who was involved" not in said(client, reporter)


def test_the_intake_says_whether_the_head_was_asked_and_until_when(client, head):
    coordinator = UserFactory(roles=[Role.COORDINATOR], language="en")
    incident = IncidentFactory(event=True, department=head.department)
    UnnamedReportFactory(incident=incident)
    assert "head was asked" not in said(client, coordinator, "support:intake")
    HeadQuestionFactory(incident=incident, department=head.department)
    assert "The head was asked who was there, until tomorrow at 09:00." in said(
        client, coordinator, "support:intake"
    )
    HeadQuestion.objects.update(due_at=NOW)
    assert "The head has not answered" in said(client, coordinator, "support:intake")
    head.is_active = False
    head.save()
    assert "Nobody heads the department: you find out" in said(client, coordinator, "support:intake")
