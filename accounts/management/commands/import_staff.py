from argparse import ArgumentParser, BooleanOptionalAction
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.enums import ImportState
from accounts.files.commands import ImportCommand
from accounts.files.mapped_names import Unknown
from accounts.files.spreadsheets import Problem
from accounts.files.words import Mended, in_words
from accounts.models import StaffImport
from accounts.staff import importing, leaving
from accounts.staff.words import FIELDS, REASONS, WAITS, WAITS_A_WEEK, WHY
from hospital.enums import ProfessionGroup

_PARTIAL = gettext_lazy("Does the file hold only some of the people? Then add --partial.")


class Command(ImportCommand):
    help = "Import staff from a CSV or XLSX file, all or nothing: the same as Settings, Staff import does."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--partial", action="store_true", help="who is not in the file stays in service")
        parser.add_argument(
            "--make-missing",
            action="store_true",
            help="make departments, professions and locations that are new",
        )
        parser.add_argument(
            "--let-many-leave", action="store_true", help="also when more than 10%% are not in the file"
        )
        parser.add_argument(
            "--commit",
            action=BooleanOptionalAction,
            default=True,
            help="--no-commit only says what would change",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        content = self.content_of(path)
        try:
            current = importing.upload(
                content=content,
                file_name=path.name,
                complete=not options["partial"],
                by=None,
                at=timezone.now(),
            )
        except importing.ImportRunning as error:
            other = error.other
            said = f"{other.file_name} ({other.get_state_display()})" if other else ""
            raise CommandError(_("Another import is open: %(other)s.") % {"other": said}) from error
        current = self._step(current, ImportState.PREVIEW)
        self._say(current)
        if options["commit"] and not current.preview["settled"]:
            self._ask(current)
        if options["commit"]:
            self._commit(current, options)
        else:
            importing.discard(staff_import=current, by=None, at=timezone.now())

    def _commit(self, current: StaffImport, options: dict[str, Any]) -> None:
        try:
            importing.confirm(
                staff_import=current,
                digest=current.preview["digest"],
                make_missing=options["make_missing"],
                let_many_leave=options["let_many_leave"],
                by=None,
                at=timezone.now(),
            )
        except (importing.MissingNotMade, importing.ManyLeave) as error:
            importing.discard(staff_import=current, by=None, at=timezone.now())
            said = _("Nothing was changed. Is this right? Then add %(option)s.")
            if isinstance(error, importing.MissingNotMade):
                raise CommandError(said % {"option": "--make-missing"}) from error
            text = f"{said % {'option': '--let-many-leave'}} {_PARTIAL}"
            raise CommandError(text) from error
        self._step(current, ImportState.DONE)
        self.stdout.write(self.style.SUCCESS(_("Imported.")))

    def _ask(self, current: StaffImport) -> None:
        """What somebody has to answer on the page first, where the file waits."""
        for question in current.preview["questions"]:
            self.stderr.write(f"{_('Who is %(name)s (%(number)s)?') % question} {WHY[question['why']]}")
        self.say_unknown(Unknown(**each) for each in current.preview["unknown"] if each["must"])
        where = settings.SITE_URL + reverse("settings:staff-import-file", args=[current.id])
        raise CommandError(_("Nothing was changed yet: answer first, at %(where)s") % {"where": where})

    def _step(self, current: StaffImport, expected: ImportState) -> StaffImport:
        current = importing.work(import_id=current.id, at=timezone.now())
        problems = [Problem(**each) for each in current.errors]
        self.say_what_is_wrong(in_words(problems, REASONS, fields=FIELDS))
        if current.state != expected:
            last_admin = any(each.code == "last_admin" for each in problems)
            raise CommandError(f"{_('Nothing was changed.')} {_PARTIAL if last_admin else ''}".strip())
        return current

    def _say(self, current: StaffImport) -> None:
        counts = current.preview["counts"]
        self.stdout.write(
            _("%(added)d new, %(changed)d changed, %(leaving)d left, %(unchanged)d unchanged.") % counts
        )
        found = [Mended(**each) for each in current.preview["mended"]]
        self.say_of_file(unused=current.preview["ignored"], mended=found)
        for person in current.preview["changed"]:
            for name, words in _waiting(person):
                self.stdout.write(f"{person['name']} ({person['number']}): {FIELDS[name]}. {words}")
        for person in current.preview["leaving"]:
            for line in filter(None, map(leaving.in_words, person["left_open"])):
                self.stdout.write(f"{person['name']} ({person['number']}): {line}")
        if counts["leaving"]:
            for sentence in leaving.always:
                self.stdout.write(str(sentence))
        missing = current.preview["missing"]
        for names in (
            missing["locations"],
            missing["departments"],
            [f"{name} → {ProfessionGroup(group).label}" for name, group in missing["professions"]],
        ):
            if names:
                self.stdout.write(_("Not there yet: %(names)s") % {"names": ", ".join(names)})


def _waiting(person: dict[str, Any]) -> list[tuple[str, Any]]:
    """What of somebody's new sign-in opens nothing yet, with until when."""
    return [
        *((name, WAITS) for name in person["waits"]),
        *((name, WAITS_A_WEEK) for name in person["week"]),
    ]
