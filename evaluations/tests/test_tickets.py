from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluations.tickets import (
    ALPHABET,
    ForeignTicketError,
    MistypedTicketError,
    by_ticket,
    grouped,
    issue,
    read,
    within,
)

KEY = bytes(range(32))
OTHER_KEY = bytes(range(1, 33))
INVITATION = UUID("11111111-2222-4333-8444-555555555555")

tickets = st.builds(issue, st.uuids(), st.integers(1, 99), st.just(KEY))
places = st.integers(0, 15)


@given(tickets)
def test_a_ticket_is_sixteen_characters_that_cannot_be_mistaken(ticket):
    assert len(ticket) == 16
    assert set(ticket) <= set(ALPHABET)
    assert not set("ILOU") & set(ALPHABET)


def test_a_ticket_stays_the_one_that_was_mailed():
    """Another derivation would void every ticket that lies in a mailbox, without a word."""
    assert issue(INVITATION, 1, KEY) == "RRRSXKJHRWAR1S9A"


def test_a_ticket_is_derived_again_for_a_reminder():
    assert issue(INVITATION, 1, KEY) == issue(INVITATION, 1, KEY)


def test_another_version_invitation_or_key_gives_another_ticket():
    different = {
        issue(INVITATION, 1, KEY),
        issue(INVITATION, 2, KEY),
        issue(UUID(int=1), 1, KEY),
        issue(INVITATION, 1, OTHER_KEY),
    }

    assert len({ticket[:10] for ticket in different}) == 4


@given(tickets)
def test_a_ticket_is_read_however_it_is_typed(ticket):
    for typed in (ticket, grouped(ticket), grouped(ticket).lower(), f" {grouped(ticket)} ", " ".join(ticket)):
        assert read(typed, KEY) == ticket


def test_letters_that_look_like_digits_are_read_as_digits():
    ticket = next(
        each
        for each in (issue(UUID(int=number), 1, KEY) for number in range(1000))
        if "0" in each and "1" in each
    )

    assert read(ticket.replace("0", "O").replace("1", "l"), KEY) == ticket
    assert read(ticket.replace("0", "o").replace("1", "I"), KEY) == ticket


def test_a_ticket_is_printed_in_four_groups_of_four():
    assert grouped("ABCDEFGHJKMNPQRS") == "ABCD-EFGH-JKMN-PQRS"


@given(tickets, places, st.sampled_from(ALPHABET))
def test_one_wrong_character_is_found(ticket, place, wrong):
    typed = ticket[:place] + wrong + ticket[place + 1 :]

    if typed != ticket:
        with pytest.raises(MistypedTicketError):
            read(typed, KEY)


@given(tickets, places, places)
def test_two_characters_that_changed_places_are_found(ticket, first, second):
    typed = list(ticket)
    typed[first], typed[second] = typed[second], typed[first]

    if "".join(typed) != ticket:
        with pytest.raises(MistypedTicketError):
            read("".join(typed), KEY)


@pytest.mark.parametrize("text", ["", "ABCD", "U" * 16, "é" * 16, "0" * 17, "0" * 100_000, "\x00" * 16])
def test_what_is_no_ticket_is_mistyped(text):
    with pytest.raises(MistypedTicketError):
        read(text, KEY)


@given(st.text(max_size=24))
def test_any_text_is_a_ticket_or_a_kind_refusal(text):
    with pytest.raises((MistypedTicketError, ForeignTicketError)):
        read(text, KEY)


@given(st.uuids(), st.integers(1, 9))
def test_a_well_formed_ticket_of_another_installation_is_refused(invitation, version):
    with pytest.raises(ForeignTicketError):
        read(issue(invitation, version, OTHER_KEY), KEY)


def test_tickets_lead_back_to_their_invitations_with_the_key():
    invitations = [(uuid4(), version) for version in range(1, 200)]

    found = by_ticket(invitations, KEY)

    assert list(found.values()) == [invitation for invitation, _ in invitations]
    assert all(read(ticket, KEY) == ticket for ticket in found)


def test_a_short_key_is_refused():
    with pytest.raises(ValueError, match="32 bytes"):
        issue(INVITATION, 1, b"k" * 31)


@given(
    tickets,
    st.sampled_from(["#", "/#", "/%23", "/%2523", "%23", "/?", "/", "/%C2%A0#"]),
    st.sampled_from(["", "/", ".", ">", "%3E", ")", ",", "&amp;x=1", "%20", "?utm_source=mail", "%0D%0A"]),
    st.sampled_from([str, str.lower, grouped, lambda ticket: grouped(ticket).lower()]),
)
def test_a_ticket_is_found_whatever_a_scanner_made_of_the_address(ticket, before, behind, written):
    assert within(f"{before}{written(ticket)}{behind}", KEY) == grouped(ticket)


@pytest.mark.parametrize(
    "address", ["", "/", "/%23", "/thanks", "/%E0%A4%A", "/" + "A" * 16, "/" + "-" * 9999]
)
def test_no_ticket_of_ours_in_an_address_is_none(address):
    assert within(address, KEY) == ""


def test_a_ticket_is_looked_for_where_addresses_end():
    ticket = grouped(issue(INVITATION, 1, KEY))
    assert within("#".rjust(200 - len(ticket)) + ticket, KEY) == ticket
    assert within("#".rjust(201 - len(ticket)) + ticket, KEY) == ""
