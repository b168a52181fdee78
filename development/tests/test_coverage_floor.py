"""What falls short of the floor of coverage is named; what does not is not."""

import pytest

from development.coverage_floor import BRANCHES, LINES, PURE, short_of


def report(*, lines=LINES, branches=BRANCHES, missed=0):
    whole = {"summary": {"missing_lines": 0, "missing_branches": 0}}
    files = dict.fromkeys(PURE, whole) | {
        PURE[0]: {"summary": {"missing_lines": 0, "missing_branches": missed}}
    }
    return {
        "totals": {"percent_statements_covered": lines, "percent_branches_covered": branches},
        "files": files,
    }


def test_at_the_floor_nothing_falls_short():
    assert short_of(report()) == []


@pytest.mark.parametrize(
    ("measured", "said"),
    [
        ({"lines": 90.4}, "90.4% of the lines"),
        ({"branches": 90.4}, "90.4% of the branches"),
        ({"missed": 1}, f"{PURE[0]}: 1 lines or branches"),
    ],
)
def test_below_it_what_is_missing_is_named(measured, said):
    (found,) = short_of(report(**measured))
    assert found.startswith(said)
