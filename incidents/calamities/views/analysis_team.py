"""The analysis team of a calamity: the committee makes it, an analyst may hand back."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from accounts.enums import Role
from accounts.models import User
from accounts.pages.access import SignedInRequest, allow
from accounts.pages.asked_again import only_posted
from accounts.pages.feedback import say
from incidents.calamities.analysis import team as teams
from incidents.calamities.analysis.analyst_ranking import RankedAnalyst
from incidents.calamities.analysis.analyst_ranking import say as in_words
from incidents.enums import IncidentKind
from incidents.models import PLACES, WANTED, Incident, TeamMember
from notifications.reminders import stand_ins

#: So many are shown as the suggestion; the others are a tap away.
SUGGESTED = 3


def _name(pk: str) -> str:
    analysts = User.objects.filter(groups__name=Role.ANALYST)
    return next((one.name for one in analysts if str(one.pk) == pk), "")


@allow(Role.CCP)
@require_GET
def team(request: SignedInRequest, reference: str) -> HttpResponse:
    """Who is on the team and who could be: the best first, each with the reasons."""
    now = timezone.now()
    calamity = _calamity(request, reference)
    members = calamity.team.current().select_related("analyst__department").order_by("place")
    current = list(members.only("assigned_at", "analyst__name", "analyst__department__name"))
    stand_ins.mark_away([member.analyst for member in current], at=now)
    found = teams.suggest(incident=calamity, at=now)
    ranked = [_card(each) for each in found]
    within = [card for card in ranked if not card["rules"]]
    context = {
        "calamity": calamity,
        "now": now,
        "current": current,
        "missing": max(0, WANTED - len(current)),
        "has_room": len(current) < PLACES,
        "suggested": within[:SUGGESTED],
        "others": within[SUGGESTED:],
        "against": [card for card in ranked if card["rules"]],
    }
    return render(request, "incidents/calamities/team.html", context)


@allow(Role.CCP)
@only_posted(
    "calamities:team",
    "reference",
    does=gettext_lazy("Put this analyst on the team"),
    shown={"analyst": (gettext_lazy("Analyst"), _name)},
)
def assign(request: SignedInRequest, reference: str) -> HttpResponse:
    """Put somebody on the team; `beyond` sets aside the rules that were shown."""
    calamity = _calamity(request, reference)
    analyst = get_object_or_404(User.objects.filter(groups__name=Role.ANALYST), pk=_uuid(request, "analyst"))
    try:
        teams.assign(
            incident=calamity,
            analyst=analyst,
            by=request.user,
            at=timezone.now(),
            beyond_rules=request.POST.get("beyond") == "1",
        )
    except teams.TeamError as error:
        if isinstance(error, teams.NotFree):
            teams.record_refused(calamity, by=request.user, at=timezone.now())
        say(request, refused(error, analyst), level=messages.WARNING)
    else:
        say(request, _("%(name)s is on the team, and gets a notice.") % {"name": analyst.name})
    return redirect("calamities:team", reference)


@allow(Role.CCP, Role.ANALYST)
@only_posted("calamities:detail", "reference", does=gettext_lazy("Take this analyst off the team"))
def end(request: SignedInRequest, reference: str, pk: UUID) -> HttpResponse:
    """Hand back, or take somebody off the team."""
    calamity = _calamity(request, reference)
    members = TeamMember.objects.visible_to(request.user).select_related("incident", "analyst")
    member = get_object_or_404(members, pk=pk, incident=calamity)
    own = member.analyst == request.user
    try:
        teams.end(member=member, by=request.user, at=timezone.now())
    except teams.PlaceEnded:
        say(request, _("This place had already been given up."), level=messages.WARNING)
    else:
        handed_back = _("You are off the team. The committee looks for somebody else.")
        taken_off = _("%(name)s is off the team, and gets a notice.") % {"name": member.analyst.name}
        say(request, handed_back if own else taken_off)
    if request.user.has_role(Role.CCP):
        return redirect("calamities:team", reference)
    return redirect("calamities:analyses")


def refused(error: teams.TeamError, analyst: User) -> str:
    """Why `analyst` was not put on the team. Being involved in the event is not told."""
    name = {"name": analyst.name}
    match error:
        case teams.TeamFull():
            return _("There are three analysts on this team: take one off first.")
        case teams.AlreadyOnTeam():
            return _("%(name)s is already on the team.") % name
        case teams.BreaksRules(rules=rules):
            why = ", ".join(str(rule.label) for rule in rules)
            return _("%(name)s was not put on the team: %(rules)s.") % {**name, "rules": why}
        case _other:
            text = _(
                "%(name)s cannot take part in this one. Why is not said: somebody may be away, have been on "
                "this team before, have reported it or have been involved. Choose somebody else."
            )
            return text % name


def _card(ranked: RankedAnalyst) -> dict[str, object]:
    return {
        "analyst": ranked.candidate,
        "rules": ranked.rules,
        "reasons": [(reason.good, in_words(reason)) for reason in ranked.reasons],
    }


def _calamity(request: SignedInRequest, reference: str) -> Incident:
    calamities = Incident.objects.tracked_by(request.user).filter(kind=IncidentKind.CALAMITY)
    calamities = calamities.select_related("department")
    return get_object_or_404(calamities, reference=reference)


def _uuid(request: SignedInRequest, field: str) -> UUID:
    try:
        return UUID(request.POST.get(field, ""))
    except ValueError:
        return UUID(int=0)
