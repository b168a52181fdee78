"""The people named on a report: found among the hospital's employees, or typed in by hand.

Each is a row of the form under its own key: the id of an employee, or ``hand-<n>``. The keys stand in the
fields ``person``; what belongs to a row is prefixed with its key. A row without ``<key>-seen`` was chosen in
the people picker just now, and has the wishes that everybody starts with.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django import forms
from django.forms.utils import ErrorDict
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.people import colleagues, directory
from accounts.people.directory import Found, told
from accounts.people.telephone_field import TypedTelephoneField
from accounts.people.who_is_who import Named
from hospital.models import Department, Profession
from incidents.reports.report_writer import Involved

PERSON = "person"
IS_WHO = "is_who"
MOST = 40
_HAND = re.compile(r"hand-\d{1,3}")


class UnjudgedForm(forms.Form):
    """A form that can be shown as it was typed so far."""

    def leave_unjudged(self) -> None:
        """Show what was typed without a word about what is still missing."""
        self._errors = ErrorDict()


class ReportWishesForm(UnjudgedForm):
    """Whom one of the involved would like to talk to: at some distance unless they say so, an equal, or from
    outside.
    """

    wish_same_department = forms.BooleanField(
        label=_("Somebody from the same department is fine too"), required=False
    )
    wish_physician = forms.BooleanField(label=_("A physician"), required=False)
    wish_outside = forms.BooleanField(label=_("Somebody from outside the hospital"), required=False)

    @staticmethod
    def as_stored(data: Mapping[str, Any]) -> dict[str, Any]:
        """`data` as Involved takes it: another department is what everybody gets who says nothing."""
        stored = dict(data)
        if "wish_same_department" in stored:
            stored["wish_other_department"] = not stored.pop("wish_same_department")
        return stored


class Lists:
    """The professions and departments to choose from, read once for all rows, when the first needs them."""

    @cached_property
    def professions(self) -> dict[str, Profession]:
        return {str(profession.pk): profession for profession in Profession.objects.filter(is_active=True)}

    @cached_property
    def departments(self) -> dict[str, Department]:
        return {
            str(department.pk): department
            for department in Department.objects.filter(
                is_active=True, location__is_active=True, location__is_partner=False
            )
        }


class HandForm(ReportWishesForm):
    """Somebody without an account: temporary staff, a student, agency staff."""

    name = forms.CharField(label=_("Name"), max_length=150)
    email = forms.EmailField(label=_("E-mail"), required=False)
    telephone = TypedTelephoneField(label=_("Telephone"), max_length=60, required=False)
    profession = forms.ChoiceField(label=_("Profession"))
    department = forms.ChoiceField(label=_("Department"), required=False)

    field_order = ("name", "telephone", "email", "profession", "department")

    def __init__(self, *args: Any, lists: Lists, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lists = lists
        for name, given in (("profession", lists.professions), ("department", lists.departments)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", gettext("Choose")), *((key, str(one)) for key, one in given.items())]
        self.fields["name"].widget.attrs["autocomplete"] = "off"

    def clean_profession(self) -> Profession:
        return self.lists.professions[self.cleaned_data["profession"]]

    def clean_department(self) -> Department | None:
        return self.lists.departments.get(self.cleaned_data["department"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.errors.keys() & {"email", "telephone"} and not data["email"] and not data["telephone"]:
            self.add_error("telephone", gettext("Give a telephone number or an e-mail address."))
        return data


class PersonRow:
    """One person on the form."""

    def __init__(self, key: str, form: ReportWishesForm, employee: User | None) -> None:
        self.key = key
        self.form = form
        self.employee = employee
        self.meant: dict[str, User] = {}

    @property
    def wishes(self) -> list[forms.BoundField]:
        return [self.form[name] for name in ReportWishesForm.base_fields if name in self.form.fields]

    @property
    def facts(self) -> list[forms.BoundField]:
        """What is typed in about somebody without an account."""
        kept = {*ReportWishesForm.base_fields, IS_WHO}
        return [self.form[name] for name in self.form.fields if name not in kept]

    @property
    def question(self) -> forms.BoundField | None:
        """Whether somebody who is typed in is an employee: asked once there are who may be meant."""
        return self.form[IS_WHO] if IS_WHO in self.form.fields else None

    @property
    def named(self) -> Named:
        """What is typed in so far."""
        typed = {name: str(self.form[name].value() or "") for name in ("name", "email", "telephone")}
        department = str(self.form["department"].value() or "")
        return Named(**typed, department=UUID(department) if _is_id(department) else None)

    def ask(self, meant: list[User]) -> None:
        """Put the question whether this is one of `meant`. Another answer than to these is none."""
        self.meant = {str(one.pk): one for one in meant}
        yes = gettext("Yes, this is %(who)s")
        choices = [(key, yes % {"who": told(one)}) for key, one in self.meant.items()]
        nobody = "no " + " ".join(sorted(self.meant))
        self.form.fields[IS_WHO] = forms.ChoiceField(
            label=ngettext("Is this your colleague?", "Is this one of your colleagues?", len(meant)),
            choices=[*choices, (nobody, gettext("No, this is somebody else"))],
            widget=forms.RadioSelect,
            error_messages={"required": gettext("Choose who this is, so that nobody is asked twice.")},
        )

    @property
    def has_wishes(self) -> bool:
        """Whether the wishes are other than everybody's at the start."""
        return self.form.is_bound and any(bool(field.value()) != bool(field.initial) for field in self.wishes)

    def involved(self) -> Involved:
        """As it is stored; the row must be valid."""
        data = ReportWishesForm.as_stored(self.form.cleaned_data if self.form.is_bound else {})
        linked = self.meant.get(data.pop(IS_WHO, ""))
        if linked is None:
            return Involved(employee=self.employee, **data)
        wishes = {name: value for name, value in data.items() if name.startswith("wish_")}
        return Involved(employee=linked, **wishes)


class PeopleForm:
    """All the rows, with what the buttons of the section do to them.

    Buttons: ``add`` (an employee's id, or "hand"), ``remove`` (a key), ``search`` (looks up ``q``). With
    `only_one` a new person takes the place of the one before.
    """

    def __init__(
        self, data: QueryDict | None, *, user: User, only_one: bool = False, with_wishes: bool = True
    ) -> None:
        self.user = user
        self.own_key = str(user.pk)
        self.only_one = only_one
        self.with_wishes = with_wishes
        self.data = data or QueryDict()
        self.errors: list[str] = []
        self.lists = Lists()
        self.keys = self._keys()

    @property
    def asked_for_part(self) -> bool:
        """Whether one of the section's own buttons was used, rather than the report sent."""
        return any(button in self.data for button in ("add", "remove", "search"))

    @property
    def has_self(self) -> bool:
        return self.own_key in self.keys

    @property
    def has_searched(self) -> bool:
        return "search" in self.data

    @property
    def q(self) -> str:
        return self.data.get("q", "")

    @cached_property
    def found(self) -> Found:
        """Who was looked for, for pages without JavaScript."""
        if not self.has_searched:
            return Found()
        found = colleagues.search(self.q, near=self.user)
        return replace(found, people=[one for one in found if str(one.pk) not in self.keys])

    @cached_property
    def rows(self) -> list[PersonRow]:
        ids = [UUID(key) for key in self.keys if not _HAND.fullmatch(key)]
        employees = {str(one.pk): one for one in colleagues.with_ids(ids)} if ids else {}
        rows = list(self._rows(employees))
        typed = [row for row in rows if row.employee is None and row.form.is_bound and row.named.name]
        for row, meant in zip(typed, colleagues.meant([row.named for row in typed]), strict=True):
            if meant:
                row.ask(meant)
        return rows

    @property
    def shown(self) -> list[PersonRow]:
        """The rows as the page shows them: each employee told apart from a namesake."""
        directory.told_apart([row.employee for row in self.rows if row.employee])
        return self.rows

    def is_valid(self) -> bool:
        """Whether every row is; the errors that belong to no row are in `errors`."""
        valid = [not row.form.is_bound or row.form.is_valid() for row in self.rows]
        if self.only_one and len(self.rows) != 1:
            self.errors.append(gettext("Choose the colleague you are worried about."))
        elif self.only_one and all(valid) and self.is_about_self:
            self.errors.append(gettext("This is about yourself: ask for support for yourself instead."))
        return all(valid) and not self.errors

    @property
    def is_about_self(self) -> bool:
        """Whether who is worried about a colleague chose themselves."""
        return self.only_one and any(row.employee == self.user for row in self.rows)

    def leave_unjudged(self) -> None:
        """Show what was typed without a word about what is still missing."""
        for row in self.rows:
            row.form.leave_unjudged()

    def involved(self) -> list[Involved]:
        """Everybody once: who was typed in and turns out to be on the list by account is dropped."""
        people = [(row, row.involved()) for row in self.rows]
        chosen = {row.employee.pk for row in self.rows if row.employee}
        return [each for row, each in people if row.employee or each.employee_id not in chosen]

    def _keys(self) -> list[str]:
        keys = dict.fromkeys(filter(_is_key, self.data.getlist(PERSON)))
        keys.pop(self.data.get("remove", ""), None)
        added = self.data.get("add", "")
        if added == "hand":
            added = _free_hand(keys)
        if _is_key(added):
            keys.pop(added, None)
            keys[added] = None
        return list(keys)[-1:] if self.only_one else list(keys)[:MOST]

    def _rows(self, employees: Mapping[str, User]) -> Iterable[PersonRow]:
        for key in self.keys:
            posted = self.data if f"{key}-seen" in self.data else None
            if _HAND.fullmatch(key):
                form = HandForm(posted, prefix=key, lists=self.lists)
                for name in () if self.with_wishes else ReportWishesForm.base_fields:
                    del form.fields[name]
                yield PersonRow(key, form, None)
            elif key in employees:
                yield PersonRow(
                    key, ReportWishesForm(posted if self.with_wishes else None, prefix=key), employees[key]
                )


def _is_key(key: str) -> bool:
    return bool(_HAND.fullmatch(key)) or _is_id(key)


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False


def _free_hand(keys: Iterable[str]) -> str:
    taken = set(keys)
    return next(key for key in (f"hand-{number}" for number in range(1, 1000)) if key not in taken)


class AddPeopleForm(UnjudgedForm):
    """More people for a report that is there already."""

    def __init__(self, data: QueryDict | None = None, *, user: User) -> None:
        super().__init__(data)
        self.people = PeopleForm(data, user=user)

    def leave_unjudged(self) -> None:
        """Show what was typed without a word about what is still missing."""
        super().leave_unjudged()
        self.people.leave_unjudged()

    def clean(self) -> dict[str, Any]:
        if not self.people.rows:
            self.add_error(None, gettext("Choose somebody to add."))
        elif not self.people.is_valid():
            self.add_error(None, gettext("Something is missing about the people involved."))
        return super().clean() or self.cleaned_data
