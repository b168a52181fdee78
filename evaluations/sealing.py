"""Answers in sealed envelopes of one size. Pure: keys come in as bytes; where they lie is `batch_keys`.

An envelope holds the ticket and the answers, padded and sealed to the public key of its batch (PyNaCl
SealedBox: an ephemeral sender, so that the server itself cannot open what it sealed without the private key).
Sealing the same twice gives different bytes, and neither size nor bytes say anything about the answers.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox

from evaluations.enums import Question

CONTENT_BYTES = 512
SEALED_BYTES = CONTENT_BYTES + 48
"""Size of every envelope: SealedBox adds an ephemeral key and an authenticator."""


class AnswersRefusedError(ValueError):
    """Answers that cannot go into an envelope."""


class UnknownAnswerError(AnswersRefusedError):
    """A question that is not asked, or a value that its scale does not have."""


class OversizedAnswersError(AnswersRefusedError):
    """More than an envelope holds."""


class UnreadableEnvelopeError(ValueError):
    """Not sealed to this key, or damaged, or not written by us."""


@dataclass(frozen=True, slots=True)
class OpenedEnvelope:
    """What was in an envelope."""

    ticket: str
    answers: dict[Question, str]


def seal(ticket: str, answers: Mapping[str, str], public_key: bytes) -> bytes:
    """The envelope of `SEALED_BYTES` bytes. `answers` gives a value of the question's scale, by question.

    A question left open is left out. Raises UnknownAnswerError and OversizedAnswersError.
    """
    content = {question.value: value for question, value in _checked(answers).items()}
    return seal_content({"ticket": ticket, **content}, public_key)


def seal_content(content: Mapping[str, str], public_key: bytes) -> bytes:
    """The envelope with `content`, whatever it is. Raises OversizedAnswersError."""
    return SealedBox(PublicKey(public_key)).encrypt(pack(content))


def open_envelope(sealed: bytes, private_key: bytes) -> OpenedEnvelope:
    """What `seal` put in. Raises UnreadableEnvelopeError; its message never holds the content."""
    content = open_content(sealed, private_key)
    try:
        return OpenedEnvelope(content.pop("ticket"), _checked(content))
    except (ValueError, KeyError):
        raise UnreadableEnvelopeError("This envelope holds no answers.") from None


def open_content(sealed: bytes, private_key: bytes) -> dict[str, str]:
    """What `seal_content` put in. Raises UnreadableEnvelopeError; its message never holds the content."""
    try:
        return unpack(SealedBox(PrivateKey(private_key)).decrypt(sealed))
    except (CryptoError, ValueError):
        raise UnreadableEnvelopeError("This envelope cannot be opened with this key.") from None


def _checked(answers: Mapping[str, str]) -> dict[Question, str]:
    for question, value in answers.items():
        if question not in Question.values or value not in Question(question).scale:
            raise UnknownAnswerError("This is not an answer to one of the questions.")
    return {Question(question): value for question, value in answers.items()}


def pack(content: Mapping[str, str]) -> bytes:
    """`content` in exactly `CONTENT_BYTES` bytes, the same for the same content whatever its order."""
    written = json.dumps(dict(content), sort_keys=True, separators=(",", ":")).encode()
    if len(written) > CONTENT_BYTES:
        raise OversizedAnswersError("These answers do not fit into an envelope.")
    return written.ljust(CONTENT_BYTES)


def unpack(packed: bytes) -> dict[str, str]:
    """What `pack` packed; ValueError for anything else."""
    content = json.loads(packed)
    if not isinstance(content, dict) or not all(isinstance(value, str) for value in content.values()):
        raise ValueError("An envelope holds texts by name.")
    return content
