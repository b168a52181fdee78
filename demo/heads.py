"""Who was there, after what always brings an offer of support: the head of department says so, or else the
coordinator, who asked around.
"""

from dataclasses import dataclass
from datetime import datetime

from accounts.enums import Role
from accounts.models import User
from demo.timeline import Year
from incidents.models import Incident
from supporters.intake import head_questions
from supporters.models import HeadQuestion

#: Of a hundred who are asked so many say nothing for days.
SILENT = 8


def answer_later(year: Year, incident: Incident, at: datetime) -> None:
    """Schedule the answer, where somebody was asked."""
    question = HeadQuestion.objects.filter(incident=incident).first()
    if question is None:
        return
    silent = year.chance.randrange(100) < SILENT
    year.then(at + (year.hours(60, 110) if silent else year.hours(1, 20)), Answer(year, question))


@dataclass
class Answer:
    """Nobody is missing."""

    year: Year
    question: HeadQuestion

    def __call__(self, at: datetime) -> None:
        question = HeadQuestion.objects.select_related("incident").filter(pk=self.question.pk).first()
        if question is None or question.answered_at:
            return
        heads = User.objects.filter(groups__name=Role.TEAM_LEADER, department=question.department_id)
        # Not about what they are part of themselves.
        if head := heads.exclude(involvements__incident=question.incident).order_by("pk").first():
            head_questions.nobody_missing(incident=question.incident, by=head, at=at)
        else:
            head_questions.settle(question=question, by=self.year.coordinator, at=at)
