"""A calamity over six weeks, from the report to the final report to the inspectorate, by a moved clock.

Everybody is at a browser of their own, and signs in again on every other day. A real worker sends by a real
SMTP server what is due; what it sent and showed is compared with one list, to the minute in local time.
"""

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from accounts.enums import Role
from accounts.tests.factories import DepartmentFactory, UserFactory
from e2e.still_engine import StillEngine, local
from e2e.test_journey import link_in
from e2e.told import betrayed, mailed_at_night, told
from e2e.visitor import DESK, PASSWORD, PHONE, nl
from incidents.enums import Step
from incidents.models import Incident, Involvement, Milestone
from incidents.tests.factories import DutyFactory
from supporters.models import Contact
from supporters.tests.factories import SupporterFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(400)]

PLACE, OTHER_PLACE = "Operatiekamers", "Anesthesiologie"

#: Everything that anybody is told: when it shows in the app, to whom, when it is mailed ("at once": in the
#: very minute), and what it says. On 25 October the clock goes back.
TOLD = """
Wed 14 Oct 22:40 | Femke | Thu 15 Oct 07:00 | A step of a calamity is due now.
Wed 14 Oct 22:40 | Klaas | at once | There is a new report for the calamity committee.
Wed 14 Oct 22:40 | Noor | Thu 15 Oct 08:00 | Somebody is waiting for a supporter.
Wed 14 Oct 22:40 | Rutger | at once | A calamity was reported, and you are on duty.
Wed 14 Oct 22:40 | Wieke | at once | There is a new report for the calamity committee.
Wed 14 Oct 23:10 | Marleen | at once | A calamity was reported. The director on duty has not confirmed it yet.
Thu 15 Oct 02:40 | Klaas | Thu 15 Oct 07:00 | A step of a calamity is late.
Thu 15 Oct 02:40 | Wieke | Thu 15 Oct 07:00 | A step of a calamity is late.
Thu 15 Oct 07:00 | Daan | mail only | Er is iets voor je in Peersupport
Thu 15 Oct 07:00 | Lotte | mail only | Er is iets voor je in Peersupport
Thu 15 Oct 08:30 | Ilse | at once | You are asked to support a colleague.
Thu 15 Oct 08:30 | Joost | at once | You are asked to support a colleague.
Thu 15 Oct 10:00 | Tineke | at once | Your department is asked to align.
Thu 15 Oct 16:00 | Klaas | at once | A disclosure coach is asked for.
Thu 15 Oct 16:00 | Wieke | at once | A disclosure coach is asked for.
Fri 16 Oct 06:00 | Klaas | Fri 16 Oct 07:00 | A step of a calamity is due soon.
Fri 16 Oct 06:00 | Wieke | Fri 16 Oct 07:00 | A step of a calamity is due soon.
Fri 16 Oct 09:15 | Anouk | at once | You are on the analysis team of a calamity.
Fri 16 Oct 09:15 | Bram | at once | You are on the analysis team of a calamity.
Fri 16 Oct 09:15 | Femke | at once | A disclosure coach was found.
Mon 19 Oct 08:00 | Ilse | at once | You have a talk with a colleague soon.
Mon 19 Oct 08:00 | {supported} | mail only | Er is iets voor je in Peersupport
Tue 27 Oct 07:00 | {supported} | mail only | Er is iets voor je in Peersupport
Fri 06 Nov 07:00 | {supported} | mail only | Er is iets voor je in Peersupport
Mon 09 Nov 10:00 | Anouk | at once | A step of a calamity is due soon.
Mon 09 Nov 10:00 | Bram | at once | A step of a calamity is due soon.
Fri 13 Nov 12:00 | Wieke | at once | A colleague who will be away named you as substitute.
Mon 16 Nov 07:00 | {supported} | mail only | Er is iets voor je in Peersupport
Mon 16 Nov 10:00 | Klaas | no mail | A step of a calamity is due soon.
Mon 16 Nov 10:00 | Wieke | at once | A step of a calamity is due soon.
Tue 17 Nov 23:59 | Klaas | Wed 18 Nov 07:00 | A legal deadline is near.
Tue 17 Nov 23:59 | Wieke | Wed 18 Nov 07:00 | A legal deadline is near.
Thu 19 Nov 06:00 | Klaas | no mail | A step of a calamity is due soon.
Thu 19 Nov 06:00 | Wieke | Thu 19 Nov 07:00 | A step of a calamity is due soon.
Thu 19 Nov 10:00 | Klaas | no mail | A step of a calamity is due now.
Thu 19 Nov 10:00 | Wieke | at once | A step of a calamity is due now.
Thu 19 Nov 14:00 | Klaas | no mail | A step of a calamity is late.
Thu 19 Nov 14:00 | Wieke | at once | A step of a calamity is late.
Fri 20 Nov 10:00 | Marleen | at once | A step of a calamity is late, and you are on duty.
Fri 20 Nov 10:00 | Sjoerd | at once | A step of a calamity is late, and you are on duty.
Mon 23 Nov 10:00 | Klaas | at once | A step of a calamity is due soon.
Mon 23 Nov 10:00 | Wieke | at once | A step of a calamity is due soon.
Tue 24 Nov 23:59 | Klaas | Wed 25 Nov 07:00 | A legal deadline is near.
Tue 24 Nov 23:59 | Wieke | Wed 25 Nov 07:00 | A legal deadline is near.
Thu 26 Nov 06:00 | Klaas | Thu 26 Nov 07:00 | A step of a calamity is due soon.
Thu 26 Nov 06:00 | Wieke | Thu 26 Nov 07:00 | A step of a calamity is due soon.
Thu 26 Nov 10:00 | Klaas | at once | A step of a calamity is due now.
Thu 26 Nov 10:00 | Wieke | at once | A step of a calamity is due now.
"""

#: Of these, mailed between 21:00 and 7:00.
NIGHTLY = 4


@pytest.fixture
def engine(live_server, smtp, tmp_path):
    begin = local("2026-10-14 22:00")
    with StillEngine(begin, folder=tmp_path, smtp_port=smtp.port, site=live_server.url) as engine:
        yield engine


@pytest.fixture
def hospital(engine):
    """Everybody, by first name."""
    place, other = DepartmentFactory(name=PLACE), DepartmentFactory(name=OTHER_PLACE)
    people = [
        _person("Femke Postma", place, Role.TEAM_LEADER),
        _person("Daan Mulder", place),
        _person("Lotte Visser", place),
        _person("Tineke Haan", other, Role.TEAM_LEADER),
        _person("Wieke Dijkstra", None, Role.CCP),
        _person("Klaas Veenstra", None, Role.CCP),
        _person("Rutger Bakema", None, Role.DIRECTOR),
        _person("Marleen Kooistra", None, Role.DIRECTOR),
        _person("Sjoerd Hofman", None, Role.DIRECTOR),
        _person("Noor Ekkel", DepartmentFactory(name="Sociaal-medische zorg"), Role.COORDINATOR),
        _person("Anouk Sikkema", DepartmentFactory(name="Apotheek"), Role.ANALYST),
        _person("Bram Terpstra", DepartmentFactory(name="Laboratorium"), Role.ANALYST),
        _person("Gijs Zandstra", place, Role.ANALYST),
        _person("Ilse Kuipers", DepartmentFactory(name="Cardiologie"), Role.SUPPORTER),
        _person("Joost Jansma", DepartmentFactory(name="Longziekten"), Role.SUPPORTER),
    ]
    found = {person.username: person for person in people}
    for name in ("ilse", "joost"):
        SupporterFactory(user=found[name], trained=True)
    for begin, end, director, deputy in (
        ("2026-10-12 08:00", "2026-10-26 08:00", "rutger", "marleen"),
        ("2026-10-26 08:00", "2026-11-30 08:00", "marleen", "sjoerd"),
    ):
        DutyFactory(
            starts_at=local(begin), ends_at=local(end), director=found[director], deputy=found[deputy]
        )
    return found


@pytest.fixture
def comes(arrive, hospital):
    """`comes(name, path)`: to that page, at a browser of their own; signs in where the session is over."""
    phones = {"femke", "rutger", "ilse", "joost", "anouk"}
    browsers = {}

    def come(name, path):
        if name not in browsers:
            browsers[name] = arrive(size=PHONE if name in phones else DESK)
        visitor = browsers[name]
        page = visitor.page
        page.goto(path if path.startswith("http") else visitor.site + path)
        if page.locator("[name=password]").count():
            page.locator("[name=login]").fill(name)
            page.locator("[name=password]").fill(PASSWORD)
            with page.expect_navigation():
                visitor.button("Sign in").click()
        return visitor

    return come


def test_six_weeks_from_report_to_final_report(comes, engine, hospital, smtp):
    def link_for(name):
        """Where the last mail to this person leads."""
        return link_in([mail for mail in smtp.messages if mail["To"] == hospital[name].email][-1])

    engine.walks_to(local("2026-10-14 22:40"))
    reference = report(comes("femke", "/incidents/new/calamity/"))
    calamity = f"/calamities/{reference}/"
    engine.walks_to(local("2026-10-14 23:20"))
    director = comes("rutger", link_for("rutger"))
    assert director.page.url.endswith(calamity)
    director.presses("I have been told")

    # The first day: support for everybody involved, the committee's decision, the other department.
    engine.walks_to(local("2026-10-15 08:30"))
    coordinator = comes("noor", f"/support/{reference}/")
    coordinator.follows("Propose for all")
    coordinator.presses("Ask all")
    engine.walks_to(local("2026-10-15 09:00"))
    follow_up = supports(comes("ilse", link_for("ilse")))
    is_declined(comes("joost", link_for("joost")))
    engine.walks_to(local("2026-10-15 10:00"))
    committee = comes("wieke", calamity)
    established(committee)
    counted = "Support offered within %(hours)s hours to %(offered)s of %(involved)s involved employees."
    says(committee, counted, hours=24, offered=2, involved=2)
    committee.page.locator("[name=align-department]").select_option(label=OTHER_PLACE)
    press(committee, "Ask to align")
    engine.walks_to(local("2026-10-15 11:00"))
    other = comes("tineke", link_for("tineke"))
    with other.page.expect_navigation():
        other.page.get_by_role("button", name=OTHER_PLACE).click()
    engine.walks_to(local("2026-10-15 16:00"))
    plan_a_talk(comes("femke", f"{calamity}disclosure/"), "2026-10-23T14:00")

    # The inspectorate hears of it within the hospital's own day; law would have given until Tuesday.
    engine.walks_to(local("2026-10-16 09:15"))
    committee = comes("wieke", calamity)
    says(committee, "Notify the inspectorate (IGJ)")
    committee.presses("This step is done")
    committee.goes_to(f"{calamity}team/")
    expect(committee.page.locator("summary").filter(has_text="1 ")).to_be_visible()
    for name in ("Anouk Sikkema", "Bram Terpstra"):
        press(committee, "Choose %(name)s", name=name)
    find_coach(comes("wieke", f"{calamity}disclosure/"), "Tineke Haan")

    engine.walks_to(local("2026-10-19 09:30"))
    supporter = comes("ilse", link_for("ilse"))
    assert supporter.page.url == follow_up
    supported = Contact.objects.get(supporter__user=hospital["ilse"]).offer.involvement.name
    press(supporter, "Follow-up call made")
    round_off(supporter)
    comes("anouk", f"{calamity}analysis/").presses("Started")
    engine.walks_to(local("2026-10-19 09:45"))  # the closing can be undone no more

    # The night in which an hour came twice is over: it is asked which of the two.
    engine.walks_to(local("2026-10-26 09:00"))
    begun_in_the_doubled_hour(comes("anouk", f"{calamity}analysis/"), "2026-10-25T02:30")
    hold_the_talk(comes("femke", f"{calamity}disclosure/"))

    engine.walks_to(local("2026-11-02 11:00"))
    committee = comes("wieke", calamity)
    asked = {"dated": "2026-10-30", "until": "2026-11-20", "reference": "IGJ-2026-4711"}
    set_term(committee, "confirm", button="Report asked until this day", **asked)
    engine.walks_to(local("2026-11-11 15:00"))
    analyst = comes("anouk", f"{calamity}analysis/")
    press(analyst, "Draft report ready")
    engine.walks_to(local("2026-11-11 16:00"))
    comes("bram", f"{calamity}analysis/").presses("Analysis done")

    # Klaas is away, and Wieke stands in; she leaves the feedback undone until a director has heard of it.
    engine.walks_to(local("2026-11-13 12:00"))
    goes_away(comes("klaas", "/me/notices/"), "2026-11-16", "2026-11-22", "Wieke Dijkstra")
    engine.walks_to(local("2026-11-18 10:30"))
    set_term(comes("wieke", calamity), "ask", reference="IGJ-2026-4711")
    engine.walks_to(local("2026-11-19 15:00"))
    set_term(comes("wieke", calamity), "answer", until="2026-11-27", button="Granted")
    engine.walks_to(local("2026-11-20 15:00"))
    committee = comes("wieke", calamity)
    says(committee, "Feedback to those involved")
    committee.presses("This step is done")

    engine.walks_to(local("2026-11-26 11:00"))
    committee = comes("wieke", calamity)
    says(committee, "Final report to IGJ")
    committee.presses("This step is done")
    says(committee, "All steps are done.")
    committee.follows("Evidence for board and inspectorate")
    shows_every_step_and_no_name(committee, hospital)
    lists_all_that_was_told(comes("wieke", "/notices/"), "Wieke")

    # What the law asked for, before and after it was moved, comes and goes; who was supported is erased.
    engine.walks_to(local("2026-12-11 12:00"))
    assert not Involvement.objects.filter(erased_at=None).exists()
    assert Milestone.objects.filter(step=Step.SUPPORT, offered=2, involved=2).count() == 1
    wanted = TOLD.format(supported=supported.split()[0]).strip().splitlines()
    assert sorted(told(smtp.messages)) == sorted(wanted)  # who is supported stands before or behind Ilse
    at_night = mailed_at_night(smtp.messages)
    assert len(at_night) == NIGHTLY
    assert [line for line, urgent in at_night if not urgent] == []
    names = [person.name for person in hospital.values()]
    assert betrayed(smtp.messages, [*names, PLACE, OTHER_PLACE, reference, "alamit", "IGJ"]) == []
    assert set(engine.missing) == {0}
    assert len(engine.missing) == 58


def report(visitor):
    """Report the calamity with two people involved; its reference."""
    page = visitor.page
    page.locator("[name=noticed_at]").fill("2026-10-14T22:30")
    page.locator("[name=occurred_at]").fill("2026-10-14T21:50")
    for name in ("Daan Mulder", "Lotte Visser"):
        page.get_by_role("combobox", name=nl("Add a colleague")).press_sequentially(name[:6])
        page.get_by_role("option", name=name).click()
        expect(page.get_by_role("group", name=name)).to_be_visible()
        page.locator("#people [data-ready]").wait_for()  # the section came anew
    visitor.looks()
    with page.expect_navigation(url=re.compile("/received/$")):
        visitor.button("Send the report").click()
    visitor.looks()
    return Incident.objects.get().reference


def press(visitor, label, **words):
    """Press a button that leads to a page which is looked over elsewhere."""
    with visitor.page.expect_navigation():
        visitor.button(label, **words).first.click()


def steps(visitor, *labels):
    """Press one after the other; only the last page is looked over."""
    for label in labels:
        press(visitor, label)
    visitor.looks()


def supports(visitor):
    """Accept, reach, talk, and plan to call in three days; the address of the contact."""
    steps(visitor, "Yes, I will call", "Reached: we talk another time", "Talked by telephone")
    with visitor.page.expect_navigation():
        visitor.page.locator(".contact-next").get_by_role("button").first.click()
    return visitor.page.url


def is_declined(visitor):
    """Accept, and hear that no support is wanted: it counts as offered all the same."""
    steps(visitor, "Yes, I will call")
    visitor.page.locator("summary").filter(has_text=nl("Something else")).click()
    steps(visitor, "No support wanted")


def round_off(visitor):
    with visitor.page.expect_navigation():
        visitor.page.locator(".contact-next").get_by_role("button", name=nl("Close"), exact=True).click()
    visitor.looks()


def established(visitor):
    """It is established as a calamity, now."""
    visitor.follows("Decide what it is")
    visitor.page.get_by_role("radio", name=nl("It is established as a calamity")).check()
    visitor.presses("Record the decision")


def says(visitor, line, **words):
    expect(visitor.page.get_by_text(nl(line, **words)).first).to_be_visible()


def plan_a_talk(visitor, moment):
    """Plan a talk with the family, and ask for a coach."""
    visitor.page.locator("[name=plan-moment]").fill(moment)
    steps(visitor, "Plan", "Ask for a coach")


def find_coach(visitor, name):
    visitor.page.locator("#find").fill(name.split()[0])
    steps(visitor, "Search")
    with visitor.page.expect_navigation():
        visitor.page.get_by_role("button", name=name).click()
    visitor.looks()


def hold_the_talk(visitor):
    """It was held when it was planned."""
    with visitor.page.expect_navigation():
        visitor.page.locator(".talk button[value=hold]").click()
    visitor.looks()


def begun_in_the_doubled_hour(visitor, moment):
    page = visitor.page
    page.locator("[name=interviews-moment]").first.fill(moment)
    visitor.presses("Interviews begun")
    page.get_by_label(nl("Which of the two hours?")).select_option(label=nl("The second, in winter time"))
    visitor.presses("Interviews begun")
    assert Incident.objects.get().analysis.interviews_at == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def set_term(visitor, prefix, button="Save", **fields):
    """Fill in what the inspectorate said or was asked, in its form on the calamity's page."""
    form = visitor.page.locator("#term form").filter(has=visitor.page.locator(f"[name^={prefix}-]"))
    fold = form.locator("xpath=..")
    if fold.get_attribute("open") is None:
        fold.locator("summary").click()
    for name, value in fields.items():
        form.locator(f"[name={prefix}-{name}]").fill(value)
    with visitor.page.expect_navigation():
        form.get_by_role("button", name=nl(button), exact=True).click()
    visitor.looks()


def goes_away(visitor, first, last, substitute):
    page = visitor.page
    page.locator("[name=first_day]").fill(first)
    page.locator("[name=last_day]").fill(last)
    named = page.locator("[name=substitute] option").filter(has_text=substitute)
    page.locator("[name=substitute]").select_option(value=named.get_attribute("value"))
    with page.expect_navigation():
        page.locator("form").filter(has=page.locator("[name=first_day]")).get_by_role("button").click()
    visitor.looks()


def shows_every_step_and_no_name(visitor, hospital):
    """On screen and on one sheet of paper."""
    page = visitor.page
    page.emulate_media(media="print")
    sheet = page.locator("body").inner_text()
    assert [person.name for person in hospital.values() if person.name in sheet] == []
    paper = page.pdf(format="A4", prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) == 1
    page.emulate_media(media="screen")


#: What names the committee as this hospital does, in Dutch.
NEW_REPORT = "Er is een nieuwe melding voor de calamiteitencommissie."
NAMED = {"There is a new report for the calamity committee.": NEW_REPORT}


def lists_all_that_was_told(visitor, name):
    """The notice centre, newest on top."""
    lines = [row.split(" | ") for row in reversed(TOLD.strip().splitlines())]
    wanted = [NAMED.get(line) or nl(line) for _moment, who, _mail, line in lines if who == name]
    assert visitor.page.locator(".notice-text").all_inner_texts() == wanted
    visitor.looks()


def _person(name, department, *roles):
    username = name.split(maxsplit=1)[0].lower()
    return UserFactory(
        name=name,
        username=username,
        email=f"{username}@ziekenhuis.example",
        language="nl",
        password=PASSWORD,
        department=department,
        roles=list(roles),
    )
