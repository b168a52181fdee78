"""A mail server that remembers when each mail came, and lets a worker die at the worst moment."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from uuid import UUID

from aiosmtpd.smtp import SMTP, Envelope, Session

from benchmarks.faults.clock import Clock
from notifications.tests.smtp_sink import Sink

#: Long enough for the 250 to have left, seconds.
ANSWERED = 0.2
NOTICE = re.compile(r"/notices/([0-9a-f-]{36})/open/")
#: The list of notices, to which a mail leads that speaks for several.
LIST = re.compile(r"/notices/\s")


@dataclass(frozen=True)
class Arrival:
    """A mail that was accepted: the notice that it leads to, None where it leads to the list of them, its
    Message-ID, and when.
    """

    notice: UUID | None
    message_id: str
    at: datetime


@dataclass
class Post(Sink):
    """`arrivals` in their order, by `clock`."""

    clock: Clock = field(kw_only=True)
    arrivals: list[Arrival] = field(default_factory=list)
    #: Asked before each 250; what it gives is called when the 250 has left.
    before_250: Callable[[], Callable[[], None] | None] = lambda: None

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # as aiosmtpd calls it
        answer = await super().handle_DATA(server, session, envelope)
        if answer.startswith("250"):
            self.arrivals.append(self._arrival(self.messages[-1]))
            if after := self.before_250():
                asyncio.get_running_loop().call_later(ANSWERED, after)
        return answer

    def forget(self) -> None:
        """Everything that came, and what was asked of the server."""
        self.messages.clear()
        self.arrivals.clear()
        self.answer, self.before_250, self.seconds = lambda _address: "250 OK", lambda: None, 0.0

    def _arrival(self, message: EmailMessage) -> Arrival:
        text = message.get_body(("plain",))
        assert text is not None
        link = NOTICE.search(text.get_content())
        assert link or LIST.search(text.get_content())
        return Arrival(UUID(link[1]) if link else None, str(message["Message-ID"]), self.clock.now())
