"""How every mail of Peersupport is made, so that a log of mail tells none from another.

All have the same sender, the same subject, the same headers and, by padding, the same size. They carry no
name and no event, only that there is something, and where.
"""

from collections.abc import Sequence
from email.utils import format_datetime
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext

#: Every mail is filled up to a whole number of these (bytes).
SIZE = 8192
#: A line of padding with its line end, in bytes.
LINE = 78


def compose(
    *,
    mail_id: UUID,
    address: str,
    text: str,
    link: str,
    footer: str = "",
    lines: Sequence[str] = (),
) -> EmailMultiAlternatives:
    """A mail in the active language: `text`, `lines` as a list, `link` on a line of its own, `footer`.

    The Message-ID follows from `mail_id`, so that a mail that was sent twice is recognised as one. What
    cannot be delivered goes back to `BOUNCE_EMAIL`.
    """
    subject = gettext("There is something for you in Peersupport")
    context = {"text": text, "lines": lines, "link": link, "footer": footer, "subject": subject}
    message = EmailMultiAlternatives(
        subject=subject,
        body="\n\n".join(filter(None, (text, "\n".join(f"- {line}" for line in lines), link, footer))) + "\n",
        from_email=settings.BOUNCE_EMAIL,
        to=[address],
        headers={
            "From": settings.DEFAULT_FROM_EMAIL,
            "Message-ID": message_id(mail_id),
            "Date": format_datetime(timezone.localtime()),
            # No out-of-office answers, which would tell the mailbox of the application who is away; but what
            # cannot be delivered.
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "OOF, AutoReply",
        },
    )
    html = render_to_string("mail.html", context)
    message.attach_alternative(html, "text/html")
    size = len(message.message().as_bytes(linesep="\r\n"))  # type: ignore[call-arg]  # as it is sent
    message.alternatives.clear()
    message.attach_alternative(html.replace("<!---->", f"<!--{_padding(-size % SIZE)}-->"), "text/html")
    return message


def message_id(mail_id: UUID) -> str:
    """The same for every try."""
    return f"<{mail_id}@{urlsplit(settings.SITE_URL).hostname}>"


def mail_id(message_id: str) -> UUID | None:
    """Of which mail of this site a Message-ID is; None when it is none of ours."""
    name, _at, host = message_id.strip().strip("<>").partition("@")
    if host != urlsplit(settings.SITE_URL).hostname:
        return None
    try:
        return UUID(name)
    except ValueError:
        return None


def _padding(size: int) -> str:
    whole, rest = divmod(size, LINE)
    return ("." * (LINE - 2) + "\n") * whole + "." * rest
