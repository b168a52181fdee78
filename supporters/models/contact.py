"""One supporter's contact with one person: its log, and its appointments."""

import uuid
from collections.abc import Collection
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from supporters import visible_rows
from supporters.enums import (
    AppointmentState,
    ContactState,
    ConversationMode,
    EventKind,
    HandBackReason,
    NextStep,
    Outcome,
)
from supporters.models.offer import Offer
from supporters.models.supporter import Supporter


class ContactQuerySet(models.QuerySet["Contact"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(visible_rows.contacts(user))

    def besides(self, events: Collection[uuid.UUID]) -> Self:
        return self.exclude(offer__incident__in=events) if events else self

    def open(self) -> Self:
        return self.filter(state__in=ContactState.open())


class Contact(models.Model):
    """One supporter's contact with one involved employee: a state and dated facts, and no text.

    Changed by supporters.contacts.flow only. `due_at` is when the next step is due, for the supporter's list.
    `takes_capacity` is False when the coordinator asked a supporter beyond what was agreed. `alert` is the
    line of a supporter before that alerted the coordinator, who had not answered when this one was asked.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    offer = models.ForeignKey(Offer, models.CASCADE, related_name="contacts")
    # Whose only open contact this is; empty once it ended, and for who has no account.
    open_for = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    supporter = models.ForeignKey(Supporter, models.PROTECT, related_name="contacts")
    state = models.CharField(max_length=12, choices=ContactState.choices, default=ContactState.PROPOSED)
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True, default="")
    takes_capacity = models.BooleanField(default=True)
    # With `due_at` all that a card of the supporter's list says, so that the list reads no logs.
    next_step = models.CharField(max_length=10, choices=NextStep.choices, db_default=NextStep.ANSWER)
    due_at = models.DateTimeField()
    proposed_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    reached_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    conversations = models.PositiveSmallIntegerField(default=0)
    alert = models.ForeignKey(
        "ContactEvent", models.CASCADE, null=True, blank=True, related_name="+", db_index=False
    )

    objects = ContactQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["offer"],
                condition=models.Q(state__in=["proposed", "accepted", "in_contact"]),
                name="contact_one_open_per_offer",
                violation_error_message=_("Somebody has just been assigned."),
            ),
            models.UniqueConstraint(
                fields=["open_for"],
                condition=models.Q(open_for__isnull=False),
                name="contact_one_open_per_person",
                violation_error_message=_("Somebody supports this colleague already."),
            ),
            models.CheckConstraint(
                condition=models.Q(open_for__isnull=True)
                | models.Q(state__in=["proposed", "accepted", "in_contact"]),
                name="contact_open_for_while_open",
            ),
            models.CheckConstraint(
                condition=(
                    models.Q(state="closed") & ~models.Q(outcome="") & models.Q(closed_at__isnull=False)
                )
                | (~models.Q(state="closed") & models.Q(outcome="", closed_at__isnull=True)),
                name="contact_closed_has_outcome",
            ),
            # Ended or handed back it may be before it was accepted or after.
            models.CheckConstraint(
                condition=models.Q(state="proposed", accepted_at__isnull=True)
                | models.Q(state__in=["accepted", "in_contact"], accepted_at__isnull=False)
                | models.Q(state__in=["handed_back", "closed"]),
                name="contact_accepted_has_moment",
            ),
        )
        indexes = (
            # /contacts/: a supporter's open contacts, what is next first.
            models.Index(
                fields=["supporter", "due_at", "id"],
                name="contact_open_of_supporter",
                condition=models.Q(state__in=["proposed", "accepted", "in_contact"]),
            ),
            # Invitations to evaluate, and figures.
            models.Index(fields=["closed_at"], name="contact_closed", condition=models.Q(state="closed")),
        )

    def __str__(self) -> str:
        return str(self.id)


class MeetingPlace(models.Model):
    """Where two can talk undisturbed: kept by the coordinator, never deleted, put out of use.

    `one_at_a_time` False: several talks fit at the same moment, as on a walk outside.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("place"), max_length=60)
    one_at_a_time = models.BooleanField(_("one talk at a time"), default=True, db_default=True)
    in_use = models.BooleanField(default=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["name"],
                name="meeting_place_once",
                violation_error_message=_("This place is on the list already."),
            ),
        )

    def __str__(self) -> str:
        return self.name


class ContactEvent(models.Model):
    """One line of a contact's log: a kind and a moment, never a word. Append-only by a database trigger.

    `by` is empty when the involved employee took the step: no line may name them once they are erased.
    """

    id = models.BigAutoField(primary_key=True)
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="events")
    kind = models.CharField(max_length=22, choices=EventKind.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    # Until when the step after this one is wanted; for an appointment, follow_up_planned and offer_later as
    # they agreed.
    planned_for = models.DateTimeField(null=True, blank=True)
    mode = models.CharField(max_length=10, choices=ConversationMode.choices, blank=True, default="")
    place = models.ForeignKey(
        MeetingPlace, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    reason = models.CharField(max_length=8, choices=HandBackReason.choices, blank=True, default="")
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True, default="")
    # corrected: which event it undoes.
    corrects = models.OneToOneField(
        "self", models.RESTRICT, null=True, blank=True, related_name="corrected_by"
    )

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(kind="corrected", corrects__isnull=False)
                | (~models.Q(kind="corrected") & models.Q(corrects__isnull=True)),
                name="contact_event_corrects_one",
            ),
            models.CheckConstraint(
                condition=models.Q(mode="")
                | models.Q(
                    kind__in=[
                        "conversation",
                        "follow_up_held",
                        "appointment_planned",
                        "appointment_moved",
                    ]
                ),
                name="contact_event_mode_of_talk",
            ),
            models.CheckConstraint(
                condition=models.Q(place__isnull=True)
                | models.Q(kind__in=["appointment_planned", "appointment_moved"], mode="in_person"),
                name="contact_event_place_of_appointment",
            ),
        )
        indexes = (
            models.Index(fields=["contact", "at", "id"], name="contact_event_log"),
            # /figures/operations/: what came back to the coordinator lately.
            models.Index(
                fields=["at"],
                name="contact_event_came_back",
                condition=models.Q(kind__in=["handed_back", "coordinator_called_in"]),
            ),
        )

    def __str__(self) -> str:
        return f"{self.contact_id} {self.kind}"

    @property
    def says_day(self) -> bool:
        return self.kind in {EventKind.OFFER_LATER, EventKind.FOLLOW_UP_PLANNED}

    @property
    def says_moment(self) -> bool:
        return self.kind in {EventKind.APPOINTMENT_PLANNED, EventKind.APPOINTMENT_MOVED}


class Appointment(models.Model):
    """A talk that was agreed on, as the contact's log says it now; written by supporters.contacts.flow only.

    `planned_by` is the line that planned it and `at` its moment of now. `sequence` grows with every change,
    for calendars (RFC 5545, SEQUENCE).
    """

    planned_by = models.OneToOneField(ContactEvent, models.CASCADE, primary_key=True, related_name="+")
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="appointments")
    at = models.DateTimeField()
    mode = models.CharField(max_length=10, choices=ConversationMode.choices)
    place = models.ForeignKey(
        MeetingPlace, models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    state = models.CharField(max_length=9, choices=AppointmentState.choices, default=AppointmentState.OPEN)
    sequence = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["contact"],
                condition=models.Q(state="open"),
                name="appointment_one_open_per_contact",
                violation_error_message=_("A talk is planned already."),
            ),
            models.CheckConstraint(
                condition=models.Q(mode="in_person", place__isnull=False)
                | models.Q(mode__in=["telephone", "video"], place__isnull=True),
                name="appointment_place_in_person",
            ),
        )

    def __str__(self) -> str:
        return str(self.pk)
