from itertools import product

import pytest

from accounts.by_key import cut
from accounts.models import FileName

pytestmark = pytest.mark.django_db

ORDERS = [("source", "-kind", "id"), ("-source", "-id"), ("kind", "source", "-key"), ("-key",)]


@pytest.fixture
def rows():
    names = product(("a", "b", "c"), ("department", "location"), ("x", "y"))
    FileName.objects.bulk_create(
        FileName(source=source, kind=kind, key=f"{source}{kind}{key}", written=key)
        for source, kind, key in names
    )
    return FileName.objects.all()


def key(row, order):
    return [getattr(row, field.removeprefix("-")) for field in order]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("size", [1, 5, 12, 13])
def test_every_row_stands_on_one_page_there_and_back(rows, order, size):
    found = page = cut(rows, order, size=size)
    there, pages = [*page.rows], [page]
    assert not page.more_before
    while page.more_behind:
        page = cut(rows, order, size=size, behind=key(page.rows[-1], order))
        assert page.more_before
        there += page.rows
        pages.append(page)
    assert there == list(rows.order_by(*order))
    while page.more_before and page is not found:
        pages.pop()
        page = cut(rows, order, size=size, before=key(page.rows[0], order))
        assert page.more_behind
        assert page.rows == pages[-1].rows
    assert pages == pages[:1]


def test_behind_the_last_row_is_nothing_and_no_way_on(rows):
    page = cut(rows, ("-key",), size=5, behind=["a"])
    assert (page.rows, page.more_before, page.more_behind) == ([], False, False)
    page = cut(rows, ("-key",), size=5, before=["z"])
    assert (page.rows, page.more_before, page.more_behind) == ([], False, False)


def test_rows_may_be_values(rows):
    page = cut(rows.values("id", "source"), ("source", "id"), size=4, behind=("b", rows.first().id))
    assert {row["source"] for row in page.rows} <= {"b", "c"}
    assert page.rows


def test_costs_one_query_that_an_index_can_walk(rows, django_assert_num_queries):
    last = ("b", rows[0].id)
    with django_assert_num_queries(1) as asked:
        cut(rows, ("-source", "-id"), size=4, behind=last)
    assert "\"source\" <= 'b' AND" in asked.captured_queries[0]["sql"]
