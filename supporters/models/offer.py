"""The offer of support to one person, and what a coordinator keeps of the list of them."""

import uuid
from collections.abc import Collection
from datetime import timedelta
from typing import Self

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from hospital.models import Department
from incidents.models import Incident, Involvement, LaterMoment
from supporters import visible_rows
from supporters.enums import (
    Outcome,
    Waiting,
)
from supporters.models.supporter import Supporter


class OfferQuerySet(models.QuerySet["Offer"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(visible_rows.offers(user))

    def besides(self, events: Collection[uuid.UUID]) -> Self:
        return self.exclude(incident__in=events) if events else self

    def open(self) -> Self:
        return self.filter(closed_at__isnull=True)

    def leading(self) -> Self:
        """Without those that go on with another: one for each line of support."""
        return self.filter(continues=None)

    def counted(self) -> Self:
        """One for each line of support, as figures count them."""
        return self.filter(counted_with=None)

    def people(self) -> Self:
        """What is open of these, each person once: by the most urgent."""
        lines = self.open().leading()
        return lines.exclude(models.Exists(lines.more_urgent()))

    def more_urgent(self) -> Self:
        """In a subquery: those of the same person that go before the offer outside it. An alert goes before
        everything, then what is due first.
        """
        alert = models.Q(waiting_for=Waiting.COORDINATOR)
        outside_is_none = ~models.Q(outside=Waiting.COORDINATOR)
        sooner = models.Q(due_at__lt=models.OuterRef("due_at")) | models.Q(
            due_at=models.OuterRef("due_at"), pk__lt=models.OuterRef("pk")
        )
        outside = models.ExpressionWrapper(models.OuterRef("waiting_for"), models.CharField())
        return (
            self.filter(involvement__employee=models.OuterRef("involvement__employee"))
            .alias(outside=outside)
            .filter((alert & outside_is_none) | (sooner & (alert | outside_is_none)))
        )


class Offer(models.Model):
    """The offer of support to one involved employee: a row of the coordinator's worklist.

    Made in the transaction of the report (incidents.reports.report_writer.involvement_listeners).
    `waiting_for` and `due_at` say what has to happen next and when, and are changed with the contact, by
    the one writer of its state. `first_contact_due_at` is when the first contact is wanted (PMC/UMCG:
    within 24 h), and moves when the employee asks for another day or comes back. `not_before` is when calls
    end on the day that they asked for, as long as nobody reached them: nobody calls before that day.

    Two moments are set once and never moved, so that "support offered to n of n within the norm" cannot
    change later. `norm_due_at`: until when support had to be offered, counted from the moment the person was
    added (UMCG 2019, step 4: 1 day). `offered_at`: when this person had the offer: announced to them, or a
    supporter reached them, or they answered it themselves (no thanks, later), or the coordinator arranged
    other help with them; whichever came first. That a supporter was asked, or tried to call, is no offer yet.
    A slip of the coordinator alone is taken back, within minutes and before the norm is over
    (`offers.reopen_offer`).

    One person is one line of support, however many events: a second offer, while a contact runs, goes on with
    the offer of that contact (`continues`), and from then on is what that one is.

    `counted_with` is the offer of the same person that was open when this one was opened, the first of them:
    whatever becomes of either, both are counted as one line of support in the figures.

    `erase_asked_at` is when they wished to have their name erased before the term, while a reporter still saw
    it; it holds unless their support was taken up again since (supporters.offers.retention).

    `announced_at` is when they were told that a colleague will call (supporters.contacts.announcing), and
    `reached_at` the first contact made.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    involvement = models.OneToOneField(Involvement, models.CASCADE, related_name="offer")
    incident = models.ForeignKey(Incident, models.CASCADE, related_name="offers")
    continues = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="also", db_index=False
    )
    counted_with = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="counted_along", db_index=False
    )
    waiting_for = models.CharField(max_length=14, choices=Waiting.choices, default=Waiting.ASSIGNMENT)
    due_at = models.DateTimeField()
    opened_at = models.DateTimeField()
    first_contact_due_at = models.DateTimeField()
    not_before = models.DateTimeField(null=True, blank=True)
    norm_due_at = models.DateTimeField(db_default=Now() + timedelta(days=1))
    offered_at = models.DateTimeField(null=True, blank=True)
    announced_at = models.DateTimeField(null=True, blank=True)
    reached_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True, default="")
    # Since when they wish to be asked again, when something comes up after the event.
    ask_again_since = models.DateTimeField(null=True, blank=True)
    erase_asked_at = models.DateTimeField(null=True, blank=True)

    objects = OfferQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(closed_at__isnull=True, outcome="")
                | (models.Q(closed_at__isnull=False) & ~models.Q(outcome="")),
                name="offer_closed_has_outcome",
            ),
            models.CheckConstraint(
                condition=models.Q(closed_at__isnull=True) & ~models.Q(waiting_for="nothing")
                | models.Q(closed_at__isnull=False, waiting_for="nothing"),
                name="offer_closed_waits_for_nothing",
            ),
        )
        indexes = (
            # The worklist: most urgent first, by key; all, and one group of it.
            models.Index(
                fields=["due_at", "id"], name="offer_open_due", condition=models.Q(closed_at__isnull=True)
            ),
            models.Index(
                fields=["waiting_for", "due_at", "id"],
                name="offer_open_group",
                condition=models.Q(closed_at__isnull=True),
            ),
            # Retention.
            models.Index(
                fields=["closed_at"], name="offer_closed", condition=models.Q(closed_at__isnull=False)
            ),
            # Figures: everybody to whom support was offered in a period.
            models.Index(fields=["opened_at"], name="offer_opened"),
            # What goes on with an offer.
            models.Index(
                fields=["continues"], name="offer_goes_on", condition=models.Q(continues__isnull=False)
            ),
            # What is counted along with an offer.
            models.Index(
                fields=["counted_with"],
                name="offer_counted_along",
                condition=models.Q(counted_with__isnull=False),
            ),
        )

    def __str__(self) -> str:
        return str(self.id)


class RenewedOffer(models.Model):
    """An offer that was made anew at a moment after the event, for the person had asked for that: once for
    each moment, however often it is moved. Never changed.
    """

    offer = models.ForeignKey(Offer, models.CASCADE, related_name="renewed", db_index=False)
    moment = models.ForeignKey(LaterMoment, models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["offer", "moment"], name="renewed_offer_once_per_moment"),
        )

    def __str__(self) -> str:
        return f"{self.offer_id} {self.moment_id}"


class ToldOfMoment(models.Model):
    """That somebody whom no mail reaches was told of a moment after the event, by the coordinator or on their
    own page: as it stood when it was last changed (`changed_at`). Goes with the name.
    """

    offer = models.ForeignKey(Offer, models.CASCADE, related_name="told_of", db_index=False)
    moment = models.ForeignKey(LaterMoment, models.CASCADE, related_name="+")
    changed_at = models.DateTimeField()
    at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["offer", "moment", "changed_at"], name="told_of_moment_once"),
        )

    def __str__(self) -> str:
        return f"{self.offer_id} {self.moment_id}"


class SavedFilterQuerySet(models.QuerySet["SavedFilter"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(visible_rows.saved_filters(user))


class SavedFilter(models.Model):
    """What a coordinator chose to see of the worklist, kept under a name, for herself
    (supporters.offers.filtering).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=40)
    waiting = models.CharField(max_length=14, choices=Waiting.choices, blank=True, default="")
    supporter = models.ForeignKey(Supporter, models.CASCADE, null=True, related_name="+", db_index=False)
    department = models.ForeignKey(Department, models.CASCADE, null=True, related_name="+", db_index=False)
    event = models.CharField(max_length=20, blank=True, default="")

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["user", "name"],
                name="saved_filter_once",
                violation_error_message=_("You have a choice of this name."),
            ),
        )

    def __str__(self) -> str:
        return str(self.id)
