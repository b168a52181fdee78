"""The import of an export of a VIM system: one file from upload to commit, all or nothing."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from accounts.files import spreadsheets
from accounts.files.columns import Columns
from accounts.files.spreadsheets import Table
from accounts.files.uploads import NotReady
from accounts.models import User
from incidents.models import VimImport, VimMapping
from incidents.vim import carry_out
from incidents.vim.carry_out import NotImportable
from incidents.vim.columns import KNOWN
from incidents.vim.plan import VimPlan, make


class NotAnswered(NotImportable):
    """Somebody has to say first who is who."""


class VimDone(NamedTuple):
    """How many reports were taken in, brought up to date, and reported as calamities."""

    new: int
    changed: int
    calamities: int


def read(content: bytes, file_name: str) -> Table:
    """The table in an export. Raises accounts.files.spreadsheets.FileRefused."""
    mappings = [set(each.values()) for each in VimMapping.objects.values_list("columns", flat=True)]

    def known(row: Sequence[str]) -> int:
        return max(KNOWN.count(row), *(len(each.intersection(row)) for each in mappings), 0)

    table = spreadsheets.read(content, file_name, known=known, at_once=True)
    table.rows = list(table.rows)
    return table


def upload(*, content: bytes, file_name: str, by: User, at: datetime) -> VimImport:
    """Keep a file until it is imported or thrown away; an earlier one of the same coordinator goes. Raises
    FileRefused.
    """
    read(content, file_name)
    with transaction.atomic():
        # Two taps at once: the second waits here, and takes the first one's place.
        User.objects.select_for_update(no_key=True).get(pk=by.pk)
        VimImport.throw_away(at=at, created_by=by)
        return VimImport.objects.create(
            file_name=file_name[-200:], content=content, created_by=by, created_at=at
        )


def opened(vim_import: VimImport) -> Table:
    """The table in a kept file."""
    return read(bytes(vim_import.content or b""), vim_import.file_name)


def suggest(header: Sequence[str]) -> tuple[VimMapping | None, Columns]:
    """The saved mapping that fits `header` best, with its columns; else none, and a guess by words."""
    cells = set(header)
    fitting = [each for each in VimMapping.objects.order_by("name") if set(each.columns.values()) <= cells]
    if not fitting:
        return None, KNOWN.guess(header)
    best = max(fitting, key=lambda each: len(each.columns))
    return best, Columns(tuple(header), best.columns)


def plan_of(
    vim_import: VimImport, table: Table, *, at: datetime, answers: Mapping[str, str] | None = None
) -> VimPlan:
    """The plan of a kept file, with the columns that were chosen for it."""
    mapping = vim_import.mapping
    if mapping is None:
        raise NotImportable
    columns = Columns(tuple(table.header), mapping.columns)
    return make(table, source=mapping.name, columns=columns, at=at, by=vim_import.created_by, answers=answers)


def confirm(
    *,
    vim_import: VimImport,
    digest: str,
    answers: Mapping[str, str],
    take: Collection[str],
    calamities: Collection[str],
    sure: Collection[str],
    sure_of_new: bool,
    by: User,
    at: datetime,
) -> VimDone:
    """Do what the plan with `digest` showed, by `answers` to what it asks, and be done with the file.

    The others are as in incidents.vim.carry_out; `sure_of_new`: of every new report. Raises NotReady when
    somebody was done with it already, NotAnswered, NotSure, and NotImportable when it is no longer as shown.
    """
    with transaction.atomic():
        # Two taps at once: the second waits here, and finds what the first did.
        if VimImport.locked(vim_import.pk).finished_at:
            raise NotReady
        table = opened(vim_import)
        plan = plan_of(vim_import, table, at=at)
        if plan.digest() != digest:
            raise NotImportable
        if answers:
            plan = plan_of(vim_import, table, at=at, answers=answers)
        if plan.questions:
            raise NotAnswered
        right = {*sure, *(each.number for each in plan.long_ago if sure_of_new)}
        carry_out.apply(plan, take=take, calamities=calamities, sure=right, by=by, at=at)
        VimImport.objects.filter(pk=vim_import.pk).update(content=None, finished_at=at, counts=plan.counts)
        reported = {each.number for each in plan.calamities} & {*calamities}
        return VimDone(len(plan.new), plan.taken(take, right), len(reported))
