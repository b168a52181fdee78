"""Three weeks after a night, and the weeks in which they end, by a moved clock: from the report to the one
gentle second offer.

Two colleagues and somebody of an agency who looked on. One talks, is in a second event, and gets another
supporter when the first falls ill; one wants no support; one is not reached. All three hear of the feedback.
Everybody is at a browser of their own, and what a real worker sent and showed is compared with one list, to
the minute in local time. What the committee and the directors are told, `test_calamity` says.
"""

import re

import pytest
from playwright.sync_api import expect

from accounts.enums import Role
from accounts.tests.factories import DepartmentFactory
from e2e.still_engine import StillEngine, local
from e2e.test_calamity import _person, press, steps
from e2e.test_journey import link_in
from e2e.told import betrayed, told
from e2e.visitor import DESK, PASSWORD, PHONE, nl
from incidents.models import Incident
from incidents.tests.factories import DutyFactory
from supporters.enums import ContactState, Outcome
from supporters.models import Contact, MeetingPlace, Offer
from supporters.tests.factories import SupporterFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(600)]

WARD, MEETING_PLACE = "Spoedeisende hulp", "Stiltecentrum, route 14"
AGENCY = "yara.benali@bureau.example"
#: Of these `test_calamity` says what they are told.
COMMITTEE = {"Wieke", "Rutger", "Marleen", "Bram"}

#: Everything that anybody is told: when it shows in the app, to whom, when it is mailed ("at once": in the
#: very minute), and what it says. Who supports whom the matching says: "first" supports Daan and falls ill,
#: "other" takes over, "caller" calls Yara, who has no account, and "third" is asked for Lotte.
TOLD = """
Sat 07 Nov 02:10 | Daan | Sat 07 Nov 07:00 | {colleague_calls}
Sat 07 Nov 02:10 | Hanneke | Sat 07 Nov 07:00 | A step of a calamity is due now.
Sat 07 Nov 02:10 | Lotte | Sat 07 Nov 07:00 | {colleague_calls}
Sat 07 Nov 02:10 | Noor | Sat 07 Nov 07:00 | Somebody is waiting for a supporter.
Sat 07 Nov 07:00 | Yara.benali | mail only | Er is iets voor je in Peersupport
Mon 09 Nov 08:00 | Noor | mail only | Er is iets voor je in Peersupport
Mon 09 Nov 08:30 | {first} | at once | You are asked to support a colleague.
Mon 09 Nov 08:30 | {third} | at once | You are asked to support a colleague.
Mon 09 Nov 08:30 | {caller} | at once | You are asked to support a colleague.
Mon 09 Nov 15:10 | Daan | mail only | Er is iets voor je in Peersupport
Tue 10 Nov 10:00 | Noor | at once | A colleague could not be reached. Decide how to go on.
Tue 10 Nov 10:00 | Yara.benali | mail only | Er is iets voor je in Peersupport
Tue 10 Nov 11:00 | {caller} | Wed 11 Nov 08:00 | Nothing more is asked of you in one of your contacts.
Tue 10 Nov 15:00 | Daan | at once | {colleague_calls}
Tue 10 Nov 15:00 | Hanneke | at once | {who_was_there}
Tue 10 Nov 15:00 | Noor | at once | Somebody is waiting for a supporter.
Tue 10 Nov 15:30 | {first} | at once | One of your contacts is about a second event too.
Wed 11 Nov 08:00 | Daan | mail only | Er is iets voor je in Peersupport
Wed 11 Nov 08:00 | {first} | at once | You have a talk with a colleague soon.
Wed 11 Nov 15:00 | Noor | at once | A head of department has not said yet who was there.
Thu 12 Nov 09:10 | Daan | mail only | Er is iets voor je in Peersupport
Thu 12 Nov 09:00 | {first} | Fri 13 Nov 08:00 | Nothing more is asked of you in one of your contacts.
Thu 12 Nov 09:00 | {other} | at once | You are asked to support a colleague.
Mon 16 Nov 08:00 | Daan | mail only | Er is iets voor je in Peersupport
Mon 16 Nov 08:00 | {other} | at once | You have a talk with a colleague soon.
Mon 16 Nov 12:00 | {other} | at once | Did your talk with a colleague take place? One tap says so.
Tue 24 Nov 07:00 | Daan | mail only | Er is iets voor je in Peersupport
Mon 30 Nov 10:00 | Daan | at once | {date_is_set}
Mon 30 Nov 10:00 | Lotte | at once | {date_is_set}
Mon 30 Nov 10:00 | Yara.benali | mail only | Er is iets voor je in Peersupport
Fri 04 Dec 07:00 | Daan | mail only | Er is iets voor je in Peersupport
Tue 08 Dec 11:00 | Yara.benali | mail only | Er is iets voor je in Peersupport
Tue 08 Dec 12:00 | Noor | at once | Somebody is waiting for a supporter.
"""
WHO_WAS_THERE = (
    "Something happened on your department. Who was there? Name them, so that nobody is forgotten."
)
COLLEAGUE_CALLS = "A colleague will get in touch. You can choose when, who, or not at all."
ANOTHER_CALLS = "Another colleague will get in touch. You can choose when, who, or not at all."
DATE_IS_SET = "A date is set that is of interest to you. Read what it is, and how to prepare."


@pytest.fixture
def engine(live_server, smtp, tmp_path):
    begin = local("2026-11-07 01:30")
    with StillEngine(begin, folder=tmp_path, smtp_port=smtp.port, site=live_server.url) as engine:
        yield engine


@pytest.fixture
def hospital(engine):
    """Everybody, by first name."""
    ward = DepartmentFactory(name=WARD)
    people = [
        _person("Femke Postma", ward),
        _person("Hanneke Smit", ward, Role.TEAM_LEADER),
        _person("Daan Mulder", ward),
        _person("Lotte Visser", ward),
        _person("Wieke Dijkstra", None, Role.CCP),
        _person("Rutger Bakema", None, Role.DIRECTOR),
        _person("Marleen Kooistra", None, Role.DIRECTOR),
        _person("Bram Terpstra", None, Role.ANALYST),
        _person("Noor Ekkel", DepartmentFactory(name="Sociaal-medische zorg"), Role.COORDINATOR),
        _person("Ilse Kuipers", DepartmentFactory(name="Cardiologie"), Role.SUPPORTER),
        _person("Joost Jansma", DepartmentFactory(name="Longziekten"), Role.SUPPORTER),
        _person("Eefje Wal", DepartmentFactory(name="Neurologie"), Role.SUPPORTER),
        _person("Mirjam Tol", DepartmentFactory(name="Urologie"), Role.SUPPORTER),
    ]
    found = {person.username: person for person in people}
    for name in ("ilse", "joost", "eefje", "mirjam"):
        SupporterFactory(user=found[name], trained=True)
    DutyFactory(
        starts_at=local("2026-11-02 08:00"),
        ends_at=local("2026-12-28 08:00"),
        director=found["rutger"],
        deputy=found["marleen"],
    )
    MeetingPlace.objects.create(name=MEETING_PLACE)
    return found


@pytest.fixture
def comes(arrive, hospital):
    """`comes(name, path)`: to that page, at a browser of their own; signs in where the session is over."""
    browsers = {}

    def come(name, path):
        if name not in browsers:
            browsers[name] = arrive(size=DESK if name in {"noor", "wieke"} else PHONE)
        visitor = browsers[name]
        page = visitor.page
        page.goto(path if path.startswith("http") else visitor.site + path)
        if page.locator("[name=password]").count():
            page.locator("[name=login]").fill(name)
            page.locator("[name=password]").fill(PASSWORD)
            with page.expect_navigation():
                visitor.button("Sign in").click()
        visitor.looks()
        return visitor

    return come


def test_three_weeks_after_a_night(arrive, comes, engine, hospital, smtp):
    def supporter_of(name):
        """Who is asked or at work for the person called `name`, and the page of the contact."""
        contact = Contact.objects.open().get(offer__in=offers_of(name))
        return contact.supporter.user.username, f"/contacts/{contact.pk}/"

    # Saturday night. Nobody calls before Monday, and the promise says so.
    engine.walks_to(local("2026-11-07 02:10"))
    reporter = comes("femke", "/incidents/new/calamity/")
    reference = report_calamity(reporter)
    expect(reporter.page.locator("main")).to_contain_text("maandag 9 november")
    assert reference == Incident.objects.get().reference

    # Whoever has no account opens the own link, and says how to be reached.
    engine.walks_to(local("2026-11-07 10:00"))
    onlooker = arrive(size=PHONE)
    onlooker.goes_to(link_in(mails_to(smtp, AGENCY)[-1]))
    says_how_to_reach(onlooker, telephone="06 12345678")
    colleague = comes("daan", "/me/")
    expect(colleague.page.locator("main")).to_contain_text("maandag 9 november")

    # Monday: cover. The coordinator's one mail leads to what waits; three are asked in one action.
    engine.walks_to(local("2026-11-09 08:30"))
    coordinator = comes("noor", link_in(mails_to(smtp, hospital["noor"].email)[-1]))
    assert coordinator.page.url.endswith("/support/")
    coordinator = comes("noor", f"/support/{reference}/")
    coordinator.follows("Propose for all")
    coordinator.presses("Ask all")
    assert Contact.objects.open().count() == 3

    engine.walks_to(local("2026-11-09 09:00"))
    first, page = supporter_of("Daan Mulder")
    supporter = comes(first, page)
    steps(supporter, "Yes, I will call", "Reached: we talk another time")
    supporter.follows("Another moment, in person or by video")
    plan(supporter, "2026-11-10T14:00", in_person=True)
    third, third_page = supporter_of("Lotte Visser")
    supporter = comes(third, third_page)
    steps(supporter, "Yes, I will call")
    supporter.page.locator("summary").filter(has_text=nl("Something else")).click()
    steps(supporter, "No support wanted")
    caller, her_page = supporter_of("Yara Benali")
    supporter = comes(caller, her_page)
    steps(supporter, "Yes, I will call")
    expect(supporter.page.get_by_text("06 12345678").first).to_be_visible()
    steps(supporter, "No answer")
    colleague = comes("daan", "/me/")
    expect(colleague.page.locator("main")).to_contain_text(MEETING_PLACE)
    expect(colleague.page.locator("main")).to_contain_text("morgen om 14:00")

    # The talk is moved; the second attempt is in the afternoon, the third on the next day.
    engine.walks_to(local("2026-11-09 15:00"))
    supporter = comes(first, page)
    supporter.follows("Move it to another moment")
    plan(supporter, "2026-11-11T10:00", in_person=True)
    steps(comes(caller, her_page), "No answer")
    engine.walks_to(local("2026-11-10 10:00"))
    steps(comes(caller, her_page), "No answer")
    engine.walks_to(local("2026-11-10 11:00"))
    coordinator = comes("noor", match_page("Yara Benali"))
    coordinator.presses("Close: not reached")

    # Daan is in a second event: it goes on with whom it runs with, by one confirmation.
    engine.walks_to(local("2026-11-10 15:00"))
    report_event(comes("femke", "/incidents/new/event/"))
    engine.walks_to(local("2026-11-10 15:30"))
    second = Incident.objects.exclude(reference=reference).get()
    coordinator = comes("noor", match_page("Daan Mulder", second))
    press(coordinator, "Go on with %(name)s", name=hospital[first].name)
    coordinator.looks()
    assert Contact.objects.open().filter(offer__involvement__employee=hospital["daan"]).count() == 1

    # The talk; then a Saturday is offered as Monday.
    engine.walks_to(local("2026-11-11 10:45"))
    supporter = comes(first, page)
    steps(supporter, "We talked")
    expect(supporter.page.locator(".contact-next")).to_contain_text("zaterdag 14 november")
    plans_the_first(supporter)
    assert Contact.objects.get(pk=page.split("/")[2]).due_at.date().isoformat() == "2026-11-16"

    # The head of the department, who was asked who was there, answers late.
    engine.walks_to(local("2026-11-11 16:00"))
    head = comes("hanneke", f"/support/{second.reference}/who-was-there/")
    head.presses("Nobody is missing")

    # The supporter falls ill. Somebody else calls as it was agreed.
    engine.walks_to(local("2026-11-12 09:00"))
    ill = hospital[first].supporter
    coordinator = comes("noor", f"/support/supporter/{ill.pk}/")
    coordinator.page.locator("[name=until]").fill("2026-11-30")
    coordinator.presses("Move all")
    other, new_page = supporter_of("Daan Mulder")
    assert other != first
    engine.walks_to(local("2026-11-12 10:00"))
    steps(comes(other, new_page), "Yes, I will call")
    colleague = comes("daan", "/me/")
    expect(colleague.page.get_by_role("heading", name=hospital[other].name)).to_be_visible()

    engine.walks_to(local("2026-11-12 11:00"))
    supporter = comes(other, new_page)
    steps(supporter, "Reached, and talked at once")
    plans_the_first(supporter)
    engine.walks_to(local("2026-11-16 16:00"))
    finish(comes(other, new_page))

    # Feedback: all three are told, whatever they chose, and the committee knows how many.
    engine.walks_to(local("2026-11-30 10:00"))
    committee = comes("wieke", f"/calamities/{reference}/afterwards/")
    set_feedback(committee, "2026-12-03T15:00")
    engine.rests()  # of who has no account the mail that left counts
    committee.goes_to(f"/calamities/{reference}/afterwards/")
    expect(committee.page.locator("main")).to_contain_text("3 van 3 kregen bericht")

    # Four weeks after nobody could reach her: once, and she comes back.
    engine.walks_to(local("2026-12-08 12:00"))
    onlooker.goes_to(link_in(mails_to(smtp, AGENCY)[-1]))
    onlooker.presses("I would like support after all")
    assert offers_of("Yara Benali").get().closed_at is None

    ended = set(Offer.objects.exclude(closed_at=None).values_list("outcome", flat=True))
    assert ended == {Outcome.COMPLETED, Outcome.DECLINED}
    lines = [line for line in told(smtp.messages) if line.split(" | ")[1] not in COMMITTEE]
    people = {"first": first, "third": third, "caller": caller, "other": other}
    wanted = TOLD.strip().format(
        **{key: name.capitalize() for key, name in people.items()},
        who_was_there=WHO_WAS_THERE,
        date_is_set=DATE_IS_SET,
        colleague_calls=COLLEAGUE_CALLS,
    )
    # With the news that his talk is off Daan hears that another calls, and not once more.
    assert not any(ANOTHER_CALLS in line for line in lines)
    assert sorted(lines) == sorted(wanted.splitlines())
    names = [person.name for person in hospital.values()]
    secrets = [*names, "Yara", "Benali", WARD, MEETING_PLACE, reference, second.reference, "alamit"]
    assert betrayed(smtp.messages, secrets) == []
    assert set(engine.missing) == {0}
    assert not Contact.objects.filter(state__in=ContactState.open()).exists()


def offers_of(name):
    given = Offer.objects.filter(involvement__employee__name=name)
    return given | Offer.objects.filter(involvement__typed_name=name)


def match_page(name, incident=None):
    offers = offers_of(name)
    offer = (offers.filter(incident=incident) if incident else offers).get()
    return f"/support/involved/{offer.involvement_id}/match/"


def mails_to(smtp, address):
    return [mail for mail in smtp.messages if mail["To"] == address]


def report_calamity(visitor):
    """Two colleagues, and somebody of an agency who looked on."""
    page = visitor.page
    page.locator("[name=noticed_at]").fill("2026-11-07T02:00")
    page.locator("[name=occurred_at]").fill("2026-11-07T01:20")
    for name in ("Daan Mulder", "Lotte Visser"):
        add_colleague(page, name)
    visitor.button("Somebody without an account").click()
    by_hand = page.get_by_role("group", name=nl("Somebody without an account"))
    by_hand.get_by_label(nl("Name")).fill("Yara Benali")
    by_hand.get_by_label(nl("E-mail")).fill(AGENCY)
    by_hand.get_by_label(nl("Profession")).select_option(label="Verpleegkundige")
    return sends(visitor)


def report_event(visitor):
    page = visitor.page
    page.locator("[name=event_type]").select_option(label=nl("Aggression or violence"))
    page.locator("[name=occurred_at]").fill("2026-11-10T13:30")
    add_colleague(page, "Daan Mulder")
    return sends(visitor)


def add_colleague(page, name):
    page.get_by_role("combobox", name=nl("Add a colleague")).press_sequentially(name[:6])
    page.get_by_role("option", name=name).click()
    expect(page.get_by_role("group", name=name)).to_be_visible()
    page.locator("#people [data-ready]").wait_for()  # the section came anew


def sends(visitor):
    with visitor.page.expect_navigation(url=re.compile("/received/$")):
        visitor.button("Send the report").click()
    visitor.looks()
    return visitor.page.url.split("/")[-3]


def says_how_to_reach(visitor, *, telephone):
    page = visitor.page
    page.locator("[name=telephone]").fill(telephone)
    page.locator("[name=not_on_ward]").check()
    with page.expect_navigation():
        page.locator("button[value=reach_me]").click()
    visitor.looks()


def plan(visitor, moment, *, in_person=False):
    page = visitor.page
    page.locator("[name=moment]").fill(moment)
    if in_person:
        page.locator("[name=mode][value=in_person]").check(force=True)
        page.locator("[name=place]").select_option(label=MEETING_PLACE)
    visitor.presses("Plan")


def plans_the_first(visitor):
    """Of the moments that are offered."""
    with visitor.page.expect_navigation():
        visitor.page.locator(".contact-next button[name=moment]").first.click()
    visitor.looks()


def finish(visitor):
    """The follow-up call is made, and it is closed."""
    steps(visitor, "Follow-up call made")
    with visitor.page.expect_navigation():
        visitor.page.locator(".contact-next").get_by_role("button", name=nl("Close"), exact=True).click()
    visitor.looks()


def set_feedback(visitor, moment):
    page = visitor.page
    page.locator("[name=set-kind]").select_option(value="feedback")
    page.locator("[name=set-moment]").fill(moment)
    page.locator("[name=set-way]").select_option(index=1)
    page.locator("[name=set-place]").fill("Kamer 2 bij de ingang")
    visitor.presses("Set and tell")
