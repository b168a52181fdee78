"""The whole of the main job, from a report to a figure, each person at a browser of their own.

Everything is real: Chromium, HTTP, PostgreSQL, Redis, a Celery worker with its beat, and a server that takes
the mail. Every page on the way is looked over: in Dutch, accessible, no wider than the window however long
the names on it are, and without a word in the console (`Visitor.looks`, `arrive`).
"""

import re
from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from celery import current_app
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Locator, expect

from accounts.enums import Role
from accounts.tests.factories import DepartmentFactory, UserFactory
from e2e.visitor import DESK, PASSWORD, PHONE, Visitor, nl
from evaluations.enums import Question
from evaluations.models import Envelope, Invitation, Opening
from evaluations.tests.factories import InvitationFactory, answer
from incidents.models import Incident, Involvement
from notifications.models import DeliveryPolicy, Reminder
from notifications.tests.worker import Worker, eventually
from supporters.contacts.reminders import APPOINTMENT_SOON
from supporters.enums import ContactState, Outcome
from supporters.models import Contact
from supporters.tests.factories import SupporterFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(400)]

EVENT = "Aggression or violence"
#: What names, departments and addresses end in: sixty letters without a blank fit no telephone.
LONG = "wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewis"
BY_HAND = f"Yara Benali{LONG}"


@pytest.fixture
def ward():
    return DepartmentFactory(name=f"Spoedeisende{LONG}")


@pytest.fixture
def manager(ward):
    return _person("Hanneke Brandsma", department=ward, roles=[Role.TEAM_LEADER])


@pytest.fixture
def nurse(ward, manager):
    return _person("Sanne Hoekstra", department=ward, manager=manager)


@pytest.fixture
def colleague(ward, manager):
    return _person("Pieter Lammers", department=ward, manager=manager, telephone="58123")


@pytest.fixture
def coordinator():
    return _person(
        "Noor van den Berg",
        department=DepartmentFactory(name=f"Sociaal-medische {LONG}"),
        roles=[Role.COORDINATOR],
    )


@pytest.fixture
def board():
    return _person("Maarten de Graaf", department=None, profession=None, roles=[Role.BOARD])


@pytest.fixture
def pool():
    """Three who may be asked, by name."""
    names = {
        "Ilse Kuipers": "Intensive care",
        "Joost Jansma": "Cardiologie",
        "Eefje van der Wal": "Longziekten",
    }
    people = [
        _person(
            name,
            department=DepartmentFactory(name=f"{place}{LONG}"),
            roles=[Role.SUPPORTER],
            telephone=f"5700{number}",
        )
        for number, (name, place) in enumerate(names.items())
    ]
    return {person.name: SupporterFactory(user=person, trained=True).user for person in people}


@pytest.fixture
def worker(live_server, smtp):
    """Celery on the test's database, whose mails lead to the test's site, at night too."""
    DeliveryPolicy.objects.create(quiet_from=time.min, quiet_until=time.min)
    with Worker(smtp_port=smtp.port, SITE_URL=live_server.url, LOG_LEVEL="WARNING") as worker:
        yield worker


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_from_report_to_figure(  # the people, in order of appearance
    arrive, size, worker, smtp, nurse, coordinator, colleague, pool, manager, board
):
    desk = arrive(coordinator, size=size)
    desk.page.clock.install()
    desk.goes_to("/support/")
    expect(desk.page.get_by_text(nl("Nobody is waiting"), exact=True)).to_be_visible()

    reporter = arrive(nurse, size=size)
    reference = report(reporter, colleague)
    told = [told_to(reporter, path) for path in ("/", "/incidents/", f"/incidents/{reference}/")]

    # Whoever was there hears that a colleague will call, before anybody does.
    eventually(lambda: mails_to(smtp, colleague))
    own = arrive(colleague, size=size)
    own.goes_to(link_in(mails_to(smtp, colleague)[-1]))
    expect(own.page.get_by_role("heading", name=nl("We are looking for a colleague for you"))).to_be_visible()

    # Half a minute passes at the coordinator's desk, and nobody reloads the page.
    desk.page.clock.fast_forward(31_000)
    expect(row_of(desk, reference)).to_be_visible()
    desk.looks()

    propose_for_one(desk, reference, BY_HAND)
    asked = assign_within_three_clicks(desk, reference, colleague.name)
    supporter = pool[asked]
    others = [user for name, user in pool.items() if name != asked]
    contact = Contact.objects.get(supporter__user=supporter)

    eventually(lambda: mails_to(smtp, supporter))
    phone = arrive(supporter, size=size)
    expect(phone.page.locator(".bell-count")).to_have_text("1")
    phone.goes_to(link_in(mails_to(smtp, supporter)[-1]))
    assert phone.page.url.endswith(f"/contacts/{contact.pk}/")
    expect(phone.page.locator(".bell-count")).to_have_count(0)
    support(phone)

    own.goes_to("/me/")
    expect(own.page.get_by_role("heading", name=supporter.name)).to_be_visible()

    # Three days go by: the moments of the reminders are moved back instead.
    Reminder.objects.waiting().filter(kind=APPOINTMENT_SOON, subject_id=contact.pk).update(
        due_at=timezone.now()
    )
    eventually(lambda: len(mails_to(smtp, supporter)) == 2)
    notice(phone, "You have a talk with a colleague soon.")
    round_off(phone)
    contact.refresh_from_db()
    assert (contact.state, contact.outcome, contact.conversations) == (
        ContactState.CLOSED,
        Outcome.COMPLETED,
        1,
    )

    nobody_else_learns_of_it(arrive, size, contact, others, manager, reference)
    assert [told_to(reporter, path) for path in ("/", "/incidents/", f"/incidents/{reference}/")] == told

    # So does the week after which beat has the employee invited.
    Contact.objects.filter(pk=contact.pk).update(closed_at=timezone.now() - timedelta(days=7, minutes=15))
    current_app.send_task("evaluations.tasks.invite")
    eventually(lambda: len(mails_to(smtp, colleague)) == 2)
    evaluate(arrive(size=size), link_in(mails_to(smtp, colleague)[-1]))
    assert Envelope.objects.count() == 1

    publish(with_others=17)
    look_at_figures(arrive(board, size=size))

    names = [nurse.name, colleague.name, BY_HAND, supporter.name, "Spoedeisende", "Agressie", reference]
    assert [name for name in names for mail in smtp.messages if name in written(mail)] == []


def report(visitor: Visitor, colleague) -> str:
    """Report an event with two people involved, one found by typing, one typed in; its reference."""
    page = visitor.page
    visitor.goes_to("/incidents/new/")
    visitor.follows("Other shocking event")
    page.locator("[name=event_type]").select_option(label=nl(EVENT))
    page.locator("[name=occurred_at]").fill(f"{timezone.localtime() - timedelta(hours=2):%Y-%m-%dT%H:%M}")
    page.get_by_role("combobox", name=nl("Add a colleague")).press_sequentially("pieter la")
    page.get_by_role("option", name=colleague.name).click()
    expect(page.get_by_role("group", name=colleague.name)).to_be_visible()
    visitor.button("Somebody without an account").click()
    by_hand = page.get_by_role("group", name=nl("Somebody without an account"))
    by_hand.get_by_label(nl("Name")).fill(BY_HAND)
    by_hand.get_by_label(nl("E-mail")).fill(f"yara.benali@{LONG}.example")
    by_hand.get_by_label(nl("Profession")).select_option(label="Verpleegkundige")
    visitor.looks()
    with page.expect_navigation(url=re.compile("/received/$")):
        visitor.button("Send the report").dblclick()
    visitor.looks()
    reference = Incident.objects.get().reference  # a second click made no second report
    expect(page.get_by_text(reference)).to_be_visible()
    assert Involvement.objects.count() == 2
    return reference


def row_of(visitor: Visitor, reference: str) -> Locator:
    return visitor.page.locator("#worklist li").filter(has=visitor.page.get_by_role("link", name=reference))


def propose_for_one(visitor: Visitor, reference: str, name: str) -> None:
    """On the roll-call of the event: a proposal for all, of which one line is asked."""
    row_of(visitor, reference).get_by_role("link").click()
    visitor.page.wait_for_url(f"**/support/{reference}/")
    visitor.looks()
    visitor.follows("Propose for all")
    line = visitor.page.locator(".together > li").filter(has_text=name)
    with visitor.page.expect_navigation():
        line.locator("[name=only]").click()
    visitor.looks()


def assign_within_three_clicks(visitor: Visitor, reference: str, name: str) -> str:
    """From the worklist to the supporter who is asked for `name`; that supporter's name."""
    visitor.goes_to("/support/")
    row_of(visitor, reference).get_by_role("link").click()
    visitor.page.wait_for_url(f"**/support/{reference}/")
    with visitor.page.expect_navigation():
        visitor.page.locator(".rows > li").filter(has_text=name).locator("[data-open]").click()
    visitor.looks()
    first = visitor.page.locator(".candidate").first
    asked = first.get_by_role("heading").inner_text()
    with visitor.page.expect_navigation():
        first.get_by_role("button").click()
    visitor.looks()
    expect(visitor.page.get_by_role("status").filter(has_text=asked)).to_be_visible()
    return asked


def notice(visitor: Visitor, line: str) -> None:
    """The bell counts; the notice says `line` and leads to the contact."""
    visitor.goes_to("/notices/")
    expect(visitor.page.locator(".bell-count")).to_have_text("1")
    visitor.follows(line)
    assert "/contacts/" in visitor.page.url
    expect(visitor.page.locator(".bell-count")).to_have_count(0)


def support(visitor: Visitor) -> None:
    """Accept, try in vain, reach, take that back and reach again, talk, plan a follow-up call."""
    for step in ("Yes, I will call", "No answer", "Reached: we talk another time"):
        visitor.presses(step)
    with visitor.page.expect_navigation():
        visitor.page.locator(".contact-undo").get_by_role("button").click()
    visitor.looks()
    for step in ("Reached: we talk another time", "Talked by telephone"):
        visitor.presses(step)
    with visitor.page.expect_navigation():
        visitor.page.locator(".contact-next").get_by_role("button").first.click()
    visitor.looks()
    said = nl("Planned. You are reminded before it, and so is your colleague.")
    expect(visitor.page.get_by_text(said)).to_be_visible()


def round_off(visitor: Visitor) -> None:
    # By the clock of this page it is planned for days ahead: that is asked once.
    visitor.page.get_by_text(nl("We talked already"), exact=True).click()
    visitor.presses("Yes, we talked already")
    with visitor.page.expect_navigation():
        visitor.page.locator(".contact-next").get_by_role("button", name=nl("Close"), exact=True).click()
    visitor.looks()
    expect(visitor.page.get_by_text(nl("Closed. Thank you for being there."))).to_be_visible()


def told_to(visitor: Visitor, path: str) -> str:
    visitor.goes_to(path)
    return visitor.reads()


def nobody_else_learns_of_it(arrive, size, contact: Contact, others, manager, reference: str) -> None:
    """Not another supporter, and not the manager: the page is not there, and no notice came."""
    another = arrive(others[0], size=size)
    another.goes_to(f"/contacts/{contact.pk}/")
    expect(another.page.get_by_role("heading", name=nl("This page is not here"))).to_be_visible()
    chief = arrive(manager, size=size)
    for path in ("/", "/notices/", "/incidents/", f"/incidents/{reference}/"):
        chief.goes_to(path)
        assert contact.offer.involvement.name not in chief.page.content()
        assert contact.supporter.user.name not in chief.page.content()


def evaluate(visitor: Visitor, link: str) -> None:
    """Nobody is signed in; the code leaves the address, and nothing of it stays in the browser."""
    page = visitor.page
    assert "#" in link
    visitor.goes_to(link)
    assert page.url == f"{visitor.site}/evaluation/"
    for question in Question.feelings():
        for when, felt in (("before", "Very much"), ("after", "Slightly")):
            page.locator(f"#id_{question}_{when}").get_by_role("radio", name=nl(felt)).check()
    for question in Question.statements():
        page.locator(f"#id_{question}").get_by_role("radio", name=nl("Agree"), exact=True).check()
    page.locator("#id_mark").get_by_role("radio", name="9").check()
    page.locator("#id_recommend").get_by_role("radio", name=nl("Yes")).check()
    visitor.presses("Send")
    expect(page.get_by_role("heading", name=nl("Thank you"))).to_be_visible()


def mails_to(smtp, user) -> list:
    return [mail for mail in smtp.messages if mail["To"] == user.email]


def written(mail) -> str:
    """Everything a mail says."""
    parts = [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]
    return "\n".join([mail["Subject"], *parts])


def link_in(mail) -> str:
    """The link of a mail: its one line that is an address."""
    link: str
    (link,) = re.findall(r"^http\S+", mail.get_body(("plain",)).get_content(), re.MULTILINE)
    return link


def _person(name: str, **facts):
    username = name.split(maxsplit=1)[0].lower()
    return UserFactory(
        name=f"{name}{LONG}",
        username=username,
        email=f"{username}@{LONG}.example",
        language="nl",
        password=PASSWORD,
        **facts,
    )


def publish(*, with_others: int) -> None:
    """So many others answer too; the quarter ends, all envelopes are opened together, and its figures
    are drawn and, in the end, published.
    """
    for number in range(with_others):
        answer(InvitationFactory(), mark=str(7 + number % 2))
    call_command("release_evaluations")
    assert (Envelope.objects.count(), Opening.objects.count()) == (with_others + 1, 0)
    today = timezone.localdate()
    quarter = (today.month + 2) // 3
    over = datetime(today.year + quarter // 4, quarter % 4 * 3 + 1, 2, 12, tzinfo=UTC)
    with time_machine.travel(over, tick=False):
        call_command("release_evaluations")
        assert (Envelope.objects.count(), Opening.objects.get().tables is None) == (0, False)
        assert Invitation.objects.filter(answered=True).count() == with_others + 1
    for days in (30, 45):
        with time_machine.travel(over + timedelta(days=days), tick=False):
            call_command("publish_figures")


def look_at_figures(visitor: Visitor) -> None:
    """The board lands on the figures, and the evaluations have their block."""
    visitor.goes_to("/")
    assert visitor.page.url == f"{visitor.site}/figures/"
    opinion = visitor.page.locator("#opinion h2")
    expect(opinion).to_be_visible()
    assert opinion.inner_text() != nl("No evaluations were opened in this period.")
