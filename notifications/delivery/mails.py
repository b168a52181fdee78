"""The mails: one function each. None carries a name or an event, only that there is something, and where."""

from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from accounts.models import User
from hospital.mail import compose
from notifications.reminders.kinds import Outside


def something_for_you(
    *, mail_id: UUID, address: str, language: str, url: str, count: int = 1
) -> EmailMultiAlternatives:
    """To somebody with an account: there is something for you, or `count` things, behind sign-in at `url` (a
    path).
    """
    with override(language):
        text = ngettext(
            "There is something for you in Peersupport. Sign in to see what it is.",
            "There are %(count)d things for you in Peersupport. Sign in to see what they are.",
            count,
        )
        return compose(
            mail_id=mail_id,
            address=address,
            text=text % {"count": count} if count > 1 else text,
            link=f"{settings.SITE_URL}{url}",
            footer=_("For everybody’s privacy this mail does not say what it is about."),
        )


def mail_of_the_day(
    *, mail_id: UUID, user: User, waits: Sequence[str], news: Sequence[str], url: str
) -> EmailMultiAlternatives:
    """To somebody with an account: how much waits of what, and how much news there is of which kind, behind
    sign-in at `url` (a path).
    """
    with override(user.language):
        lines = [*waits, *([_("New: %(what)s") % {"what": line} for line in news] if waits else news)]
        return compose(
            mail_id=mail_id,
            address=user.email,
            text=_("This waits in Peersupport this morning:")
            if waits
            else _("This is new for you in Peersupport:"),
            lines=lines,
            link=f"{settings.SITE_URL}{url}",
            footer=_(
                "This mail comes at most once a day. For everybody’s privacy it says no more than this."
            ),
        )


def outside(*, mail_id: UUID, content: Outside) -> EmailMultiAlternatives:
    """To somebody who may have no account, in the words of the kind that it comes from."""
    with override(content.language):
        return compose(mail_id=mail_id, address=content.address, text=content.text, link=content.link)
