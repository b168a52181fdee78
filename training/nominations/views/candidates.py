"""The coordinator's candidates, the votes of departments, and asking the heads."""

from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_http_methods

from accounts.enums import Role
from accounts.pages import kept_forms
from accounts.pages.access import SignedInRequest, allow
from accounts.pages.asked_again import only_posted
from accounts.pages.feedback import say
from accounts.people import directory
from hospital.clock import local_day
from training.enums import CandidateState, MeetingKind, MeetingState
from training.meetings import inviting, seating
from training.models import Candidate, Meeting, MeetingSeat, PeerVote, TrainingPolicy
from training.nominations import asking, eligible, heads, naming, ordered, voting
from training.nominations.forms import USUAL, PeerVoteForm

PAGE = 50
#: So many votes, and training days to come, are shown.
SHOWN = 10


@allow(Role.COORDINATOR)
@require_GET
def candidates(request: SignedInRequest) -> HttpResponse:
    """Those of one `state`, whom the pool needs most first; `after` is the key of a further page."""
    now, policy = timezone.now(), TrainingPolicy.current()
    state = request.GET.get("state", "")
    if state not in CandidateState.values:
        state = CandidateState.NAMED
    everybody = Candidate.objects.visible_to(request.user)
    found = ordered.listed(
        everybody.filter(state=state), at=now, size=PAGE, behind=request.GET.get("after", "")
    )
    people = [each.candidate.user for each in found.rows]
    directory.told_apart(people)
    votes = PeerVote.objects.visible_to(request.user).select_related("department")
    context = {
        "state": state,
        "rows": found.rows,
        "filters": [
            {
                "label": CandidateState(value).label,
                "url": f"?state={value}",
                "current": value == state,
                "count": count,
            }
            for value, count in ordered.how_many(everybody).items()
        ],
        "further": f"?state={state}&after={found.further}" if found.further else "",
        "days": list(_days()[:SHOWN]),
        "invited": set(
            MeetingSeat.objects.filter(
                user__in=people, meeting__state=MeetingState.PLANNED, meeting__kind=MeetingKind.TRAINING
            ).values_list("user_id", flat=True)
        ),
        "votes": votes.order_by("-opened_on", "id")[:SHOWN],
        "may_name": naming.may_name(policy),
        "asks_heads_on": heads.next_on(policy),
        "least": voting.LEAST,
    }
    return render(request, "training/nominations/candidates.html", context)


@allow(Role.COORDINATOR)
@only_posted("training:candidates", does=gettext_lazy("Ask this colleague"))
def ask(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Ask a candidate whether they would become a supporter."""
    candidate = _candidate(request, pk)
    try:
        asking.ask(candidate=candidate, by=request.user, at=timezone.now())
    except asking.NotNow:
        say(request, _("This colleague was asked already."), level=messages.WARNING)
    except eligible.NominationError:
        text = _("%(name)s can no longer be asked: the work or a task changed.")
        say(request, text % {"name": candidate.user.name}, level=messages.WARNING)
    else:
        say(request, _("%(name)s is asked. You hear when the answer is yes.") % {"name": candidate.user.name})
    return redirect("training:candidates")


@allow(Role.COORDINATOR)
@only_posted("training:candidates", does=gettext_lazy("Invite this colleague to a training day"))
def invite(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Invite a candidate who is willing to a training day."""
    candidate = _candidate(request, pk)
    back = redirect(f"{reverse('training:candidates')}?state={CandidateState.WILLING}")
    try:
        meeting = get_object_or_404(_days(), pk=UUID(request.POST.get("meeting", "")))
        inviting.invite(meeting=meeting, people=[candidate.user_id], by=request.user, at=timezone.now())
    except ValueError:
        say(request, _("Choose a training day first."), level=messages.WARNING)
    except seating.MeetingOver:
        say(request, _("This training day is over or called off."), level=messages.WARNING)
    else:
        say(request, _("%(name)s is invited.") % {"name": candidate.user.name})
    return back


@allow(Role.COORDINATOR)
@only_posted("training:candidates", does=gettext_lazy("Ask the heads of department whom they would name"))
def ask_heads(request: SignedInRequest) -> HttpResponse:
    """Ask all heads of department now."""
    try:
        number = heads.ask_heads(at=timezone.now())
    except heads.AskedToday:
        say(request, _("They were asked today already."), level=messages.WARNING)
    else:
        text = ngettext(
            "%(count)d head of department is asked.", "%(count)d heads of department are asked.", number
        )
        say(request, text % {"count": number})
    return redirect("training:candidates")


@allow(Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
def open_vote(request: SignedInRequest) -> HttpResponse:
    """Let a department vote."""
    now = timezone.now()
    initial = {"closes_on": local_day(now) + USUAL, "department": request.GET.get("department", "")}
    form = PeerVoteForm(kept_forms.posted(request), initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            voting.open_vote(by=request.user, at=now, **form.cleaned_data)
        except voting.AlreadyOpen:
            form.add_error("department", _("This department votes already."))
        except voting.WrongDay:
            text = _("Choose a day after today, within %(days)d days.")
            form.add_error("closes_on", text % {"days": voting.LONGEST})
        else:
            say(
                request,
                _("%(name)s votes. It is counted by itself.") % {"name": form.cleaned_data["department"]},
            )
            return redirect("training:candidates")
    return render(request, "training/nominations/open_vote.html", {"form": form, "least": voting.LEAST})


def _candidate(request: SignedInRequest, pk: UUID) -> Candidate:
    found = Candidate.objects.visible_to(request.user).select_related("user__department__location")
    return get_object_or_404(found, pk=pk)


def _days() -> "QuerySet[Meeting]":
    """Training days to come."""
    ahead = Meeting.objects.filter(
        kind=MeetingKind.TRAINING, state=MeetingState.PLANNED, starts_at__gt=timezone.now()
    )
    return ahead.order_by("starts_at")
