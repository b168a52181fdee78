"""Where this room stands in the frame around the pages, and how the access log calls its pages and things."""

from django.utils.translation import gettext_lazy as _

from accounts.access_log import words
from accounts.enums import Role
from accounts.pages import places
from accounts.pages.places import Panel, Place, Tab
from hospital import names
from incidents.reports import own_reports, report_as_seen


def register() -> None:
    places.register(
        navigation=[
            Place("calamities:analyses", _("My analyses"), "report-search", frozenset({Role.ANALYST}), 40),
            Place(
                "calamities:list",
                _("Calamities"),
                "route",
                frozenset({Role.CCP, Role.DIRECTOR, Role.TEAM_LEADER}),
                50,
            ),
            Place("incidents:new", _("Report"), "clipboard-plus", frozenset(), 100),
        ],
        first_pages={
            Role.CCP: "calamities:list",
            Role.ANALYST: "calamities:analyses",
            Role.DIRECTOR: "calamities:list",
        },
        tabs={
            "settings": [
                Tab("calamities", "calamity-policy", _("Calamities and help"), 100),
                Tab("committee", "calamity-committee", names.committee, 110),
                Tab("duty", "calamity-duty", _("Directors on duty"), 120),
            ]
        },
        panels=[
            Panel("incidents/reports/_choices.html", report_as_seen.choices, 20),
            Panel("incidents/reports/_own_reports.html", own_reports.latest, 30),
        ],
    )
    words.add(
        words={
            "incident": _("report"),
            "involvement": _("involved employee"),
            "vim import": _("VIM import"),
            "analyst of calamities": _("analyst of the case"),
            "analyst of the case": _("analyst of the case"),
            "ccp of calamities": names.committee,
            "ccp of the case": names.committee,
            "disclosure coaches": _("list of disclosure coaches"),
            "coordinator of calamities": _("coordinator of the case"),
            "coordinator of the case": _("coordinator of the case"),
            "director of calamities": _("director"),
            "director of the case": _("director"),
            "own report": _("own report"),
            "reporter": _("own report"),
            "rota of directors": _("rota of directors"),
            "seat of the committee": _("seat of the committee"),
            "team_leader of calamities": _("team leader of the department"),
            "team_leader of the case": _("team leader of the department"),
        },
        places={
            "calamities:analysis": _("analysis of a calamity"),
            "calamities:detail": _("page of a calamity"),
            "calamities:disclosure": _("talks with patient and family"),
            "calamities:evidence": _("account of a calamity"),
            "calamities:arrange": _("what is arranged around a calamity"),
            "calamities:later": _("moments that those involved are told of"),
            "calamities:team": names.analysis_team,
            "calamity-coaches": _("list of disclosure coaches"),
            "calamity-committee": _("seats of the committee"),
            "calamity-duty": _("rota of directors"),
            "calamity-policy": _("settings of calamities"),
            "incidents:add-people": _("adding people to a report"),
            "incidents:detail": _("page of a report"),
            "incidents:import": _("VIM import"),
            "incidents:report": _("reporting"),
            "incidents:withdraw": _("taking back a report"),
        },
    )
