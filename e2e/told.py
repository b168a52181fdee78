"""What people were told, as one list: every notice with its mail, and every mail without a notice."""

import re
from collections.abc import Sequence
from datetime import datetime
from email.message import EmailMessage
from email.utils import parsedate_to_datetime

from e2e.test_journey import link_in, written
from hospital.clock import AMSTERDAM
from hospital.mail import mail_id
from notifications.models import Notice
from notifications.reminders import kinds

_NOTICE = re.compile(r"/notices/([0-9a-f-]{36})/open/")


def told(mails: Sequence[EmailMessage]) -> list[str]:
    """A line for each notice, with when it was mailed, and for each of `mails` without one.

    In the order of moment and first name: "Mon 09 Nov 10:00 | Anouk | at once | A step is due soon.". A
    notice that was mailed twice, or a mail that went to somebody else, is an AssertionError.
    """
    mailed: dict[str, EmailMessage] = {}
    rows = []
    for mail in mails:
        notices = notices_of(mail)
        if not notices:
            name = str(mail["To"]).partition("@")[0].capitalize()
            rows.append((left_at(mail), name, "mail only", str(mail["Subject"])))
        for notice in notices:
            assert notice not in mailed
            mailed[notice] = mail
    for shown in Notice.objects.select_related("user"):
        name, line = shown.user.name.split()[0], str(kinds.get(shown.kind).line)
        rows.append((shown.created_at, name, _how(shown, mailed.pop(str(shown.pk), None)), line))
    # What was told to who is erased since is forgotten; only the mail that left says when.
    for mail in mailed.values():
        name = str(mail["To"]).partition("@")[0].capitalize()
        rows.append((left_at(mail), name, "mail only", str(mail["Subject"])))
    return [" | ".join([when(moment), *rest]) for moment, *rest in sorted(rows)]


def notices_of(mail: EmailMessage) -> list[str]:
    """The ids of the notices that a mail leads to, or speaks for: of what came in the quiet hours."""
    if found := _NOTICE.search(link_in(mail)):
        return [found[1]]
    several = Notice.objects.filter(digest=mail_id(str(mail["Message-ID"])))
    return [str(pk) for pk in several.values_list("pk", flat=True)]


def left_at(mail: EmailMessage) -> datetime:
    """When a mail was sent, as it says itself: by the clock of Amsterdam, in summer as in winter."""
    moment = parsedate_to_datetime(mail["Date"])
    assert moment.utcoffset() == moment.astimezone(AMSTERDAM).utcoffset()
    return moment


def when(moment: datetime) -> str:
    """As the clock in Amsterdam says it."""
    return f"{moment.astimezone(AMSTERDAM):%a %d %b %H:%M}"


def mailed_at_night(mails: Sequence[EmailMessage]) -> list[tuple[str, bool]]:
    """What of `mails` left between 21:00 and 7:00: its line, and whether it is urgent."""
    at_night = [notice for mail in mails if not 7 <= left_at(mail).hour < 21 for notice in notices_of(mail)]
    found = [kinds.get(Notice.objects.get(pk=notice).kind) for notice in at_night]
    return [(str(kind.line), kind.urgent) for kind in found]


def betrayed(mails: Sequence[EmailMessage], words: Sequence[str]) -> list[str]:
    """Which of `words` stand in one of `mails`, be it in subject, text or HTML."""
    return [word for mail in mails for word in words if word in written(mail)]


def _how(shown: Notice, mail: EmailMessage | None) -> str:
    if mail is None:
        return "no mail"
    assert mail["To"] == shown.user.email
    moment = left_at(mail)
    return "at once" if when(moment) == when(shown.created_at) else when(moment)
