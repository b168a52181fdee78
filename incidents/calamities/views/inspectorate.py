"""Extensions of a statutory term, and the inspectorate’s letter, as the committee records them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy

from accounts.enums import AccessAction, Role
from accounts.pages.access import SignedInRequest, allow
from accounts.pages.asked_again import only_posted
from accounts.pages.feedback import say
from incidents.calamities import inspectorate
from incidents.calamities.forms.steps import AnswerForm, AskForm, ConfirmationForm, LetterForm
from incidents.calamities.milestones import Stale
from incidents.calamities.views.calamity_page import calamity_of, extension_said, overtaken, page, record
from incidents.clocks.deadlines import ExtensionError, ExtensionTooLateError
from incidents.clocks.moment_checks import WrongMoment, said
from incidents.enums import Step
from incidents.models import Incident, Milestone, TermChange


@dataclass(frozen=True)
class ShownTerm:
    """The form that comes back with an error, its prefix on the page, and the field of the moment; `own` is
    when the extension that it is about was asked for.
    """

    prefix: str
    form: forms.Form
    field: str
    own: datetime | None = None


#: How a term is asked again, when it did not arrive.
TERM = {
    "asked_at": (gettext_lazy("Asked at"), None),
    "dated": (gettext_lazy("Letter of"), None),
    "until": (gettext_lazy("Until"), None),
    "reference": (gettext_lazy("Number of the inspectorate"), None),
}


@allow(Role.CCP)
@only_posted("calamities:detail", "reference", does=gettext_lazy("An extension was asked for"), shown=TERM)
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
        ShownTerm("ask", form, "asked_at", own=form.cleaned_data["asked_at"]),
        lambda: inspectorate.ask(milestone=milestone, by=request.user, at=now, **form.cleaned_data),
    )


@allow(Role.CCP)
@only_posted("calamities:detail", "reference", does=gettext_lazy("The inspectorate answered"), shown=TERM)
def answer(request: SignedInRequest, reference: str, pk: UUID) -> HttpResponse:
    """The inspectorate granted the extension until a day, or (button "refused") did not."""
    now = timezone.now()
    calamity, milestone = _term(request, reference)
    change = _change(milestone, pk)
    refused = "refused" in request.POST
    form = AnswerForm(request.POST, at=now, refused=refused)
    if not form.is_valid():
        return page(request, calamity, now, {"answer": form})
    return _carry_out(
        request,
        calamity,
        now,
        ShownTerm("answer", form, "until", own=change.moment),
        lambda: inspectorate.answer(
            change=change,
            until=None if refused else form.cleaned_data["until"],
            reference=form.cleaned_data["reference"],
            by=request.user,
            at=now,
        ),
    )


@allow(Role.CCP)
@only_posted("calamities:detail", "reference", does=gettext_lazy("What the confirmation says"), shown=TERM)
def confirm(request: SignedInRequest, reference: str) -> HttpResponse:
    """The inspectorate's confirmation asks for the report until a day, or (button "none") for none."""
    now = timezone.now()
    calamity, milestone = _term(request, reference)
    form = ConfirmationForm(request.POST, at=now, is_asked="none" not in request.POST)
    if not form.is_valid():
        return page(request, calamity, now, {"confirm": form})
    return _carry_out(
        request,
        calamity,
        now,
        ShownTerm("confirm", form, "dated"),
        lambda: inspectorate.confirm(milestone=milestone, by=request.user, at=now, **form.cleaned_data),
    )


@allow(Role.CCP)
@only_posted("calamities:detail", "reference", does=gettext_lazy("A letter names the day"), shown=TERM)
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
        ShownTerm("letter", form, "dated"),
        lambda: inspectorate.set_by_letter(milestone=milestone, by=request.user, at=now, **form.cleaned_data),
    )


@allow(Role.CCP)
@only_posted("calamities:detail", "reference", does=gettext_lazy("Take back what was recorded"))
def take_back(request: SignedInRequest, reference: str, pk: UUID) -> HttpResponse:
    """What was recorded by mistake counts no longer."""
    now = timezone.now()
    calamity, milestone = _term(request, reference)
    change = _change(milestone, pk)
    return _carry_out(
        request, calamity, now, None, lambda: inspectorate.take_back(change=change, by=request.user, at=now)
    )


def _carry_out(
    request: SignedInRequest,
    calamity: Incident,
    now: datetime,
    shown: ShownTerm | None,
    change: Callable[[], object],
) -> HttpResponse:
    """Do `change`, and say kindly beside the field that was `shown` why it cannot be."""
    before = _legal_term(calamity)
    try:
        with transaction.atomic():
            change()
            record(request, calamity, AccessAction.CHANGE, now)
    except (Stale, inspectorate.AlreadyAsked, inspectorate.NotAskedFor):
        return overtaken(request, calamity)
    except (WrongMoment, ExtensionError, inspectorate.Replaced) as refused:
        text = _why(refused, own=shown.own if shown else None)
        if shown is None:
            say(request, text, level=messages.WARNING)
            return redirect("calamities:detail", calamity.reference)
        shown.form.add_error(shown.field, text)
        return page(request, calamity, now, {shown.prefix: shown.form})
    if _legal_term(calamity) == before:
        say(request, gettext("Recorded. The term stays as it was."))
    else:
        say(request, gettext("Recorded. The term and its reminders follow."))
    return redirect("calamities:detail", calamity.reference)


def _legal_term(calamity: Incident) -> tuple[datetime | None, bool]:
    """When the legal term of the final report ends, and whether that is only expected."""
    terms = Milestone.objects.values_list("statutory_due_at", "statutory_expected")
    return terms.get(incident=calamity, step=Step.FINAL_REPORT)


def _why(refused: WrongMoment | ExtensionError | inspectorate.Replaced, *, own: datetime | None) -> str:
    """What is wrong; the extension that was asked for at `own` is the one that the form is about."""
    if isinstance(refused, WrongMoment):
        return said(refused)
    if isinstance(refused, inspectorate.Replaced):
        return gettext("A letter has set the day since. Record what was granted as a letter too.")
    if refused.extension.asked != own:
        return extension_said(refused)
    if isinstance(refused, ExtensionTooLateError):
        return gettext("The term had expired by then: it cannot be extended any more.")
    return gettext("This is earlier than the end of the term as it is.")


def _term(request: SignedInRequest, reference: str) -> tuple[Incident, Milestone]:
    calamity = calamity_of(request, reference)
    milestones = Milestone.objects.select_related("incident")
    return calamity, get_object_or_404(milestones, incident=calamity, step=Step.FINAL_REPORT)


def _change(milestone: Milestone, pk: UUID) -> TermChange:
    changes = TermChange.objects.select_related("milestone__incident")
    return get_object_or_404(changes, milestone=milestone, pk=pk)
