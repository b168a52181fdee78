"""The mails: one function each. None carries a name or an event, only that there is something, and where."""

from email.utils import format_datetime
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

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
    *, mail_id: UUID, address: str, subject: str, text: str, link: str, footer: str
) -> EmailMultiAlternatives:
    parts = [part for part in (text, link, footer) if part]
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
    html = render_to_string(
        "notifications/mail.html", {"text": text, "link": link, "footer": footer, "subject": subject}
    )
    message.attach_alternative(html, "text/html")
    return message
