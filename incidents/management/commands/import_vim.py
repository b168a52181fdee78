from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from accounts.import_words import mended, refusal, said_of_file
from accounts.spreadsheets import FileRefused, Table
from incidents import vim_import
from incidents.models import VimMapping
from incidents.vim_columns import Columns, guess
from incidents.vim_import import NotImportable, Plan


class Command(BaseCommand):
    help = (
        "Import the export of a VIM system: all of it, or nothing. Under a mapping that is not known yet the "
        "columns are guessed, and kept under its name when the import succeeds."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="CSV or XLSX")
        parser.add_argument("--mapping", required=True, help="the name under which its columns are kept")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
        parser.add_argument(
            "--take-changes",
            action="store_true",
            help="also take over what changed of known reports",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        table = _read(options["file"])
        columns, is_new = _columns(options["mapping"], table)
        now = timezone.now()
        plan = vim_import.plan(table, source=options["mapping"], columns=columns, at=now)
        self._say(plan, columns, is_new=is_new)
        for line in said_of_file(unused=table.unused(columns.used), mended=mended(table.cleaned)):
            self.stdout.write(line)
        if plan.problems:
            raise CommandError("Nothing is imported.")
        if options["dry_run"]:
            return
        take = [changed.number for changed in plan.changed] if options["take_changes"] else []
        try:
            with transaction.atomic():
                new = vim_import.carry_out(plan, take=take, by=None, at=now)
                if is_new:
                    VimMapping.objects.create(name=options["mapping"], columns=dict(columns.of))
        except NotImportable as error:
            raise CommandError(
                "Nothing is imported: something changed just now. Look at it again."
            ) from error
        self.stdout.write(self.style.SUCCESS(f"{len(new)} imported, {plan.taken(take)} changed."))

    def _say(self, plan: Plan, columns: Columns, *, is_new: bool) -> None:
        if is_new:
            self.stdout.write("Columns, as guessed:")
            for name, word in columns.of.items():
                self.stdout.write(f"  {name}: {word}")
        for problem in plan.problems:
            self.stderr.write(f"line {problem.line}, {problem.column}: {problem.reason}")
        for question in plan.questions:
            meant = ", ".join(user.employee_number or user.name for user in question.meant)
            self.stdout.write(f"{question.name} is taken as typed in, and may be {meant}: the page asks.")
        for changed in plan.changed:
            for change in changed.changes:
                self.stdout.write(
                    f"{changed.number} {change.label}: {change.here_said} → {change.there_said}"
                    + (f" (not taken over: {change.refused})" if change.refused else "")
                )
        counts = plan.counts
        self.stdout.write(f"{counts['new']} new, {counts['known']} known, {counts['changed']} changed.")


def _read(path: Path) -> Table:
    try:
        return vim_import.read(path.read_bytes(), path.name)
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
    except FileRefused as refused:
        raise CommandError(refusal(refused)) from refused


def _columns(name: str, table: Table) -> tuple[Columns, bool]:
    mapping = VimMapping.objects.filter(name=name).first()
    if mapping is None:
        return guess(table.header), True
    return Columns(tuple(table.header), mapping.columns), False
