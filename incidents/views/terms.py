"""Extensions of a statutory term, and the inspectorate's letter, as the committee records them."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from accounts.access import SignedInRequest, allow
from accounts.enums import AccessAction, Role
from accounts.feedback import say
from incidents import terms
from incidents.calamity_forms import AnswerForm, AskForm, LetterForm
from incidents.deadlines import ExtensionShortensError, ExtensionTooLateError
from incidents.enums import Step
from incidents.milestones import Stale
from incidents.models import Incident, Milestone, TermChange
from incidents.moments import InTheFuture
from incidents.views.calamity_page import calamity_of, overtaken, page, put_error, record


@allow(Role.CCP)
@require_POST
def ask(request: SignedInRequest, reference: str) -> HttpResponse:
    """An extension was asked of the inspectorate."""
    now = timezone.now()
    calamity, milestone = _term(request, reference)
    form = AskForm(request.POST, at=now)
    if not form.is_valid():
        return page(request, calamity, now, {"ask": form})
    return _carry_out(
        request,
        calamity,
        now,
        ("ask", form, "asked_at"),
        lambda: terms.ask(milestone=milestone, by=request.user, at=now, **form.cleaned_data),
    )


@allow(Role.CCP)
@require_POST
def answer(request: SignedInRequest, reference: str, pk: UUID) -> HttpResponse:
    """The inspectorate granted the extension until a day, or (button "refused") did not."""
    now = timezone.now()
    calamity, milestone = _term(request, reference)
    change = _change(milestone, pk)
    refused = "refused" in request.POST
    form = AnswerForm(request.POST, refused=refused)
    if not form.is_valid():
        return page(request, calamity, now, {"answer": form})
    return _carry_out(
        request,
        calamity,
        now,
        ("answer", form, "until"),
        lambda: terms.answer(
            change=change,
            until=None if refused else form.cleaned_data["until"],
            reference=form.cleaned_data["reference"],
            by=request.user,
            at=now,
        ),
    )


@allow(Role.CCP)
@require_POST
def letter(request: SignedInRequest, reference: str) -> HttpResponse:
    """A letter of the inspectorate names the day."""
    now = timezone.now()
    calamity, milestone = _term(request, reference)
    form = LetterForm(request.POST, at=now)
    if not form.is_valid():
        return page(request, calamity, now, {"letter": form})
    return _carry_out(
        request,
        calamity,
        now,
        ("letter", form, "dated"),
        lambda: terms.set_by_letter(milestone=milestone, by=request.user, at=now, **form.cleaned_data),
    )


@allow(Role.CCP)
@require_POST
def take_back(request: SignedInRequest, reference: str, pk: UUID) -> HttpResponse:
    """What was recorded by mistake counts no longer."""
    now = timezone.now()
    calamity, milestone = _term(request, reference)
    change = _change(milestone, pk)
    return _carry_out(
        request, calamity, now, None, lambda: terms.take_back(change=change, by=request.user, at=now)
    )


def _carry_out(
    request: SignedInRequest,
    calamity: Incident,
    now: datetime,
    shown: tuple[str, forms.Form, str] | None,
    change: Callable[[], object],
) -> HttpResponse:
    """Do `change`, and say kindly beside the field of `shown` (prefix, form, field) why it cannot be."""
    try:
        with transaction.atomic():
            change()
            record(request, calamity, AccessAction.CHANGE, now)
    except (Stale, terms.AlreadyAsked):
        return overtaken(request, calamity)
    except (InTheFuture, ExtensionTooLateError, ExtensionShortensError, terms.Replaced) as refused:
        if shown is None:
            text = gettext("A later extension rests on this one: take that one back first.")
            say(request, text, level=messages.WARNING)
            return redirect("calamities:detail", calamity.reference)
        prefix, form, field = shown
        if isinstance(refused, InTheFuture):
            put_error(form, field, refused)
        elif isinstance(refused, terms.Replaced):
            text = gettext("A letter has set the day since. Record what was granted as a letter too.")
            form.add_error(field, text)
        elif isinstance(refused, ExtensionTooLateError):
            form.add_error(field, gettext("The term had expired by then: it cannot be extended any more."))
        else:
            form.add_error(field, gettext("This is earlier than the end of the term as it is."))
        return page(request, calamity, now, {prefix: form})
    say(request, gettext("Recorded. The term and its reminders follow."))
    return redirect("calamities:detail", calamity.reference)


def _term(request: SignedInRequest, reference: str) -> tuple[Incident, Milestone]:
    calamity = calamity_of(request, reference)
    milestones = Milestone.objects.select_related("incident")
    return calamity, get_object_or_404(milestones, incident=calamity, step=Step.FINAL_REPORT)


def _change(milestone: Milestone, pk: UUID) -> TermChange:
    changes = TermChange.objects.select_related("milestone__incident")
    return get_object_or_404(changes, milestone=milestone, pk=pk)
