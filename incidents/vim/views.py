"""Importing the export of a VIM system: upload, what the columns mean, what it would do, do it."""

from itertools import islice

from django.contrib import messages
from django.db import transaction
from django.forms import BoundField
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from accounts.enums import Role
from accounts.files import mapped_names, uploads
from accounts.files.columns import Columns
from accounts.files.forms import NamesForm
from accounts.files.spreadsheets import FileRefused, Table
from accounts.files.uploads import NotReady
from accounts.files.words import in_words, mended, refusal
from accounts.pages import kept_forms
from accounts.pages.access import SignedInRequest, allow
from accounts.pages.asked_again import only_posted
from accounts.pages.body_limits import takes_a_file
from accounts.pages.feedback import say
from accounts.policy_log import PolicyLog
from incidents.models import VimImport, VimMapping
from incidents.vim import importing
from incidents.vim.carry_out import NotImportable, NotSure
from incidents.vim.columns import FIELDS
from incidents.vim.forms import FileForm, MappingForm
from incidents.vim.importing import NotAnswered, VimDone
from incidents.vim.rows import REASONS

SHOWN = 50


@takes_a_file
@allow(Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
def upload(request: SignedInRequest) -> HttpResponse:
    """Choose a file. It is read at once, and kept until it is imported or thrown away."""
    form = FileForm(kept_forms.posted(request), request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            kept = importing.upload(
                content=file.read(), file_name=file.name, by=request.user, at=timezone.now()
            )
        except FileRefused as refused:
            form.add_error("file", refusal(refused))
        else:
            return redirect("incidents:import-check", kept.pk)
    mappings = VimMapping.objects.order_by("name")
    context = {
        "form": form,
        "mappings": mappings,
        "names": mapped_names.listed(mapped_names.known_of_exports()),
        "history": LOG.history(request.GET),
    }
    return render(request, "incidents/vim/import.html", context)


@allow(Role.COORDINATOR)
@require_http_methods(["GET", "POST"])
def check(request: SignedInRequest, pk: str) -> HttpResponse:
    """What the columns mean; once that is saved, what importing the file would do."""
    kept = _mine(request, pk)
    if kept.finished_at:
        return _ended(request, kept)
    table = importing.opened(kept)
    if kept.mapping is not None:
        name, columns = kept.mapping.name, Columns(tuple(table.header), kept.mapping.columns)
    else:
        fitting, columns = importing.suggest(table.header)
        name = fitting.name if fitting else ""
    posted = kept_forms.posted(request)
    of_names = posted is not None and "of_names" in posted
    form = MappingForm(
        None if of_names else posted, header=table.header, initial=MappingForm.values(name, columns)
    )
    if request.method == "POST" and not of_names and form.is_valid():
        _save_mapping(request, kept, form)
        return redirect("incidents:import-check", pk)
    shows_plan = kept.mapping is not None and (of_names or posted is None)
    plan = importing.plan_of(kept, table, at=timezone.now()) if shows_plan else None
    names = NamesForm(posted if of_names else None, unknown=plan.unknown if plan else [], makes=False)
    if request.method == "POST" and of_names and names.is_valid():
        mapped_names.remember(source=name, choices=names.choices, log=LOG, by=request.user, at=timezone.now())
        return redirect("incidents:import-check", pk)
    context = {
        "kept": kept,
        "form": form,
        "samples": _samples(form, table),
        "plan": plan,
        "problems": in_words(plan.problems[:SHOWN], REASONS) if plan else [],
        "names": names,
        "mended": mended(table.cleaned),
        "unused": table.unused(columns.used),
        "shown": SHOWN,
    }
    return render(request, "incidents/vim/import_check.html", context)


@allow(Role.COORDINATOR)
@only_posted("incidents:import-check", "pk", does=gettext_lazy("Import this file"))
def commit(request: SignedInRequest, pk: str) -> HttpResponse:
    """Do what the check showed, with the changes that were ticked: all of it or nothing."""
    kept = _mine(request, pk)
    answers = [name for name in request.POST if name.startswith("who-")]
    try:
        done = importing.confirm(
            vim_import=kept,
            digest=request.POST.get("digest", ""),
            answers={name.removeprefix("who-"): request.POST[name] for name in answers},
            take=request.POST.getlist("take"),
            calamities=request.POST.getlist("calamity"),
            sure=request.POST.getlist("sure"),
            sure_of_new="sure_new" in request.POST,
            by=request.user,
            at=timezone.now(),
        )
    except NotReady:
        return _ended(request, _mine(request, pk))
    except NotAnswered:
        text = gettext("Say of everybody who is asked about who it is.")
    except NotSure:
        text = gettext("Nothing was imported: say first that the dates of more than a year ago are right.")
    except NotImportable:
        text = gettext("Nothing was imported: something has changed in the meantime. Check it again.")
    else:
        say(request, _in_words(done))
        return redirect("incidents:list")
    say(request, text, level=messages.WARNING)
    return redirect("incidents:import-check", pk)


@allow(Role.COORDINATOR)
@only_posted("incidents:import-check", "pk", does=gettext_lazy("Throw this file away"))
def discard(request: SignedInRequest, pk: str) -> HttpResponse:
    """Throw the file away."""
    kept = _mine(request, pk)
    if not VimImport.throw_away(at=timezone.now(), pk=kept.pk):
        return _ended(request, _mine(request, pk))
    say(request, gettext("The file is thrown away. Nothing was imported."))
    return redirect("incidents:import")


@allow(Role.COORDINATOR)
@only_posted("incidents:import", does=gettext_lazy("Forget what was chosen for this name"))
def forget(request: SignedInRequest, pk: str) -> HttpResponse:
    """What was chosen for a name in an export holds no longer."""
    name = get_object_or_404(mapped_names.known_of_exports(), pk=pk)
    mapped_names.forget(name=name, log=LOG, by=request.user, at=timezone.now())
    say(request, gettext("The next file asks for “%(name)s” again.") % {"name": name.written})
    return redirect("incidents:import")


def _in_words(done: VimDone) -> str:
    """What was done, of what there was anything of."""
    new, changed, calamities = done
    lines = (
        (new, ngettext("%(count)d report is imported.", "%(count)d reports are imported.", new)),
        (
            changed,
            ngettext(
                "%(count)d report is brought up to date.",
                "%(count)d reports are brought up to date.",
                changed,
            ),
        ),
        (
            calamities,
            ngettext(
                "%(count)d is reported to the committee as a calamity.",
                "%(count)d are reported to the committee as calamities.",
                calamities,
            ),
        ),
    )
    said = " ".join(text % {"count": count} for count, text in lines if count)
    return said or gettext("Nothing was taken over: the reports stay as they are.")


def _mine(request: SignedInRequest, pk: str) -> VimImport:
    mine = VimImport.objects.visible_to(request.user).select_related("mapping", "created_by")
    return get_object_or_404(mine, pk=pk)


def _ended(request: SignedInRequest, kept: VimImport) -> HttpResponse:
    """Say what became of the file, and go to where that is."""
    text = uploads.why_not(kept, now=timezone.now())
    say(request, text, level=messages.INFO if kept.is_done else messages.WARNING)
    return redirect("incidents:list" if kept.is_done else "incidents:import")


def _save_mapping(request: SignedInRequest, kept: VimImport, form: MappingForm) -> None:
    name, columns = form.cleaned_data["name"], dict(form.columns.of)
    with transaction.atomic():
        kept.mapping, _made = VimMapping.objects.select_for_update().get_or_create(name=name)
        before = kept.mapping.columns
        changes = {
            f"{name}: {field}": (before.get(field), columns.get(field))
            for field in FIELDS
            if before.get(field) != columns.get(field)
        }
        kept.mapping.columns = columns
        kept.mapping.save(update_fields=["columns"])
        kept.save(update_fields=["mapping"])
        LOG.record(changes, by=request.user, at=timezone.now())


def _column_in_words(field: str) -> str:
    name, _separator, column = field.partition(": ")
    if ": " in column:
        return mapped_names.in_words(field)
    return f"{name}: {FIELDS.get(column, column)}"


LOG = PolicyLog(
    "vim",
    VimMapping,
    Role.COORDINATOR,
    "incidents:import-check",
    "coordinator",
    words=_column_in_words,
    said=mapped_names.said,
)


def _samples(form: MappingForm, table: Table) -> list[tuple[BoundField, str]]:
    """Each choice of a column, with what the first row that has something there says."""
    found = []
    for name in form.fields:
        word = form[name].value()
        index = table.header.index(word) if word in table.header else None
        first = (row.cells for row in islice(table.rows, 20))
        cells = (row[index] for row in first if index is not None and index < len(row))
        found.append((form[name], next((cell[:80] for cell in cells if cell), "")))
    return found
