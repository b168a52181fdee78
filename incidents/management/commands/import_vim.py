from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.files.columns import Columns
from accounts.files.commands import ImportCommand
from accounts.files.spreadsheets import FileRefused, Table
from accounts.files.words import in_words, mended, refusal
from incidents.models import VimMapping
from incidents.vim import carry_out, importing
from incidents.vim.carry_out import NotImportable
from incidents.vim.columns import FIELDS, KNOWN
from incidents.vim.plan import VimPlan, make
from incidents.vim.rows import REASONS


class Command(ImportCommand):
    help = (
        "Import the export of a VIM system: all of it, or nothing. Under a mapping that is not known yet the "
        "columns are guessed, and kept under its name when the import succeeds."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--mapping", required=True, help="the name under which its columns are kept")
        parser.add_argument("--dry-run", action="store_true", help="only say what would be done")
        parser.add_argument(
            "--take-changes",
            action="store_true",
            help="also take over what changed of known reports",
        )
        parser.add_argument(
            "--old-dates",
            action="store_true",
            help="dates of more than a year ago are right: take them in and over",
        )
        parser.add_argument(
            "--calamities",
            choices=["report", "incident"],
            help="what becomes of reports that the file calls a calamity",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            table = importing.read(self.content_of(path), path.name)
        except FileRefused as refused:
            raise CommandError(refusal(refused)) from refused
        columns, is_new = _columns(options["mapping"], table)
        now = timezone.now()
        plan = make(table, source=options["mapping"], columns=columns, at=now)
        self._say(plan, columns, is_new=is_new)
        self.say_of_file(unused=table.unused(columns.used), mended=mended(table.cleaned))
        if plan.unknown:
            where = settings.SITE_URL + reverse("incidents:import")
            raise CommandError(
                _("Nothing is imported: choose first what these names stand for, at %(where)s")
                % {"where": where}
            )
        if plan.problems:
            raise CommandError(_("Nothing is imported."))
        if options["dry_run"]:
            return
        if plan.calamities and not options["calamities"]:
            raise CommandError(
                _(
                    "Nothing is imported: the file calls some reports a calamity. Add --calamities=report to"
                    " report them to the committee, or --calamities=incident to take them in as incidents."
                )
            )
        reported = {each.number for each in plan.calamities} if options["calamities"] == "report" else ()
        of_long_ago = [
            *(each.number for each in plan.long_ago),
            *(each.number for each in plan.changed if any(change.asks for change in each.changes)),
        ]
        sure = of_long_ago if options["old_dates"] else ()
        if plan.long_ago and not sure:
            raise CommandError(
                _(
                    "Nothing is imported: some new reports are of more than a year ago. Are their dates"
                    " right? Then add --old-dates."
                )
            )
        take = [changed.number for changed in plan.changed] if options["take_changes"] else []
        try:
            with transaction.atomic():
                new = carry_out.apply(plan, take=take, calamities=reported, sure=sure, by=None, at=now)
                if is_new:
                    VimMapping.objects.create(name=options["mapping"], columns=dict(columns.of))
        except NotImportable as error:
            raise CommandError(
                _("Nothing was imported: something has changed in the meantime. Check it again.")
            ) from error
        done = {"new": len(new), "changed": plan.taken(take, sure)}
        self.stdout.write(self.style.SUCCESS(_("%(new)d imported, %(changed)d changed.") % done))

    def _say(self, plan: VimPlan, columns: Columns, *, is_new: bool) -> None:
        if is_new:
            self.stdout.write(_("Columns, as guessed:"))
            for name, word in columns.of.items():
                self.stdout.write(f"  {FIELDS[name]}: {word}")
        self.say_what_is_wrong(in_words(plan.problems, REASONS))
        self.say_unknown(plan.unknown)
        for proposed in plan.calamities:
            self.stdout.write(_("%(number)s is a calamity, by the file.") % {"number": proposed.number})
        for question in plan.questions:
            meant = [user.employee_number or user.name for user in question.meant]
            meant += [twin.who.named.name for twin in question.twins]
            said = {"name": question.said.name, "meant": ", ".join(meant)}
            self.stdout.write(_("%(name)s is taken as typed in, and may be %(meant)s: the page asks.") % said)
        for changed in plan.changed:
            for change in changed.changes:
                refused = f" ({_('Not taken over:')} {change.refused})" if change.refused else ""
                if change.asks:
                    refused = f" ({_('This is more than a year ago: only taken over with --old-dates.')})"
                self.stdout.write(
                    f"{changed.number} {change.label}: {change.here_said} → {change.there_said}{refused}"
                )
        self.stdout.write(_("%(new)d new, %(known)d known, %(changed)d changed.") % plan.counts)


def _columns(name: str, table: Table) -> tuple[Columns, bool]:
    mapping = VimMapping.objects.filter(name=name).first()
    if mapping is None:
        return KNOWN.guess(table.header), True
    return Columns(tuple(table.header), mapping.columns), False
