"""Naming a colleague, applying, voting, and answering: what an employee does."""

from collections.abc import Mapping
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.pages import kept_forms
from accounts.pages.access import SignedInRequest, allow_signed_in
from accounts.pages.asked_again import asks_again, name_of, only_posted
from accounts.pages.feedback import say
from accounts.pages.sealed_search import answered, typed
from accounts.people import directory
from training.enums import CandidateState
from training.models import Candidate, PeerVote, TrainingPolicy
from training.nominations import asking, eligible, naming, voting
from training.nominations.forms import BallotForm


def _does(data: Mapping[str, str]) -> str:
    return _("Name this colleague") if "user" in data else ""


@allow_signed_in
@asks_again(does=_does, shown={"user": (gettext_lazy("Colleague"), name_of)})
@require_http_methods(["GET", "POST"])
def nominate(request: SignedInRequest) -> HttpResponse:
    """Find a colleague by name, and name that person. Whatever becomes of it, the answer is the same."""
    if "q" in request.POST:
        return answered(request)
    policy = TrainingPolicy.current()
    chosen = _colleague(request.POST.get("user") or request.GET.get("user", ""))
    if request.method == "POST" and chosen is not None:
        try:
            naming.name_colleague(colleague=chosen, by=request.user, at=timezone.now())
        except eligible.NominationError as error:
            say(request, _why_not(error, chosen), level=messages.WARNING)
            return redirect("training:nominate")
        say(request, _("Thank you. Nobody can read who named whom."))
        return redirect("home")
    query = typed(request)
    context = {
        "query": query,
        "found": directory.search(query, near=request.user),
        "chosen": chosen,
        "may_name": naming.may_name(policy),
        "may_apply": naming.may_apply(policy) and not eligible.supports(request.user),
    }
    return render(request, "training/nominations/nominate.html", context)


@allow_signed_in
@only_posted("training:nominate", does=gettext_lazy("Apply as a supporter"))
def apply(request: SignedInRequest) -> HttpResponse:
    """For who would like to be a supporter, where the hospital lets people apply."""
    try:
        naming.apply(by=request.user, at=timezone.now())
    except naming.AlreadySupports:
        say(request, _("You are a supporter already."), level=messages.WARNING)
    except eligible.NominationError as error:
        say(request, _why_not(error, request.user), level=messages.WARNING)
    else:
        say(request, _("Thank you. The coordinator hears that you would like to, and lets you know."))
    return redirect("home")


@allow_signed_in
@require_http_methods(["GET", "POST"])
def vote(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """One ballot, for a colleague of the own department."""
    votes = PeerVote.objects.visible_to(request.user).open().filter(department=request.user.department_id)
    found = get_object_or_404(votes.select_related("department"), pk=pk)
    form = BallotForm(kept_forms.posted(request), vote=found, by=request.user)
    if request.method == "POST" and form.is_valid():
        choice = form.cleaned_data["choice"]
        try:
            voting.cast(vote=found, choice=choice, by=request.user, at=timezone.now())
        except voting.VotedAlready:
            say(request, _("You had voted already. It counts once."), level=messages.WARNING)
        except voting.VoteOver:
            say(request, _("This vote is over."), level=messages.WARNING)
        except eligible.NominationError as error:
            say(request, _why_not(error, choice), level=messages.WARNING)
        else:
            say(request, _("Thank you for your vote. Nobody can read whom you chose."))
        return redirect("home")
    context = {
        "vote": found,
        "form": form,
        "voted": voting.has_voted(found, request.user),
        "least": voting.LEAST,
    }
    return render(request, "training/nominations/vote.html", context)


@allow_signed_in
@asks_again(does=gettext_lazy("What you answer the coordinator"))
@require_http_methods(["GET", "POST"])
def asked(request: SignedInRequest) -> HttpResponse:
    """What the coordinator asks somebody whom colleagues named: yes, or rather not, without a reason."""
    candidate = Candidate.objects.filter(user=request.user).first()
    said = request.POST.get("answer", "")
    if request.method == "POST" and candidate is not None and said in {"yes", "no"}:
        try:
            asking.answer(candidate=candidate, yes=said == "yes", at=timezone.now())
        except asking.NotNow:
            say(request, _("This was answered already."), level=messages.WARNING)
        else:
            glad, fine = _("How good. The coordinator will be in touch."), _("Thank you. That is fine.")
            say(request, glad if said == "yes" else fine)
        return redirect("home")
    state = candidate.state if candidate else ""
    context = {"is_asked": state == CandidateState.ASKED, "is_willing": state == CandidateState.WILLING}
    return render(request, "training/nominations/asked.html", context)


def _colleague(pk: str) -> User | None:
    try:
        key = UUID(pk)
    except ValueError:
        return None
    people = User.objects.filter(pk=key).select_related("profession", "department__location")
    return next(iter(directory.told_apart(people)), None)


def _why_not(error: eligible.NominationError, person: User) -> str:
    words = {
        eligible.NotThisWay: _("Here it goes another way. Ask the coordinator."),
        eligible.IsSelf: _("You cannot name yourself. Is there a colleague with whom you would talk?"),
        eligible.HasLeft: _("%(name)s no longer works here."),
        eligible.FromOutside: _("%(name)s does not work for the hospital itself, and cannot be named here."),
        eligible.HasRole: _("%(name)s has a task that does not go with being a supporter."),
    }
    return words[type(error)] % {"name": person.name}
