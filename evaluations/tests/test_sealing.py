import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl.public import PrivateKey, SealedBox

from evaluations.enums import Question
from evaluations.sealing import (
    SEALED_BYTES,
    OversizedAnswersError,
    UnknownAnswerError,
    UnreadableEnvelopeError,
    open_envelope,
    pack,
    seal,
    unpack,
)

PRIVATE = PrivateKey(bytes(range(32)))
KEY, PUBLIC = bytes(PRIVATE), bytes(PRIVATE.public_key)
TICKET = "ABCDEFGHJKMNPQRS"

answer_sets = st.fixed_dictionaries(
    {}, optional={question: st.sampled_from(question.scale) for question in Question}
)


@given(answer_sets)
def test_what_was_sealed_is_what_is_opened(answers):
    opened = open_envelope(seal(TICKET, answers, PUBLIC), KEY)

    assert (opened.ticket, opened.answers) == (TICKET, answers)


@given(answer_sets)
def test_every_envelope_has_the_same_size(answers):
    assert len(seal(TICKET, answers, PUBLIC)) == SEALED_BYTES


def test_the_largest_answers_and_none_fit():
    largest: dict[str, str] = {question: max(question.scale, key=len) for question in Question}

    assert len(seal(TICKET, largest, PUBLIC)) == len(seal(TICKET, {}, PUBLIC)) == SEALED_BYTES == 560


def test_the_same_answers_never_give_the_same_envelope():
    assert len({seal(TICKET, {"mark": "8"}, PUBLIC) for _ in range(20)}) == 20


@given(answer_sets)
def test_the_order_in_which_answers_came_in_is_not_kept(answers):
    assert pack(answers) == pack(dict(reversed(answers.items())))
    assert unpack(pack(answers)) == answers


@pytest.mark.parametrize(
    "answers",
    [
        {"mark": "11"},
        {"mark": ""},
        {"mark": "8 "},
        {"blame": "3"},
        {"blame": "0-4"},
        {"helped": "0"},
        {"recommend": "maybe"},
        {"name": "Sanne"},
        {"ticket": "SOMEBODYELSE0000"},
        {"remarks": "thank you"},
    ],
)
def test_what_is_no_answer_to_a_question_is_refused(answers):
    with pytest.raises(UnknownAnswerError):
        seal(TICKET, answers, PUBLIC)


def test_more_than_an_envelope_holds_is_refused():
    assert len(pack({"mark": "8" * 501})) == 512
    with pytest.raises(OversizedAnswersError):
        pack({"mark": "8" * 512})
    with pytest.raises(OversizedAnswersError):
        seal("A" * 512, {}, PUBLIC)


def test_an_envelope_opens_with_its_own_key_only_and_only_undamaged():
    sealed = seal(TICKET, {"mark": "8"}, PUBLIC)
    damaged = bytes([sealed[0] ^ 1]) + sealed[1:]

    with pytest.raises(UnreadableEnvelopeError):
        open_envelope(sealed, bytes(PrivateKey.generate()))
    for broken in (damaged, sealed[:-1], b"", PUBLIC * 20):
        with pytest.raises(UnreadableEnvelopeError):
            open_envelope(broken, KEY)


@pytest.mark.parametrize(
    "content",
    [
        b"[]",
        b'{"mark": 8}',
        b"no json",
        b'{"ticket": "A", "name": "Sanne"}',
        b'{"ticket": "A", "mark": "11"}',
        b"{}",
    ],
)
def test_an_envelope_with_something_else_in_it_is_unreadable_and_its_content_not_told(content):
    with pytest.raises(UnreadableEnvelopeError) as refused:
        open_envelope(SealedBox(PRIVATE.public_key).encrypt(content), KEY)

    assert "Sanne" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_scales_have_the_values_that_the_measures_have():
    assert [len(question.scale) for question in Question] == [16, 16, 16, 16, 5, 5, 5, 11, 2]
