"""What the whole staff was asked, twice: a survey that is over and has its numbers, and one that runs."""

from datetime import date, timedelta
from pathlib import Path

from django.conf import settings

from accounts.models import User
from demo.timeline import Year
from evaluations import questionnaire_file, surveys
from evaluations.models import Questionnaire, Survey
from hospital.clock import local_day, start_of_day

FILE = Path(settings.BASE_DIR) / "static" / "samples" / "questionnaire-staff.csv"
ANSWERED = 140
#: How often each answer is given, by scale.
_OFTEN = {"yesno": (5, 4), "agree": (1, 3, 4, 6, 2)}


def ask(year: Year, *, by: User) -> None:
    """One before the programme was made known, and one now."""
    definition = questionnaire_file.read(FILE.read_bytes(), FILE.name)
    begun = year.now - timedelta(days=300)
    loaded = surveys.load(definition, by=by, at=begun)
    questionnaire = surveys.take_into_use(questionnaire=loaded, by=by, at=begun)
    first, again = local_day(begun), local_day(year.now - timedelta(days=3))
    over = _begin(questionnaire, "Alle medewerkers, nulmeting", first, by=by)
    _begin(questionnaire, "Alle medewerkers, na een jaar", again, by=by)
    for _person in range(ANSWERED):
        given = {
            place: year.chance.choices(definition.values(question), _OFTEN[question.scale])[0]
            for place, question in enumerate(definition.questions)
        }
        surveys.submit(survey=over, answers=given, at=begun)
    surveys.open_due(at=year.now)


def _begin(questionnaire: Questionnaire, name: str, first: date, *, by: User) -> Survey:
    """For three weeks, of the whole staff."""
    days = {"starts_on": first, "ends_on": first + timedelta(days=21)}
    survey = surveys.begin(
        questionnaire=questionnaire, name=name, everybody=True, by=by, at=start_of_day(first), **days
    )
    surveys.make_keys()
    return survey
