"""The coordinator's desk: how much of the worklist is in view, finding a case, and long names anywhere."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from e2e.visitor import DESK, PASSWORD, PHONE, nl
from incidents.enums import EventType
from incidents.tests.factories import IncidentFactory
from supporters.enums import Waiting
from supporters.offers.filtering import WAITING
from supporters.tests.factories import (
    ContactFactory,
    HeadQuestionFactory,
    OfferFactory,
    SupporterFactory,
    UnnamedReportFactory,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(400)]

IN_VIEW = """() => [...document.querySelectorAll("[data-worklist] > li")]
  .filter((row) => row.getBoundingClientRect().bottom <= innerHeight).length"""
#: In how many lines each text with the name in it stands.
LINES = """(name) => {
  const found = [];
  const texts = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    const start = text.data.indexOf(name);
    const seen = text.parentElement.checkVisibility() && !text.parentElement.closest(".visually-hidden");
    if (start < 0 || !seen) continue;
    const range = document.createRange();
    range.setStart(text, start);
    range.setEnd(text, start + name.length);
    found.push(new Set([...range.getClientRects()].map((line) => Math.round(line.top))).size);
  }
  return found;
}"""
#: Sixty letters, as a name of two families may have.
LONG = "Wilhelmina-Alexandra van Oldenbarnevelt-Schimmelpenninck Bos"


@pytest.fixture
def coordinator(db):
    return UserFactory(roles=[Role.COORDINATOR], password=PASSWORD)


def busy_desk():
    """Something to do now, today and later, each with the words that make a row high."""
    now = timezone.now()
    for number in range(4):
        ContactFactory(
            accepted=True,
            proposed_at=now - timedelta(days=2),
            offer__due_at=now - timedelta(hours=7 + number),
            offer__incident__event_type=EventType.SUDDEN_DEATH,
        )
        OfferFactory(due_at=now + timedelta(hours=1, minutes=number))
        ContactFactory(offer__due_at=now + timedelta(days=4, minutes=number))
    OfferFactory(due_at=now - timedelta(days=1), waiting_for=Waiting.COORDINATOR)
    event = IncidentFactory()
    for _person in range(3):
        OfferFactory(due_at=now - timedelta(hours=1), involvement__incident=event)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_nine_rows_of_the_worklist_are_in_view_on_a_desk(arrive, coordinator, language):
    busy_desk()
    desk = arrive(coordinator, language=language)
    for scheme in ("light", "dark"):
        desk.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        desk.looks()
        assert desk.page.viewport_size == DESK
        assert desk.page.evaluate(IN_VIEW) >= 9


@pytest.mark.parametrize("language", ["nl", "en"])
def test_all_that_one_can_filter_by_stands_in_one_row(arrive, coordinator, language):
    now = timezone.now()
    for waiting in WAITING:
        OfferFactory.create_batch(11, due_at=now, waiting_for=waiting)
    UnnamedReportFactory.create_batch(11, due_at=now - timedelta(days=1))
    HeadQuestionFactory.create_batch(11, due_at=now - timedelta(days=1))
    filters = arrive(coordinator, language=language).page.locator(".desk-filters a")
    assert filters.count() == len(WAITING) + 3
    assert len({filters.nth(number).bounding_box()["y"] for number in range(filters.count())}) == 1


def test_colleague_who_phones_back_is_found_by_keyboard(arrive, coordinator):
    case = OfferFactory(involvement__name="Noor van den Berg")
    OfferFactory(involvement__name="Noor Visser")
    desk = arrive(coordinator)
    page = desk.page
    for words, heading in (("vd berg", "Noor van den Berg"), ("noor", nl("Found"))):
        page.keyboard.press("/")
        page.keyboard.type(words)
        with page.expect_navigation():
            page.keyboard.press("Enter")
        desk.looks()
        assert page.get_by_role("heading", level=1).inner_text() == heading
    page.keyboard.press("j")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert f"/support/involved/{case.involvement_id}/" in page.url or "Visser" in page.content()


@pytest.mark.parametrize("name", [LONG, "Schimmelpenninckvanoldenbarneveltgeboren" + "a" * 20])
def test_name_of_sixty_letters_stands_in_three_lines_at_most(arrive, name):
    assert len(name) == 60
    everything = UserFactory(
        name="Bo Bos", roles=[Role.COORDINATOR, Role.DIRECTOR, Role.ADMIN], password=PASSWORD
    )
    supporter = SupporterFactory(trained=True, user__name=name, user__roles=[Role.SUPPORTER])
    contact = ContactFactory(supporter=supporter, offer__involvement__name=name)
    OfferFactory(involvement__name="Iemand Anders", involvement__incident=contact.offer.incident)
    OfferFactory(involvement__name=name, involvement__incident=IncidentFactory(calamity=True))
    visitor = arrive(everything)
    roll_call = f"/support/{contact.offer.incident.reference}/"
    case = f"/support/involved/{contact.offer.involvement_id}/match/"
    broken = []
    for path in ("/support/", roll_call, case, "/pool/", "/settings/people/", "/calamities/"):
        visitor.page.goto(visitor.site + path)
        broken += [
            f"{path} at {width}: {lines} lines"
            for width, lines in most_lines(visitor.page, name).items()
            if lines > 3
        ]
    assert broken == []


def most_lines(page: Page, name: str) -> dict[int, int]:
    """By the width of the window."""
    found = {}
    for width in (320, 375, 480, 640, 768, 900, 1024, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        found[width] = max(page.evaluate(LINES, name), default=0)
    return found


def test_choice_is_made_and_kept_on_a_telephone(arrive, coordinator):
    ContactFactory(supporter__user__name="Hanneke Bos", offer__involvement__name="Noor Bos")
    OfferFactory(involvement__name="Van Een Ander")
    visitor = arrive(coordinator, size=PHONE)
    visitor.follows("Filter")
    visitor.page.locator("[name=supporter]").select_option(label="Hanneke Bos")
    visitor.page.locator("[name=name]").fill("Van Hanneke")
    visitor.presses("Show")
    assert visitor.page.locator("[data-worklist] .person-name").all_inner_texts() == ["Noor Bos"]
    visitor.follows("Show everything")
    visitor.page.get_by_role("link", name="Van Hanneke").click()
    visitor.looks()
    assert visitor.page.locator("[data-worklist] .person-name").all_inner_texts() == ["Noor Bos"]


def test_marked_supporters_are_reminded_together_and_stay_marked_while_the_list_renews(arrive, coordinator):
    for name in ("Noor Bos", "Bram Dekker", "Ilse Prins"):
        ContactFactory(accepted=True, offer__involvement__name=name)
    desk = arrive(coordinator)
    page = desk.page
    remind = desk.button("Remind these supporters")
    assert not remind.is_visible()
    page.keyboard.press("j")
    page.keyboard.press("x")
    page.keyboard.press("j")
    page.keyboard.press("x")
    assert page.locator(".remind-bar output").inner_text() == "(2)"
    desk.looks()
    OfferFactory(involvement__name="Nieuw Hier")
    page.evaluate("document.activeElement.blur(); htmx.trigger('#worklist', 'every')")
    page.evaluate(
        """() => htmx.ajax("GET", document.querySelector("#worklist").getAttribute("hx-get"),
                            {source: "#worklist", target: "#worklist", swap: "outerHTML"})"""
    )
    page.wait_for_timeout(500)
    assert page.locator("[data-mark]:checked").count() == 2
    desk.presses("Remind these supporters")
    assert page.get_by_role("status").filter(has_text="2").first.is_visible()
