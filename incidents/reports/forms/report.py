"""The report, as far as each kind needs it: at most eight fields, the required ones first."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.text import format_lazy
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from hospital import names
from hospital.form_fields import DepartmentField
from hospital.models import Department
from incidents.clocks.moment_checks import WrongMoment, judge, said
from incidents.clocks.moment_field import LocalMomentField, order_first
from incidents.enums import AlreadyOffered, EventType, Harm, IncidentKind
from incidents.models import Incident
from incidents.reports import report_writer
from incidents.reports.forms.people import PeopleForm, ReportWishesForm, UnjudgedForm
from incidents.reports.report_writer import Involved, report_incident


@dataclass(frozen=True)
class Fields:
    """Which fields a kind has: before the people, and after them."""

    required: tuple[str, ...]
    optional: tuple[str, ...]
    people: bool = True


FIELDS = {
    IncidentKind.VIM: Fields(
        ("event_type", "occurred_at"), ("harm", "department", "already_offered", "description")
    ),
    IncidentKind.CALAMITY: Fields(
        ("noticed_at", "department"),
        ("occurred_at", "in_doubt", "event_type", "already_offered", "description"),
    ),
    IncidentKind.EVENT: Fields(
        ("event_type", "occurred_at"), ("department", "already_offered", "description")
    ),
    IncidentKind.SELF: Fields((), ("event_type", "occurred_at"), people=False),
    IncidentKind.COLLEAGUE: Fields((), ("event_type", "occurred_at", "already_offered")),
}


class ReportForm(UnjudgedForm):
    """A report of one kind by `user`. `data` is what was posted, or what came back after a sign-in; `key` is
    that of the page, by which a second sending finds the first report.
    """

    def __init__(
        self, data: QueryDict | None = None, *, kind: IncidentKind, user: User, key: UUID, at: datetime
    ) -> None:
        super().__init__(data)
        self.kind = kind
        self.user = user
        self.at = at
        chosen = FIELDS[kind]
        made = _fields(kind, user, at)
        for name in (*chosen.required, *chosen.optional):
            self.fields[name] = made[name]
            self.fields[name].required = name in chosen.required
        self.people = (
            PeopleForm(
                data,
                user=user,
                only_one=kind == IncidentKind.COLLEAGUE,
                with_wishes=kind != IncidentKind.COLLEAGUE,
            )
            if chosen.people
            else None
        )
        self.own_wishes = None if chosen.people else ReportWishesForm(data, prefix="own")
        self.key = key
        self.sent_before: Incident | None = None

    @property
    def required_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in FIELDS[self.kind].required]

    @property
    def optional_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in FIELDS[self.kind].optional]

    def leave_unjudged(self) -> None:
        """Show what was typed, also about the people, without a word about what is still missing."""
        super().leave_unjudged()
        if self.people is not None:
            self.people.leave_unjudged()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.people is not None and not self.people.is_valid():
            for error in self.people.errors:
                self.add_error(None, error)
            if not self.people.errors:
                self.add_error(None, gettext("Something is missing about the people involved."))
        known = {"reported_at": self.at}
        order_first(
            self,
            [name for name in ("occurred_at", "noticed_at") if name in self.fields],
            lambda given: judge(known, changed=given, at=self.at),
        )
        return data

    def save(self) -> Incident | None:
        """The report, stored once however often this is sent; None, with errors, when it cannot be right, or
        when it was sent before with something else on it (`sent_before`).
        """
        data, involved = self.cleaned_data, self._involved()
        try:
            return report_incident(
                reporter=self.user,
                kind=self.kind,
                event_type=EventType(data.get("event_type") or _usual_type(self.kind)),
                involved=involved,
                submission_key=self.key,
                at=self.at,
                # Whoever worries about a colleague is not to be found by their own department.
                department=data["department"] if "department" in data else _department(involved[0]),
                already_offered=AlreadyOffered(data.get("already_offered") or AlreadyOffered.UNKNOWN),
                harm=Harm(data.get("harm") or Harm.UNKNOWN),
                description=data.get("description", ""),
                occurred_at=data.get("occurred_at"),
                noticed_at=data.get("noticed_at"),
                in_doubt=bool(data.get("in_doubt")),
            )
        except report_writer.SentBefore as refused:
            self.sent_before = refused.first
            text = gettext(
                "You sent this form before: it is report %(reference)s. What you changed since is not in it."
                " Is this about something else? Then send it once more."
            )
            self.add_error(None, text % {"reference": refused.first.reference})
        except WrongMoment as refused:
            self.add_error(refused.moment, said(refused))
        except report_writer.AlreadyInvolved as refused:
            self.add_error(
                None,
                gettext("%(name)s is on the list twice. Remove one, or write both names in full.")
                % {"name": refused.name},
            )
        return None

    def _involved(self) -> list[Involved]:
        if self.people is not None:
            return self.people.involved()
        assert self.own_wishes is not None
        self.own_wishes.full_clean()
        wishes = self.own_wishes.as_stored(self.own_wishes.cleaned_data)
        return [Involved(employee=self.user, **wishes)]


def _department(person: Involved) -> Department | None:
    return person.employee.department if person.employee else person.department


def _usual_type(kind: IncidentKind) -> EventType:
    return EventType.SAFETY if kind == IncidentKind.CALAMITY else EventType.OTHER


def _fields(kind: IncidentKind, user: User, at: datetime) -> dict[str, forms.Field]:
    types = [(choice.value, choice.label) for choice in EventType]
    if kind == IncidentKind.EVENT:
        types = [choice for choice in types if choice[0] != EventType.SAFETY]
    personal = kind in IncidentKind.personal()
    return {
        "event_type": forms.ChoiceField(
            label=_("What is it about?") if personal else _("What happened?"),
            choices=[("", gettext("I would rather not say") if personal else gettext("Choose")), *types],
            initial=EventType.SAFETY if kind in {IncidentKind.VIM, IncidentKind.CALAMITY} else "",
        ),
        "occurred_at": LocalMomentField(
            label=_("When did it happen?"), at=at, help_text=_("An estimate will do.") if personal else ""
        ),
        "noticed_at": LocalMomentField(label=_("When was it noticed?"), at=at),
        "in_doubt": forms.BooleanField(
            label=_("It is not certain that this is a calamity"),
            help_text=format_lazy(
                _("Then {committee} decides, within the legal time limit."),
                committee=names.the_committee,
            ),
        ),
        "harm": forms.ChoiceField(
            label=_("Was the patient harmed?"),
            choices=[
                (Harm.UNKNOWN.value, _("I don’t know")),
                (Harm.NONE.value, _("No")),
                (Harm.SOME.value, _("Yes")),
                (Harm.SERIOUS.value, _("Yes, seriously, or died")),
            ],
            initial=Harm.UNKNOWN.value,
        ),
        "department": DepartmentField(
            Department.objects.filter(is_active=True, location__is_active=True, location__is_partner=False),
            label=pgettext("of an event", "Where?"),
            initial=user.department_id,
            empty_label=gettext("Choose"),
        ),
        "already_offered": forms.ChoiceField(
            label=_("Has support been offered already?"),
            choices=AlreadyOffered.choices,
            widget=forms.RadioSelect,
        ),
        "description": forms.CharField(
            label=_("In short, what happened"),
            max_length=2000,
            widget=forms.Textarea(attrs={"rows": 3}),
            help_text=_("You may skip this. Leave people out: no names of patients or colleagues."),
        ),
    }
