"""The figures as the board and the coordinator read them: on a desk, on a phone, and on paper."""

import re

import pytest
from django.conf import settings
from django.utils import timezone

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from dashboards import published, publishing
from dashboards.models import BlockWords
from dashboards.tables import CoverageFigures
from dashboards.tests.factories import publish, tables
from e2e.browser import accessibility_problems, overflow, small_targets
from hospital.enums import ProfessionGroup
from supporters.tests.factories import ContactFactory, OfferFactory

pytestmark = pytest.mark.django_db(transaction=True)

SIZES = [{"width": 375, "height": 812}, {"width": 1280, "height": 900}]


@pytest.fixture
def sign_in(page, client, live_server):
    """`page` carries the session of somebody with this role."""

    def as_role(role):
        client.force_login(UserFactory(roles=[role]))
        cookie = client.cookies[settings.SESSION_COOKIE_NAME]
        page.context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])

    return as_role


def sheets(page):
    """On how many of A4 the page is printed."""
    paper = page.pdf(format="A4", prefer_css_page_size=True)
    return len(re.findall(rb"/Type\s*/Page\b", paper))


def check(page):
    page.evaluate("document.querySelectorAll('main details').forEach((each) => { each.open = true })")
    assert accessibility_problems(page) == []
    assert overflow(page) == 0
    if page.viewport_size == SIZES[0]:
        assert small_targets(page, least=44) == []


@pytest.mark.parametrize("size", SIZES, ids=["phone", "desk"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_board_reads_a_quarter(page, live_server, watch, sign_in, size, scheme):
    publish("2026Q2", tables(120))
    publish("2026Q3")
    sign_in(Role.BOARD)
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)
    page.goto(f"{live_server.url}/figures/")
    check(page)
    page.get_by_role("link", name="Q2 2026").click()
    assert "About 120 (" in page.inner_text("main")
    page.get_by_role("link", name="Q2–Q3 2026").click()
    assert "About 220 (" in page.inner_text("main")


@pytest.mark.parametrize("size", SIZES, ids=["phone", "desk"])
def test_the_page_before_the_first_quarter(page, live_server, watch, sign_in, size):
    sign_in(Role.DIRECTOR)
    page.set_viewport_size(size)
    page.goto(f"{live_server.url}/figures/")
    check(page)


@pytest.mark.parametrize("size", SIZES, ids=["phone", "desk"])
def test_the_coordinator_reads_how_it_goes_now(page, live_server, watch, sign_in, size):
    OfferFactory(late=True)
    ContactFactory(in_contact=True)
    sign_in(Role.COORDINATOR)
    page.set_viewport_size(size)
    page.goto(f"{live_server.url}/figures/operations/")
    check(page)
    page.get_by_role("link", name="Assign a supporter").click()
    assert page.url == f"{live_server.url}/support/?waiting=assignment"


@pytest.mark.parametrize("language", ["en", "nl"])
def test_the_words_of_every_block_at_their_longest_go_on_two_sheets(
    page, live_server, watch, sign_in, language
):
    pool = [CoverageFigures(group.value, 2000, 20, 200) for group in ProfessionGroup]
    publish("2026Q2", tables(coverage=pool))
    release = publish("2026Q3", tables(coverage=pool))
    text = ("Wij bespraken dit met de afdelingen en leren ervan; " * 20)[: BlockWords.MOST]
    chosen = published.take("2026").chosen
    blocks = chosen.board.blocks if chosen else []
    by = UserFactory(roles=[Role.COORDINATOR])
    publishing.write(release, "2026", {block.id: text for block in blocks}, seen=0, by=by, at=timezone.now())
    sign_in(Role.BOARD)
    page.set_extra_http_headers({"Accept-Language": language})
    page.goto(f"{live_server.url}/figures/")
    assert page.get_attribute("html", "lang") == language
    assert page.inner_text("main").count(text.strip()) == len(blocks)
    assert sheets(page) <= 2


@pytest.mark.parametrize("offered", [100, 4], ids=["quarter", "few people"])
def test_a_quarter_goes_on_two_sheets(page, live_server, watch, sign_in, offered):
    pool = [CoverageFigures(group.value, 2000, 20, 200) for group in ProfessionGroup]
    publish("2026Q2", tables(offered, coverage=pool))
    publish("2026Q3", tables(offered, coverage=pool))
    sign_in(Role.BOARD)
    page.goto(f"{live_server.url}/figures/")
    assert sheets(page) <= 2
