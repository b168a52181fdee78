"""Where this room stands in the frame around the pages, and how the access log calls its pages and things."""

from django.utils.translation import gettext_lazy as _

from accounts.access_log import words
from accounts.enums import Role
from accounts.pages import places
from accounts.pages.places import Panel, Place, Tab
from incidents.reports import report_as_seen
from notifications.reminders import announcing_absence
from supporters.intake import open_questions
from supporters.offers import opening, own_calls
from supporters.pool import members


def register() -> None:
    report_as_seen.ways_on.append(
        report_as_seen.Way("support:roll-call", _("To the roll-call"), "users-group")
    )
    report_as_seen.told.append(opening.told_of)
    report_as_seen.ways_to_forgotten.append(
        report_as_seen.Way("support:who-was-there", _("Add somebody who was forgotten"), "user-plus")
    )
    report_as_seen.ways_instead.append(
        report_as_seen.Way("without-name", _("Rather without your name"), "eye-off")
    )
    report_as_seen.ways_of_own.append(report_as_seen.Way("me", _("Say how and when to reach you"), "phone"))
    report_as_seen.promises.append(opening.promised)
    report_as_seen.nobody_to_call.append(members.nobody_to_call)
    report_as_seen.somebody_there.append(own_calls.already_there)
    announcing_absence.besides.append("supporters/pool/_cannot_be_asked.html")
    places.register(
        navigation=[
            Place("support:worklist", _("Support"), "list-check", frozenset({Role.COORDINATOR}), 10),
            Place("contacts:list", _("My contacts"), "phone", frozenset({Role.SUPPORTER}), 20),
            Place("pool:list", _("Pool"), "users", frozenset({Role.COORDINATOR}), 70),
            Place("me", _("My page"), "user", frozenset(), 110),
        ],
        first_pages={Role.COORDINATOR: "support:worklist", Role.SUPPORTER: "contacts:list"},
        tabs={
            "pool": [
                Tab("list", "pool:list", _("Supporters"), 10),
                Tab("policy", "pool:policy", _("Agreements"), 30),
            ]
        },
        panels=[
            Panel("supporters/offers/_own_calls.html", own_calls.running, 10),
            Panel("supporters/intake/_open_questions.html", open_questions.of, 15),
        ],
    )
    words.add(
        words={
            "exclusion": _("who is never matched"),
            "support": _("support"),
            "supporter": _("peer supporter"),
            "worklist": _("worklist"),
            "coordinator of the pool": _("coordinator of the pool"),
            "own availability": _("own availability"),
            "own contact": _("own contact"),
            "retention": _("end of the retention term"),
        },
        places={
            "contacts:availability": _("own availability"),
            "contacts:detail": _("page of a contact"),
            "me": _("own page"),
            "pool:cover": _("hours in which we call"),
            "pool:exclusions": _("who is never matched"),
            "pool:intake-rules": _("rules for reports that name nobody"),
            "pool:places": _("places for a talk"),
            "pool:outside-help": _("help outside the hospital"),
            "pool:policy": _("settings of support"),
            "pool:supporter": _("page of a supporter"),
            "retention": _("end of the retention term"),
            "support:intake": _("reports that name nobody"),
            "support:join": _("joining two reports of one event"),
            "support:match": _("support for one colleague"),
            "support:name-people": _("naming who was involved in the own report"),
            "support:propose": _("a proposal for several events"),
            "support:replace": _("somebody else for all that is open with a supporter"),
            "support:roll-call": _("everybody involved in an event"),
            "support:who-was-there": _("naming who was there, as head of department or reporter"),
            "support:worklist": _("worklist"),
        },
    )
