"""A real SMTP server that keeps what it is sent, and answers what a test tells it to."""

# ruff: noqa: N802  # aiosmtpd finds the handle_… methods by the names of SMTP's commands

import asyncio
import logging
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from weakref import WeakKeyDictionary

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

logging.getLogger("mail.log").setLevel(logging.WARNING)  # aiosmtpd tells every step


@dataclass
class Sink:
    """`messages` in order of arrival; `answer` is asked for each recipient ("250 OK" accepts)."""

    messages: list[EmailMessage] = field(default_factory=list)
    #: Of each message what a log of mail shows besides: its sender on the envelope, and its size in bytes.
    senders: list[str] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    connections: int = 0
    answer: Callable[[str], str] = lambda _address: "250 OK"
    #: The server hangs up after so many mails of one connection.
    hang_up_after: int | None = None
    #: What each mail takes.
    seconds: float = 0.0
    port: int = 0
    #: How many mails each connection has brought.
    _taken: WeakKeyDictionary[Session, int] = field(default_factory=WeakKeyDictionary)

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.connections += 1
        return responses

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = self.answer(address)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        taken = self._taken.get(session, 0)
        if self.hang_up_after is not None and taken >= self.hang_up_after:
            assert server.transport is not None
            server.transport.close()
            return "421 bye"
        self._taken[session] = taken + 1
        if self.seconds:
            await asyncio.sleep(self.seconds)
        content = envelope.content
        assert isinstance(content, bytes)
        message = message_from_bytes(content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.messages.append(message)
        self.senders.append(envelope.mail_from or "")
        self.sizes.append(len(content))
        return "250 OK"

    @property
    def addresses(self) -> list[str]:
        return [str(message["To"]) for message in self.messages]

    @property
    def message_ids(self) -> list[str]:
        return [str(message["Message-ID"]) for message in self.messages]


class SinkServer(Controller):
    """`with SinkServer(Sink()) …`: starts on a free port of this machine."""

    def __init__(self, sink: Sink) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            sink.port = free.getsockname()[1]
        super().__init__(sink, hostname="127.0.0.1", port=sink.port)
        self.sink = sink

    def __enter__(self) -> Sink:
        self.start()
        return self.sink

    def __exit__(self, *_error: object) -> None:
        self.stop(no_assert=True)
