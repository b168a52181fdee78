"""The mails: one function each. None carries a name or an event, only that there is something, and where."""

from collections.abc import Sequence
from email.utils import format_datetime
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from notifications.kinds import Outside


def something_for_you(*, mail_id: UUID, address: str, language: str, url: str) -> EmailMultiAlternatives:
    """To somebody with an account: there is something for you, behind sign-in at `url` (a path)."""
    with override(language):
        return _mail(
            mail_id=mail_id,
            address=address,
            subject=_("There is something for you in Peersupport"),
            text=_("There is something for you in Peersupport. Sign in to see what it is."),
            link=f"{settings.SITE_URL}{url}",
            footer=_("For everybody's privacy this mail does not say what it is about."),
        )


def news_of_the_day(*, mail_id: UUID, user: User, lines: Sequence[str], url: str) -> EmailMultiAlternatives:
    """To somebody with an account: how much news of which kind waits, behind sign-in at `url` (a path)."""
    with override(user.language):
        return _mail(
            mail_id=mail_id,
            address=user.email,
            subject=_("Your news in Peersupport"),
            text=_("This is new for you in Peersupport:"),
            lines=lines,
            link=f"{settings.SITE_URL}{url}",
            footer=_(
                "This mail comes at most once a day. For everybody's privacy it says no more than this."
            ),
        )


def outside(*, mail_id: UUID, content: Outside) -> EmailMultiAlternatives:
    """To somebody who may have no account, in the words of the kind that it comes from."""
    with override(content.language):
        return _mail(
            mail_id=mail_id,
            address=content.address,
            subject=content.subject,
            text=content.text,
            link=content.link,
            footer="",
        )


def message_id(mail_id: UUID) -> str:
    """The same for every try, so that a mail that was sent twice is recognised as one."""
    return f"<{mail_id}@{urlsplit(settings.SITE_URL).hostname}>"


def _mail(
    *,
    mail_id: UUID,
    address: str,
    subject: str,
    text: str,
    link: str,
    footer: str,
    lines: Sequence[str] = (),
) -> EmailMultiAlternatives:
    parts = [part for part in (text, "\n".join(f"- {line}" for line in lines), link, footer) if part]
    message = EmailMultiAlternatives(
        subject=subject,
        body="\n\n".join(parts) + "\n",
        to=[address],
        headers={
            "Message-ID": message_id(mail_id),
            "Date": format_datetime(timezone.localtime()),
            # No out-of-office answers, which would tell the mailbox of the application who is away.
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
        },
    )
    context = {"text": text, "lines": lines, "link": link, "footer": footer, "subject": subject}
    html = render_to_string("notifications/mail.html", context)
    message.attach_alternative(html, "text/html")
    return message
