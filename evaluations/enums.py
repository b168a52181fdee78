from django.db import models
from django.utils.translation import gettext_lazy as _


class PeriodLength(models.TextChoices):
    """How long a period is for which figures are published and evaluations opened."""

    QUARTER = "quarter", _("a quarter")
    HALF_YEAR = "half_year", _("half a year")
    YEAR = "year", _("a year")


class Question(models.TextChoices):
    """What is measured (domain: UMCG, PMC): feelings before and after, statements, mark, recommendation.

    The value of a feeling is a pair "before-after" of 0–3; of a statement 1–5; of the mark 0–10; "yes"/"no".
    """

    BLAME = "blame", _("I blame myself")
    SHAME = "shame", _("I feel ashamed")
    INCOMPETENT = "incompetent", _("I feel I’m not good enough at my work")
    ISOLATED = "isolated", _("I feel alone in it")
    HELPED = "helped", _("The supporter helped me to process the event.")
    SAME_FIELD = "same_field", _("A supporter should come from the same field of work.")
    FOR_EVERYBODY = "for_everybody", _("Everybody involved in an incident should be offered peer support.")
    MARK = "mark", _("Which mark do you give the support?")
    RECOMMEND = "recommend", _("Would you recommend it to a colleague?")

    @classmethod
    def feelings(cls) -> tuple["Question", ...]:
        return (cls.BLAME, cls.SHAME, cls.INCOMPETENT, cls.ISOLATED)

    @classmethod
    def statements(cls) -> tuple["Question", ...]:
        return (cls.HELPED, cls.SAME_FIELD, cls.FOR_EVERYBODY)

    @property
    def scale(self) -> tuple[str, ...]:
        """The values that an answer can have."""
        if self in self.feelings():
            return tuple(f"{before}-{after}" for before in range(4) for after in range(4))
        if self in self.statements():
            return tuple(str(value) for value in range(1, 6))
        return tuple(str(value) for value in range(11)) if self == Question.MARK else ("yes", "no")


class Measure(models.TextChoices):
    """What a question measures that the board reads (docs/samples/README.md)."""

    KNOWS = "knows", _("knows the programme")
    SUPPORTED = "supported", _("feels supported")
    WORTHWHILE = "worthwhile", _("finds it worthwhile")


class SurveyKind(models.TextChoices):
    """Who is asked by one open link, beside those who were supported."""

    TRAINING = "training", _("a training day")
    INTERVISION = "intervision", _("an intervision")
    STAFF = "staff", _("the staff")

    @property
    def measures(self) -> tuple[Measure, ...]:
        """What the board reads of it."""
        return (Measure.KNOWS, Measure.SUPPORTED) if self == SurveyKind.STAFF else (Measure.WORTHWHILE,)
