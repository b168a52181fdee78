"""The form, for whoever has a ticket: no sign-in, no session, nothing written down but the envelope."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from accounts.enums import Role
from accounts.pages import kept_forms, language
from accounts.pages.access import SignedInRequest, allow, allow_public
from accounts.pages.feedback import say
from accounts.policy_log import PolicyLog
from evaluations import answers, tickets, wrong_codes
from evaluations.forms import EvaluationForm, EvaluationPolicyForm
from evaluations.models import EvaluationPolicy
from supporters.models import Offer

LOG = PolicyLog(
    "evaluations", EvaluationPolicy, Role.COORDINATOR, "evaluation-policy", "coordinator of the pool"
)


@allow_public
# Whoever has the code may send it from anywhere: nobody is signed in whose name a forged form could use. And
# who signed in in another tab meanwhile would lose the answers to that check.
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def evaluation(request: HttpRequest, mangled: str = "") -> HttpResponse:
    """`mangled` is what a scanner of mail made of the ticket's part of the link.

    Bad input comes back with status 200: an error status would leave a line in the log.
    """
    ticket = tickets.within(mangled, settings.EVALUATION_TICKET_KEY)
    form = EvaluationForm(request.POST if request.method == "POST" else None, initial={"ticket": ticket})
    if chosen := language.asked_along(request):
        language.at_once(request, chosen)
    if chosen or "stay" in request.POST:
        form.leave_unjudged()
        page = _page(request, form)
        return language.speak(page, chosen) if chosen else page
    if not form.is_bound or "ticket" in form.errors:
        return _page(request, form)
    try:
        ticket = answers.check_ticket(text=form.cleaned_data["ticket"], at=timezone.now())
        if form.is_valid():
            answers.submit(ticket=ticket, answers=form.answers)
    except answers.TicketOverError:
        return render(request, "evaluations/over.html")
    except tickets.TicketError:
        form.add_error("ticket", _wrong_code())
    except answers.NoBatchError:
        form.add_error(None, _("Answers cannot be taken at the moment. Please try again later."))
    return redirect("evaluation-thanks") if form.is_valid() else _page(request, form)


def _wrong_code() -> str:
    """The same for every code that is not ours, whatever is wrong with it."""
    if wrong_codes.too_many():
        return _("Many wrong codes came in just now. Try again in ten minutes.")
    return _("This code is not right. Compare it with the one in the mail.")


def _page(request: HttpRequest, form: EvaluationForm) -> HttpResponse:
    context = {"form": form, "least": EvaluationPolicy.LEAST, "kept_form": "components/default_button.html"}
    return render(request, "evaluations/evaluation.html", context)


@allow_public
@require_safe
def thanks(request: HttpRequest) -> HttpResponse:
    return render(request, "evaluations/thanks.html")


@allow(Role.COORDINATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def policy(request: SignedInRequest) -> HttpResponse:
    """How many people's answers are opened together, when colleagues are invited and reminded, and for which
    periods figures come. No count of what waits: with it one could see when somebody answered.
    """
    now = timezone.now()
    offers = Offer.objects.leading().filter(opened_at__gt=now - timedelta(days=365)).count()
    form = EvaluationPolicyForm(
        kept_forms.posted(request), instance=EvaluationPolicy.current(), offers=offers
    )
    if request.method == "POST" and form.is_valid():
        LOG.keep(policy=form.instance, fields=form.changed_data, by=request.user, at=now)
        say(request, _("Saved."))
        return redirect("evaluation-policy")
    return render(request, "evaluations/policy.html", {"form": form, "history": LOG.history(request.GET)})
