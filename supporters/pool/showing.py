"""What a supporter shows of herself to a colleague who chooses: from lists, without a name."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from accounts.models import User
from supporters.enums import Experience, SupporterStatus
from supporters.models import ShownAs, Supporter
from supporters.pool.members import HasStopped, log_own

#: Languages to choose from, by their codes: those of the house first.
LANGUAGES = (*(code for code, _name in settings.LANGUAGES), "de", "fr", "es", "pt", "pl", "tr", "ar", "uk")


def show(*, user: User, shown: Mapping[str, Any] | None, at: datetime) -> None:
    """`user` shows so much of herself (the fields of ShownAs), or nothing any more. Raises HasStopped."""
    with transaction.atomic():
        pool = Supporter.objects.exclude(status=SupporterStatus.STOPPED).select_for_update(of=("self",))
        supporter = pool.filter(user=user).first()
        if supporter is None:
            raise HasStopped
        if shown is None:
            ShownAs.objects.filter(supporter=supporter).delete()
        else:
            ShownAs.objects.update_or_create(supporter=supporter, defaults=dict(shown))
        log_own(supporter, at)


def words(shown: ShownAs, *, at: datetime) -> list[str]:
    """What the colleague reads, a line each."""
    user = shown.supporter.user
    years = user.years_in_profession(year=timezone.localtime(at).year)
    lines = [
        str(user.profession or "") if shown.profession else "",
        str(user.department or "") if shown.department else "",
        _band(years) if shown.years and years is not None else "",
    ]
    if shown.languages:
        lines.append(_("Speaks %(languages)s") % {"languages": ", ".join(map(language, shown.languages))})
    if shown.knows:
        known = ", ".join(str(Experience(each).label) for each in shown.knows)
        lines.append(_("Knows from experience: %(known)s") % {"known": known})
    return [line for line in lines if line]


def language(code: str) -> str:
    return str(get_language_info(code)["name_translated"])


def _band(years: int) -> str:
    """About how long, so that no year says who it is."""
    for fewer, text in (
        (5, _("Less than 5 years in this work")),
        (10, _("5 to 10 years in this work")),
        (20, _("10 to 20 years in this work")),
    ):
        if years < fewer:
            return text
    return _("More than 20 years in this work")
