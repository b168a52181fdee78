"""What the attacker finds where there is something to be found."""

from random import Random

import pytest

from attacks.installation import DumpedRow
from attacks.linking import judge

PEOPLE = [f"person-{number}" for number in range(10)]
CODES = {person: f"AAAA-BBBB-CCCC-000{number}" for number, person in enumerate(PEOPLE)}
ANSWERS = {
    person: {"blame": f"{number % 4}-{number // 4}", "helped": "4"} for number, person in enumerate(PEOPLE)
}


def written(person):
    blame = ANSWERS[person]["blame"]
    return f'("{{""blame"":""{blame}"",""helped"":""4""}}")'


def found(rows=(), **blobs):
    return judge([rows], blobs, codes=CODES, answers=ANSWERS, chance=Random(1))


def test_nothing_to_go_by_is_chance():
    linked = found([DumpedRow("invitation", "(0,1)", 1, 0.0, f"({person})") for person in PEOPLE])
    assert 0.5 < linked.right < 1.5
    assert linked.is_chance


def test_one_transaction_links_them_all():
    rows = []
    for number, person in enumerate(reversed(PEOPLE)):
        rows += [
            DumpedRow("answer", "(0,1)", number, 0.0, written(person)),
            DumpedRow("mark", "(0,1)", number, 0.0, f"({person},t)"),
        ]
    linked = found(rows)
    assert linked.right == 10
    assert not linked.is_chance


def test_one_order_links_them_all():
    rows = [
        DumpedRow("answer", "(0,1)", 2 * number, 0.0, written(person)) for number, person in enumerate(PEOPLE)
    ]
    rows += [
        DumpedRow("mark", "(0,1)", 2 * number + 1, 0.0, f"({person},t)")
        for number, person in enumerate(PEOPLE)
    ]
    assert found(rows).right == 10


@pytest.mark.parametrize(
    "log",
    [
        b'POST {"blame":"0-0","helped":"4","ticket":"AAAABBBBCCCC0000"}',
        b"POST blame_before=0&blame_after=0&helped=4",
    ],
)
def test_an_answer_in_a_log_is_found(log):
    linked = found(web=log)
    assert linked.answers == 1
    assert not linked.is_chance


@pytest.mark.parametrize("log", [b"GET /evaluation/%23AAAA-BBBB-CCCC-0003", b"ticket=AAAABBBBCCCC0003"])
def test_a_code_in_a_log_is_found(log):
    assert found(web=log).codes == 1
