"""What the command of every import reads and says, as its page does."""

from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from accounts.enums import NameKind
from accounts.files.mapped_names import Unknown
from accounts.files.words import Mended, Wrong


class ImportCommand(BaseCommand):
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="CSV or XLSX")

    def content_of(self, path: Path) -> bytes:
        try:
            return path.read_bytes()
        except OSError as error:
            said = {"path": path, "why": error.strerror}
            raise CommandError(_("%(path)s cannot be read: %(why)s.") % said) from error

    def say_what_is_wrong(self, problems: Iterable[Wrong]) -> None:
        for problem in problems:
            self.stderr.write(str(problem))

    def say_unknown(self, names: Iterable[Unknown]) -> None:
        for name in names:
            self.stderr.write(f"{NameKind(name.kind).label}: {name.written} ({name.count})")

    def say_of_file(self, *, unused: Iterable[str], mended: Iterable[Mended]) -> None:
        for each in mended:
            more = f" (+{each.more})" if each.more else ""
            self.stdout.write(f"{each.what}: {each.where}{more}")
        if names := ", ".join(unused):
            self.stdout.write(_("Columns that are left alone: %(names)s") % {"names": names})
