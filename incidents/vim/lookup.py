"""Which employees, departments and professions the reports of a VIM export name; read at once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from accounts.enums import NameKind
from accounts.files import mapped_names
from accounts.files.columns import Columns
from accounts.files.mapped_names import AT, UnknownNames, key_of
from accounts.files.spreadsheets import Problem
from accounts.models import FileName, User
from hospital.models import Department, Profession
from incidents.models import Involvement
from incidents.reports.report_writer import CannotBeReached, Involved, are_one
from incidents.vim import people as vim_people
from incidents.vim.columns import NUMBER
from incidents.vim.people import Same, WhoIsMeant
from incidents.vim.rows import NamedPerson, VimReport


class Lookup:
    """`problems` gathers what is wrong, `unknown` the names for which somebody has to choose something, and
    `same` whom an answer found on the report already.
    """

    def __init__(
        self, reports: Sequence[VimReport], columns: Columns, *, source: str, answers: Mapping[str, str]
    ) -> None:
        self.columns = columns
        self.problems: list[Problem] = []
        self.chosen = mapped_names.remembered(source)
        self.unknown = UnknownNames()
        people = [person for report in reports for _line, person in report.people]
        numbers = {person.number for person in people} - {""}
        numbered = User.objects.filter(employee_number__in=numbers, is_active=True)
        self.by_number = {user.employee_number: user for user in numbered}
        unnumbered = [person for person in people if person.number not in self.by_number]
        self.meant = vim_people.look_up(unnumbered, answers)
        self.answers = answers
        self.same: list[Same] = []
        self.departments: dict[str, list[Department]] = defaultdict(list)
        for department in Department.objects.filter(
            is_active=True, location__is_active=True, location__is_partner=False
        ).select_related("location"):
            self.departments[key_of(department.name)].append(department)
        self.professions = {key_of(each.name): each for each in Profession.objects.all()}

    def department(self, report: VimReport) -> Department | None:
        """The department that `report` names; None for none, or not known yet."""
        if not report.department:
            return None
        chosen = self.chosen.get((NameKind.DEPARTMENT, key_of(report.department, report.location)))
        if chosen is not None:
            return chosen.department
        place = self._place(report.location)
        named = self.departments.get(key_of(report.department), [])
        found = [each for each in named if not place or key_of(each.location.name) == place]
        if len(found) != 1:
            written = AT.join(filter(None, (report.department, report.location)))
            self.unknown.note(NameKind.DEPARTMENT, written, must=True)
            return None
        return found[0]

    def people(
        self, report: VimReport, here: Sequence[Involvement]
    ) -> list[tuple[Involved, WhoIsMeant | None]]:
        """The people whom `report` names and who are not `here` already, each once, with what is to be asked
        about them.
        """
        found: list[tuple[Involved, WhoIsMeant | None]] = []
        for line, person in report.people:
            keys = {vim_people.key_of(person), vim_people.key_of(person, report.number)}
            if any(keys.intersection(row.file_keys) for row in here):
                continue
            involved = self._person(line, person)
            if involved is None:
                continue
            seen = [one for one, _question in found]
            row = next((row for row in here if are_one(involved, row)), None)
            if row is not None:
                self.same += [Same(row, key) for key in involved.file_keys]
            elif not any(are_one(involved, other) for other in seen):
                self._add(found, involved, person, report, here)
        return found

    def _add(
        self,
        found: list[tuple[Involved, WhoIsMeant | None]],
        involved: Involved,
        person: NamedPerson,
        report: VimReport,
        here: Sequence[Involvement],
    ) -> None:
        """Put somebody new among those `found`, or with the one who an answer says it is."""
        if involved.employee is not None:
            found.append((involved, None))
            return
        twins = vim_people.twins_of(involved, [one for one, _question in found], here)
        on_it = {twin.row.employee_id for twin in twins if twin.row}
        meant = tuple(user for user in self.meant.possible.get(person, ()) if user.pk not in on_it)
        key = vim_people.key_of(person, report.number if twins else "")
        answer = self.answers.get(key, "")
        twin = next((each for each in twins if each.answer == answer), None)
        employee = next((user for user in meant if str(user.pk) == answer), None)
        if twin is not None and twin.row is not None:
            self.same.append(Same(twin.row, key, involved.email, involved.telephone))
        elif twin is not None:
            place = next(place for place, (one, _question) in enumerate(found) if one is twin.said)
            found[place] = (vim_people.merged(twin.said, involved), found[place][1])
        elif employee is not None:
            found.append((Involved(employee=employee, file_keys=(key,)), None))
        elif (twins or meant) and answer != vim_people.NOBODY:
            found.append((involved, WhoIsMeant(key, person, meant, twins, (report.number,))))
        else:
            found.append((involved, None))

    def _place(self, written: str) -> str:
        chosen = self.chosen.get((NameKind.LOCATION, key_of(written)))
        return key_of(chosen.location.name if chosen and chosen.location else written)

    def _profession(self, written: str) -> Profession | None:
        chosen: FileName | None = self.chosen.get((NameKind.PROFESSION, key_of(written)))
        if chosen is not None:
            return chosen.profession
        profession = self.professions.get(key_of(written))
        if written and profession is None:
            self.unknown.note(NameKind.PROFESSION, written, must=True)
        return profession

    def _person(self, line: int, person: NamedPerson) -> Involved | None:
        employee = self.by_number.get(person.number) or self.meant.known.get(person)
        if employee is not None:
            return Involved(employee=employee)
        if answered := self.meant.by_answer.get(person):
            return Involved(employee=answered, file_keys=(vim_people.key_of(person),))
        profession = self._profession(person.profession)
        try:
            return Involved(
                name=person.name[:150],
                email=person.email,
                telephone=person.telephone[:32],
                profession=profession,
            )
        except CannotBeReached:
            if person.number:
                self._wrong(line, "involved_number", "number_unknown")
            elif person.name:
                self._wrong(line, "involved_name", "no_reach")
            else:
                self._wrong(line, "involved_email", "no_name")
            return None

    def _wrong(self, line: int, name: str, code: str) -> None:
        self.problems.append(Problem(line, self.columns.of.get(name, self.columns.of[NUMBER]), code))
