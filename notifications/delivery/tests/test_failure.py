import smtplib
from datetime import timedelta

import pytest

from notifications.reminders.failure import describe, wait_after


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            smtplib.SMTPRecipientsRefused({"jan@x.nl": (550, b"5.1.1 <jan@x.nl>: unknown\r\nuser jan@x.nl")}),
            "550 5.1.1 …: unknown user …",
        ),
        (
            smtplib.SMTPRecipientsRefused({"j.jansen@x.nl": (550, b"User J.Jansen (Jansen) unknown")}),
            "550 User … (…) unknown",
        ),
        (smtplib.SMTPDataError(451, b"try later"), "451 try later"),
        (ConnectionRefusedError(111, "Connection refused"), "ConnectionRefusedError: Connection refused"),
        (KeyError("Jan Jansen"), "KeyError"),
    ],
)
def test_failure_is_described_without_personal_data(error, words):
    assert describe(error) == words


def test_failure_of_our_own_names_the_line_and_not_the_text():
    with pytest.raises(ValueError, match="x") as raised:
        int("x")
    assert describe(raised.value).startswith("ValueError (test_failure.py:")


def test_fifth_failure_comes_within_a_quarter_of_an_hour():
    assert sum((wait_after(attempts) for attempts in range(1, 5)), timedelta(0)) == timedelta(minutes=10)
    assert wait_after(500) == timedelta(minutes=30)
