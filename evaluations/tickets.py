"""Tickets to the evaluation: derived from the invitation, never stored, and not to be traced back without
the key.

A ticket is 16 characters of Crockford's base32 (0–9, A–Z without I, L, O, U): 50 bits of a keyed hash of the
invitation and its version, 25 bits that show that we issued it, and a check character. The link carries it in
the URL's fragment, which browsers do not send to servers; typed, it is grouped by four.

That a ticket is genuine is told from itself, without a query: no statement in the database's log says who is
answering. Whose it is shows only at release, when the tickets of the open invitations are derived again.
"""

import hmac
import re
from collections.abc import Iterable
from functools import reduce
from operator import xor
from urllib.parse import unquote
from uuid import UUID

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 16
NAME_LENGTH = 10
"""Characters that name the invitation; five more show that the ticket is genuine, the last is the check."""
KEY_BYTES = 32
LONGEST_ADDRESS = 200

READ_AS = str.maketrans("OIL", "011", " -\u2010\u2011\u2013\t\n")
"""What people type for what they see, and what they type between the groups."""


class TicketError(ValueError):
    """A ticket that opens nothing."""


class MistypedTicketError(TicketError):
    """Too long, too short, a character that does not occur, or a check character that does not fit."""


class ForeignTicketError(TicketError):
    """Well formed, but not issued by this installation."""


def issue(invitation: UUID, version: int, key: bytes) -> str:
    """The ticket of this version of an invitation; the same each time. `key` has at least 32 secret bytes."""
    name = _digest(b"invitation", invitation.bytes + version.to_bytes(4), key)[:NAME_LENGTH]
    body = name + _seal_of(name, key)
    return body + _check(body)


def grouped(ticket: str) -> str:
    """As it is printed and typed: 'K7QF-2M0X-9TBA-5DWE'."""
    return "-".join(ticket[start : start + 4] for start in range(0, LENGTH, 4))


def read(text: str, key: bytes) -> str:
    """The ticket in what came with the link or was typed: any case, with or without hyphens and spaces.

    Raises MistypedTicketError or ForeignTicketError. Takes the same time whichever characters are wrong.
    """
    ticket = text.upper().translate(READ_AS)
    if len(ticket) != LENGTH or set(ticket) - set(ALPHABET) or _check(ticket[:-1]) != ticket[-1]:
        raise MistypedTicketError("This code has a typing mistake.")
    name, seal = ticket[:NAME_LENGTH], ticket[NAME_LENGTH:-1]
    if not hmac.compare_digest(seal, _seal_of(name, key)):
        raise ForeignTicketError("This code was not issued here.")
    return ticket


def within(address: str, key: bytes) -> str:
    """The ticket, as `grouped`, in the end of an address, whatever became of the # before it and whatever
    stands behind it; empty when there is none of ours.
    """
    address = address[:LONGEST_ADDRESS]
    for _encoded in range(3):
        address = unquote(address)
    for start in re.finditer(r"(?<![0-9A-Za-z])(?=[0-9A-Za-z])", address):
        characters = [each for each in address[start.start() :] if each.isalnum()]
        try:
            return grouped(read("".join(characters[:LENGTH]), key))
        except TicketError:
            continue
    return ""


def by_ticket(invitations: Iterable[tuple[UUID, int]], key: bytes) -> dict[str, UUID]:
    """The tickets of these invitations (id, version), to find which of them were answered."""
    return {issue(invitation, version, key): invitation for invitation, version in invitations}


def _seal_of(name: str, key: bytes) -> str:
    return _digest(b"genuine", name.encode(), key)[: LENGTH - NAME_LENGTH - 1]


def _digest(purpose: bytes, message: bytes, key: bytes) -> str:
    if len(key) < KEY_BYTES:
        raise ValueError(f"The key of the tickets needs at least {KEY_BYTES} bytes.")
    digest = int.from_bytes(hmac.digest(key, b"peersupport ticket: " + purpose + b"\0" + message, "sha256"))
    return "".join(ALPHABET[digest >> 5 * place & 31] for place in range(LENGTH))


def _check(body: str) -> str:
    """The check character: the sum of digit x 2^place in the field of 32 elements.

    Finds every single wrong character and every two that changed places.
    """
    weighted = (_times_power(ALPHABET.index(digit), place) for place, digit in enumerate(body, 1))
    return ALPHABET[reduce(xor, weighted)]


def _times_power(digit: int, power: int) -> int:
    for _ in range(power):
        digit <<= 1
        if digit & 32:
            digit ^= 0b100101  # x^5 + x^2 + 1
    return digit
