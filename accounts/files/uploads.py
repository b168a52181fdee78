"""What becomes of an uploaded file, in every import: it is open until it is imported, refused or thrown away,
and then nothing more is done with it.
"""

import hashlib
import json
from datetime import datetime, timedelta

from django.apps import apps
from django.utils.translation import gettext

from accounts.models import FileImport
from hospital.moment_words import at_moment

#: A file that nobody finishes is kept so long: it names people.
KEPT = timedelta(days=7)


class NotReady(Exception):
    """It is no longer at the step that was asked for: somebody else was first."""


def digest(plan: object) -> str:
    """The same for two plans that do and ask the same: what somebody says yes to is what was shown.

    `plan` is lists of what JSON knows, of moments and of what has a key in the database.
    """
    written = json.dumps(plan, sort_keys=True, default=lambda value: str(getattr(value, "pk", value)))
    return hashlib.sha256(written.encode()).hexdigest()


def why_not(file: FileImport, *, now: datetime) -> str:
    """What is said of NotReady, to who taps a second time, in a second tab or after Back."""
    if file.finished_at is None:
        return gettext("This changed in the meantime. Look again.")
    if not file.is_done:
        return gettext("This file is no longer here, and nothing of it was imported. Choose it again.")
    text = gettext("This file was imported already, %(moment)s. It is not imported again.")
    return text % {"moment": at_moment(file.finished_at, now=now)}


def discard_forgotten(*, at: datetime) -> int:
    """Throw away the files of every import that nobody finished in time; how many."""
    imports = [model for model in apps.get_models() if issubclass(model, FileImport)]
    return sum(each.throw_away(at=at, created_at__lte=at - KEPT) for each in imports)
