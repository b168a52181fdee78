"""The staff import of the functional administrator: choose a file, look at what it would change, say yes."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.enums import ImportState, Language, Role
from accounts.files import mapped_names, uploads
from accounts.files.forms import NamesForm, TableField
from accounts.files.mapped_names import Unknown
from accounts.files.spreadsheets import Problem
from accounts.files.uploads import NotReady
from accounts.files.words import Mended, in_words
from accounts.models import StaffImport
from accounts.pages import kept_forms
from accounts.pages.access import SignedInRequest, allow, recently_confirmed
from accounts.pages.asked_again import only_posted
from accounts.pages.body_limits import takes_a_file
from accounts.pages.feedback import say
from accounts.people import telephones
from accounts.staff import importing, leaving, tasks
from accounts.staff.forms import SameForm
from accounts.staff.words import FIELDS, REASONS, WAITS, WAITS_A_WEEK
from hospital.enums import ProfessionGroup


class UploadForm(forms.Form):
    file = TableField(
        label=gettext_lazy("Personnel file"), help_text=gettext_lazy("CSV or XLSX, at most 10 MB.")
    )
    complete = forms.BooleanField(
        label=gettext_lazy("Everybody who works here is in this file"),
        help_text=gettext_lazy("Anyone missing is marked as having left and signed out at once."),
        initial=True,
        required=False,
    )


@takes_a_file
@allow(Role.ADMIN)
@recently_confirmed
@require_http_methods(["GET", "HEAD", "POST"])
def staff_import_start(request: SignedInRequest) -> HttpResponse:
    """Takes a file in, and lists the imports before it."""
    form = UploadForm(kept_forms.posted(request), request.FILES or None)
    if request.method == "POST" and form.is_valid() and (begun := _begin(request, form)):
        return redirect("settings:staff-import-file", pk=begun.id)
    recent = StaffImport.objects.defer("content").select_related("created_by")[:20]
    context = {
        "form": form,
        "recent": recent,
        "open": importing.open_import(),
        "names": mapped_names.listed(mapped_names.known(mapped_names.STAFF)),
        "history": importing.NAMES.history(request.GET),
    }
    return render(request, "accounts/staff/import.html", context)


def _begin(request: SignedInRequest, form: UploadForm) -> StaffImport | None:
    """The import of the chosen file; None while another is open, as the page then says."""
    file: UploadedFile[bytes] = form.cleaned_data["file"]
    try:
        begun = importing.upload(
            content=file.read(),
            file_name=file.name or "",
            complete=form.cleaned_data["complete"],
            by=request.user,
            at=timezone.now(),
        )
    except importing.ImportRunning:
        form.add_error(None, _("Another import is open. Finish it or throw it away first."))
        return None
    _nudge(begun.id)
    return begun


@allow(Role.ADMIN)
@require_http_methods(["GET", "HEAD", "POST"])
def staff_import_file(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """One import, at whatever step it is; the progress bar asks for this page again and again.

    Takes in who is who, and what the names in the file stand for.
    """
    current = get_object_or_404(StaffImport.objects.defer("content").select_related("created_by"), pk=pk)
    names, same = _choice_forms(current, kept_forms.posted(request))
    if request.method == "POST" and names.is_valid() and same.is_valid():
        return _choose(request, current, names, same)
    done, total = importing.progress(current.id)
    context = {
        "current": current,
        "done": done,
        "total": total,
        "errors": in_words((Problem(**error) for error in current.errors), REASONS, fields=FIELDS),
        "mended": [Mended(**each) for each in current.preview.get("mended", [])],
        "unused": current.preview.get("ignored", []),
        "changed": [_readable(person) for person in current.preview.get("changed", [])],
        "leaving": [_readable(person) for person in current.preview.get("leaving", [])],
        "left_open_always": leaving.always,
        "names": names,
        "same": same,
        "professions": [
            (name, ProfessionGroup(group).label)
            for name, group in current.preview.get("missing", {}).get("professions", [])
        ],
    }
    part = getattr(request, "htmx", False) and current.is_running
    return render(
        request,
        "accounts/staff/_import_progress.html" if part else "accounts/staff/import_file.html",
        context,
    )


def _choice_forms(current: StaffImport, posted: QueryDict | None) -> tuple[NamesForm, SameForm]:
    unknown = [Unknown(**each) for each in current.preview.get("unknown", [])]
    names = NamesForm(posted, unknown=unknown, makes=True)
    return names, SameForm(posted, questions=current.preview.get("questions", []))


def _choose(request: SignedInRequest, current: StaffImport, names: NamesForm, same: SameForm) -> HttpResponse:
    try:
        importing.choose(
            staff_import=current,
            digest=request.POST.get("digest", ""),
            answers=same.answers,
            choices=names.choices,
            by=request.user,
            at=timezone.now(),
        )
        _nudge(current.id)
    except NotReady:
        _say_why_not(request, current.id)
    return redirect("settings:staff-import-file", pk=current.id)


@allow(Role.ADMIN)
@only_posted("settings:staff-import", does=gettext_lazy("Forget what was chosen for this name"))
def staff_import_forget(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """What was chosen for a name holds no longer."""
    name = get_object_or_404(mapped_names.known(mapped_names.STAFF), pk=pk)
    mapped_names.forget(name=name, log=importing.NAMES, by=request.user, at=timezone.now())
    say(request, _("The next file asks for “%(name)s” again.") % {"name": name.written})
    return redirect("settings:staff-import")


def _readable(person: dict[str, Any]) -> dict[str, Any]:
    shown = [
        (
            FIELDS[name],
            _said(name, before),
            _said(name, after),
            WAITS
            if name in person.get("waits", [])
            else WAITS_A_WEEK
            if name in person.get("week", [])
            else "",
        )
        for name, before, after in person["fields"]
    ]
    left_open = map(leaving.in_words, person.get("left_open", []))
    return {**person, "fields": shown, "left_open": [*filter(None, left_open)]}


def _said(name: str, value: Any) -> str:
    """The `value` of the field `name`, as people read it."""
    match name:
        case "is_active":
            return _("yes") if value else _("no")
        case "language":
            return str(Language(value).label)
        case "telephone":
            value = telephones.shown(value)
    return str(value or "–")


@allow(Role.ADMIN)
@only_posted("settings:staff-import-file", "pk", does=gettext_lazy("Carry out this import"))
def staff_import_confirm(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Yes to the preview."""
    current = get_object_or_404(StaffImport.objects.defer("content"), pk=pk)
    try:
        importing.confirm(
            staff_import=current,
            digest=request.POST.get("digest", ""),
            make_missing="make_missing" in request.POST,
            let_many_leave="let_many_leave" in request.POST,
            by=request.user,
            at=timezone.now(),
        )
        _nudge(current.id)
    except importing.NotSettled:
        say(request, _("Choose first who is who and what the names stand for."), level=messages.WARNING)
    except importing.MissingNotMade:
        say(
            request, _("Tick that the new names may be made, or throw the file away."), level=messages.WARNING
        )
    except importing.ManyLeave:
        text = _(
            "Tick that so many people leave. Does the file hold only some of the people? Then throw it away,"
            " and choose it again without the tick at “Everybody who works here is in this file”."
        )
        say(request, text, level=messages.WARNING)
    except NotReady:
        _say_why_not(request, pk)
    return redirect("settings:staff-import-file", pk=pk)


@allow(Role.ADMIN)
@only_posted("settings:staff-import-file", "pk", does=gettext_lazy("Throw this file away"))
def staff_import_discard(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """No: throw the file away."""
    current = get_object_or_404(StaffImport.objects.defer("content"), pk=pk)
    try:
        importing.discard(staff_import=current, by=request.user, at=timezone.now())
    except NotReady:
        _say_why_not(request, pk)
        return redirect("settings:staff-import-file", pk=pk)
    say(request, _("The file is thrown away. Nothing was changed."))
    return redirect("settings:staff-import")


def _say_why_not(request: SignedInRequest, pk: UUID) -> None:
    """Say where the import is, which its page shows."""
    current = StaffImport.objects.defer("content").get(pk=pk)
    if current.state == ImportState.COMMITTING:
        say(request, _("It is being imported already."), level=messages.INFO)
        return
    text = uploads.why_not(current, now=timezone.now())
    say(request, text, level=messages.INFO if current.is_done else messages.WARNING)


def _nudge(import_id: UUID) -> None:
    """Wake a worker; when the queue is down the next sweep comes by."""
    transaction.on_commit(
        lambda: tasks.work_on_import.apply_async((str(import_id),), retry=False), robust=True
    )
