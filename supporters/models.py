import uuid
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.expressions import RawSQL
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts.enums import Language
from accounts.models import User
from accounts.people.fields import MailField, TelephoneField
from hospital.clock import Cover
from hospital.enums import ProfessionGroup
from hospital.models import Department, Profession
from incidents.enums import EventType, Harm
from incidents.models import Incident, Involvement, LaterMoment
from supporters import visible_rows
from supporters.enums import (
    Announce,
    AppointmentState,
    ContactState,
    ConversationMode,
    CountedIn,
    EventKind,
    Experience,
    HandBackReason,
    HeadAnswer,
    IntakeState,
    NextStep,
    NotNeededReason,
    Outcome,
    PartOfDay,
    SameProfession,
    SupporterStatus,
    TalkLength,
    Waiting,
)


def default_always_offered() -> list[str]:
    """After these whoever was there is offered support, onlookers too; the house's own choice of the list."""
    return [
        EventType.RESUSCITATION,
        EventType.AGGRESSION,
        EventType.VIOLENT_DEATH,
        EventType.SUDDEN_DEATH,
        EventType.CHILD_DEATH,
        EventType.SUICIDE,
        EventType.COLLEAGUE_DEATH,
        EventType.LARGE_ACCIDENT,
    ]


def default_follow_up_days() -> list[int]:
    """After 3 days (EMC: 2–3) and after two weeks (UMCG)."""
    return [3, 14]


#: The same as the database gives it, to what was there before the field.
_ALWAYS_OFFERED = (
    "'{resuscitation,aggression,violent_death,sudden_death,child_death,suicide,colleague_death,"
    "large_accident}'::varchar(20)[]"
)


class SupportPolicy(models.Model):
    """How this hospital gives peer support: one row, kept by the coordinator.

    `norm` and `norm_in_shifts`: of each profession a tenth is trained, 15% where people work shifts (PMC).
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    first_contact_hours = models.PositiveSmallIntegerField(_("first contact within (hours)"), default=24)
    first_contact_counted_in = models.CharField(
        _("these hours are"),
        max_length=7,
        choices=CountedIn.choices,
        default=CountedIn.COVER,
        db_default=CountedIn.COVER,
    )
    accept_working_hours = models.PositiveSmallIntegerField(
        _("supporter answers within (working hours)"), default=4
    )
    follow_up_days = ArrayField(
        models.PositiveSmallIntegerField(),
        verbose_name=_("follow-up after (days)"),
        default=default_follow_up_days,
    )
    max_conversations = models.PositiveSmallIntegerField(_("conversations at most"), default=3)
    capacity = models.PositiveSmallIntegerField(_("open contacts for one supporter at most"), default=3)
    cool_down_days = models.PositiveSmallIntegerField(_("rest after a contact (days)"), default=7)
    current_months = models.PositiveSmallIntegerField(
        _("training stays valid without intervision for (months)"), default=18
    )
    norm = models.PositiveSmallIntegerField(
        _("trained for each 1,000 employees of a profession"), default=100, db_default=100
    )
    norm_in_shifts = models.PositiveSmallIntegerField(
        _("trained for each 1,000 where people work shifts"), default=150, db_default=150
    )
    same_profession = models.CharField(
        _("same profession"), max_length=10, choices=SameProfession.choices, default=SameProfession.PREFERRED
    )
    attempts = models.PositiveSmallIntegerField(_("not reached after attempts"), default=3, db_default=3)
    attempt_days = models.PositiveSmallIntegerField(_("on at least so many days"), default=2, db_default=2)
    attempt_parts = models.PositiveSmallIntegerField(
        _("in at least so many parts of the day"),
        default=2,
        db_default=2,
        help_text=_("Morning until 12, afternoon until 17, evening."),
    )
    second_offer_days = models.PositiveSmallIntegerField(
        _("second offer to who was not reached after (days)"),
        default=28,
        db_default=28,
        help_text=_("Once, and only while the name is not erased; 0 for none."),
    )
    announce = models.CharField(
        _("tell who is involved"),
        max_length=10,
        choices=Announce.choices,
        default=Announce.AT_REPORT,
        db_default=Announce.AT_REPORT,
        help_text=_("That a colleague will call, and what they can choose."),
    )
    employee_chooses = models.BooleanField(
        _("who is supported may choose among supporters who show themselves"),
        default=False,
        db_default=False,
        help_text=_("You still ask them: the choice stands on top, where somebody is chosen."),
    )
    retention_days = models.PositiveSmallIntegerField(_("names erased after closing (days)"), default=30)
    ask_again_days = models.PositiveSmallIntegerField(
        _("who asked to be asked again is erased after (days)"),
        default=730,
        db_default=730,
        help_text=_("After a calamity, where a hearing or a verdict may come late. They can take it back."),
    )
    intake_days = models.PositiveSmallIntegerField(
        _("a report that names nobody is looked at within (working days)"), default=1, db_default=1
    )
    always_offered = ArrayField(
        models.CharField(max_length=20, choices=EventType.choices),
        verbose_name=_("after these the head of department is asked who was there"),
        default=default_always_offered,
        db_default=RawSQL(_ALWAYS_OFFERED, []),  # nosec B611  # a constant of this module
        blank=True,
    )
    head_answers_days = models.PositiveSmallIntegerField(
        _("the head says so within (working days)"), default=1, db_default=1
    )
    forgotten_days = models.PositiveSmallIntegerField(
        _("a head of department adds a forgotten colleague within (days)"), default=14, db_default=14
    )
    unharmed_days = models.PositiveSmallIntegerField(
        _("one in which no patient was harmed closes by itself after (days)"),
        null=True,
        blank=True,
        default=14,
        db_default=14,
    )

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(id=1), name="support_policy_one_row"),
            models.CheckConstraint(
                condition=models.Q(follow_up_days__len__gt=0),
                name="support_policy_follows_up",
                violation_error_message=_("Give at least one number of days."),
            ),
        )

    def __str__(self) -> str:
        return "policy of support"

    @classmethod
    def current(cls) -> "SupportPolicy":
        """The policy in force; made with the defaults on first use."""
        return cls.objects.get_or_create(id=1)[0]

    def call_by(self, at: datetime, *, cover: Cover) -> datetime:
        """Until when a colleague calls whose term begins at `at`: what is stored, and what is promised."""
        return self._after(at, timedelta(hours=self.first_contact_hours), cover)

    def assign_by(self, at: datetime, *, cover: Cover) -> datetime:
        """Until when somebody is asked to: the first half of that term."""
        return self._after(at, timedelta(hours=self.first_contact_hours) / 2, cover)

    def _after(self, at: datetime, term: timedelta, cover: Cover) -> datetime:
        elapsed = self.first_contact_counted_in == CountedIn.ELAPSED
        return cover.add_elapsed(at, term) if elapsed else cover.add(at, term)


class SupporterQuerySet(models.QuerySet["Supporter"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(visible_rows.supporters(user))


class Supporter(models.Model):
    """A trained colleague in the pool.

    `load` counts the open contacts that take capacity and is kept by supporters.contacts.flow and
    matching.assignment; the database refuses one above `capacity`. `last_asked_at` and `rests_until` are
    kept there too, so that matching reads one row for each supporter.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(User, models.PROTECT, related_name="supporter")
    status = models.CharField(max_length=8, choices=SupporterStatus.choices, default=SupporterStatus.ACTIVE)
    trained_on = models.DateField(_("trained on"), null=True, blank=True)
    current_until = models.DateField(_("training valid until"), null=True, blank=True)
    capacity = models.PositiveSmallIntegerField(_("open contacts at most"), default=3)
    load = models.PositiveSmallIntegerField(default=0)
    last_asked_at = models.DateTimeField(null=True, blank=True)
    rests_until = models.DateTimeField(null=True, blank=True)
    absent_from = models.DateField(_("absent from"), null=True, blank=True)
    absent_until = models.DateField(_("absent up to and including"), null=True, blank=True)

    objects = SupporterQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(load__lte=models.F("capacity")),
                name="supporter_within_capacity",
                violation_error_message=_("This supporter has as many open contacts as agreed."),
            ),
            models.CheckConstraint(
                condition=models.Q(absent_from__isnull=True)
                | models.Q(absent_until__isnull=True)
                | models.Q(absent_from__lte=models.F("absent_until")),
                name="supporter_absence_has_length",
                violation_error_message=_("The absence must end after it starts."),
            ),
            models.CheckConstraint(
                condition=models.Q(current_until__isnull=True)
                | models.Q(trained_on__isnull=False, current_until__gte=models.F("trained_on")),
                name="supporter_current_once_trained",
                violation_error_message=_("The training is valid until a day after it was given."),
            ),
        )

    def __str__(self) -> str:
        return str(self.user)


class Exclusion(models.Model):
    """These two are never matched. No reason is recorded.

    Written by a supporter who hands back as too close, or an employee who would rather have somebody else. It
    goes with the case and is shown to nobody: it tells who handed back whom. What a coordinator puts there by
    hand is another table (`KeptApart`), so that neither can tell of the other.
    """

    supporter = models.ForeignKey(Supporter, models.CASCADE, related_name="exclusions")
    employee = models.ForeignKey(User, models.CASCADE, related_name="+")
    added_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["supporter", "employee"], name="exclusion_once"),)
        indexes = (models.Index(fields=["employee"], name="exclusion_of_employee"),)

    def __str__(self) -> str:
        return f"{self.supporter_id} / {self.employee_id}"


class KeptApartQuerySet(models.QuerySet["KeptApart"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(visible_rows.kept_apart(user))


class KeptApart(models.Model):
    """A coordinator's own exclusion list: these two are never matched. No reason is recorded."""

    supporter = models.ForeignKey(Supporter, models.CASCADE, related_name="kept_apart")
    employee = models.ForeignKey(User, models.CASCADE, related_name="+")
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(User, models.PROTECT, related_name="+")

    objects = KeptApartQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["supporter", "employee"],
                name="kept_apart_once",
                violation_error_message=_("These two are already on the list."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.supporter_id} / {self.employee_id}"


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


class Offer(models.Model):
    """The offer of support to one involved employee: a row of the coordinator's worklist.

    Made in the transaction of the report (incidents.reports.report_writer.involvement_listeners).
    `waiting_for` and `due_at` say what has to happen next and when, and are changed with the contact, by
    the one writer of its state. `first_contact_due_at` is when the first contact is wanted (PMC/UMCG:
    within 24 h), and moves when the employee asks for another day or comes back.

    Two moments are set once and never moved, so that "support offered to n of n within the norm" cannot
    change later. `norm_due_at`: until when support had to be offered, counted from the moment the person was
    added (UMCG 2019, step 4: 1 day). `offered_at`: when this person had the offer: announced to them, or a
    supporter reached them, or they answered it themselves (no thanks, later), or the coordinator arranged
    other help with them; whichever came first. That a supporter was asked, or tried to call, is no offer yet.
    A slip of the coordinator alone is taken back, within minutes and before the norm is over
    (`offers.reopen_offer`).

    One person is one line of support, however many events: a second offer, while a contact runs, goes on with
    the offer of that contact (`continues`), and from then on is what that one is.

    `announced_at` is when they were told that a colleague will call (supporters.contacts.announcing), and
    `reached_at` the first contact made.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    involvement = models.OneToOneField(Involvement, models.CASCADE, related_name="offer")
    incident = models.ForeignKey(Incident, models.CASCADE, related_name="offers")
    continues = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="also", db_index=False
    )
    waiting_for = models.CharField(max_length=14, choices=Waiting.choices, default=Waiting.ASSIGNMENT)
    due_at = models.DateTimeField()
    opened_at = models.DateTimeField()
    first_contact_due_at = models.DateTimeField()
    norm_due_at = models.DateTimeField(db_default=Now() + timedelta(days=1))
    offered_at = models.DateTimeField(null=True, blank=True)
    announced_at = models.DateTimeField(null=True, blank=True)
    reached_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True, default="")
    # Since when they wish to be asked again, when something comes up after the event.
    ask_again_since = models.DateTimeField(null=True, blank=True)

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


class ReachMe(models.Model):
    """How the person of an offer would like to be reached: choices, a number and an address.

    For the supporter who calls, and nobody else. It goes with the names, at the end of the retention term.
    """

    offer = models.OneToOneField(Offer, models.CASCADE, primary_key=True, related_name="reach_me")
    telephone = TelephoneField(_("another telephone number"), max_length=32, blank=True, default="")
    email = MailField(_("another e-mail address"), blank=True, default="")
    parts_of_day = ArrayField(
        models.CharField(max_length=12, choices=PartOfDay.choices),
        verbose_name=_("when"),
        default=list,
        blank=True,
    )
    language = models.CharField(_("language"), max_length=2, choices=Language.choices, blank=True, default="")
    not_on_ward = models.BooleanField(_("not while I am at work"), default=False)
    no_voicemail = models.BooleanField(_("leave no voicemail"), default=False)

    def __str__(self) -> str:
        return str(self.offer_id)

    @property
    def in_words(self) -> list[str]:
        """What the supporter has to know before calling, a line each."""
        parts = [str(PartOfDay(part).label) for part in self.parts_of_day]
        said = [
            (parts, _("Call %(when)s.") % {"when": ", ".join(parts)}),
            (self.language, _("Speaks %(language)s.") % {"language": self.get_language_display()}),
            (self.not_on_ward, _("Not while at work.")),
            (self.no_voicemail, _("Leave no voicemail.")),
        ]
        return [str(line) for asked, line in said if asked]


class ShownAs(models.Model):
    """What a supporter shows of herself to a colleague who chooses, where the policy lets them: no name, and
    from lists. Without a row she is shown to nobody.
    """

    supporter = models.OneToOneField(Supporter, models.CASCADE, primary_key=True, related_name="shown_as")
    profession = models.BooleanField(_("my profession"), default=False)
    department = models.BooleanField(_("my department"), default=False)
    years = models.BooleanField(_("about how long I do this work"), default=False)
    languages = ArrayField(
        models.CharField(max_length=2), verbose_name=_("languages I speak"), default=list, blank=True
    )
    knows = ArrayField(
        models.CharField(max_length=13, choices=Experience.choices),
        verbose_name=_("what I know from experience"),
        default=list,
        blank=True,
    )

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(profession=True)
                | models.Q(department=True)
                | models.Q(years=True)
                | models.Q(languages__len__gt=0)
                | models.Q(knows__len__gt=0),
                name="shown_as_something",
                violation_error_message=_("Say what you show of yourself."),
            ),
            models.CheckConstraint(
                condition=models.Q(knows__contained_by=Experience.values), name="shown_as_knows_in_list"
            ),
        )

    def __str__(self) -> str:
        return str(self.supporter_id)


class Wishes(models.Model):
    """What the person of `offer` wishes of a supporter beyond what stands on the involvement; it goes with
    the name.

    `shown` are the supporters whom they were shown, drawn once (supporters.offers.choosing), in the order of
    the page; None as long as they did not ask. `supporter` is the one they chose of them.
    """

    offer = models.OneToOneField(Offer, models.CASCADE, primary_key=True, related_name="wishes")
    profession = models.ForeignKey(Profession, models.CASCADE, null=True, blank=True, related_name="+")
    from_department = models.ForeignKey(Department, models.CASCADE, null=True, blank=True, related_name="+")
    not_department = models.ForeignKey(Department, models.CASCADE, null=True, blank=True, related_name="+")
    shown = ArrayField(models.UUIDField(), null=True, blank=True)
    shown_at = models.DateTimeField(null=True, blank=True)
    supporter = models.ForeignKey(Supporter, models.CASCADE, null=True, blank=True, related_name="+")

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(from_department__isnull=True)
                | models.Q(not_department__isnull=True)
                | ~models.Q(from_department=models.F("not_department")),
                name="wishes_departments_differ",
                violation_error_message=_("From a department and not from it: choose one of the two."),
            ),
            models.CheckConstraint(
                condition=models.Q(shown__isnull=True, shown_at__isnull=True, supporter__isnull=True)
                | models.Q(shown__isnull=False, shown_at__isnull=False),
                name="wishes_chosen_of_shown",
            ),
        )

    def __str__(self) -> str:
        return str(self.offer_id)


class OutsideHelp(models.Model):
    """Help outside the hospital that a coordinator can refer to, kept by the coordinators. What is no longer
    offered stays for who was referred to it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=100)
    telephone = TelephoneField(_("telephone"), max_length=32, blank=True, default="")
    email = MailField(_("e-mail"), blank=True, default="")
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["name"],
                condition=models.Q(is_active=True),
                name="outside_help_once",
                violation_error_message=_("This is on the list already."),
            ),
            models.CheckConstraint(
                condition=~models.Q(telephone="", email=""),
                name="outside_help_can_be_reached",
                violation_error_message=_("Give a telephone number or an e-mail address."),
            ),
        )

    def __str__(self) -> str:
        return self.name


class Referral(models.Model):
    """To which help outside the hospital somebody was referred, as long as their offer ended at that very
    moment (`at`): who came back since was not. It goes with the name.
    """

    offer = models.OneToOneField(Offer, models.CASCADE, primary_key=True, related_name="referral")
    to = models.ForeignKey(OutsideHelp, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.offer_id)


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
    `takes_capacity` is False when the coordinator asked a supporter beyond what was agreed.
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
    """Where two can talk undisturbed: kept by the coordinator, never deleted, put out of use."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("place"), max_length=60)
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


class UnnamedReportQuerySet(models.QuerySet["UnnamedReport"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(visible_rows.unnamed_reports(user))

    def besides(self, events: Collection[uuid.UUID]) -> Self:
        return self.exclude(incident__in=events) if events else self

    def open(self) -> Self:
        return self.filter(state=IntakeState.OPEN)

    def waiting(self) -> Self:
        """The coordinator's work."""
        return self.filter(state=IntakeState.OPEN, closes_at=None)

    def closing(self) -> Self:
        """What a rule closes unless somebody acts."""
        return self.filter(state=IntakeState.OPEN, closes_at__isnull=False)


class UnnamedReport(models.Model):
    """A report that named nobody when it came in: a row of the coordinator's intake.

    Made in the transaction of the report and changed by supporters.intake.unnamed_reports only. It is looked
    at by `due_at`, or closed at `closes_at` by a rule. `weight` is what its place in the list comes from:
    what it did to the patient, and whether it is a calamity. `asked_at`: when the reporter was last asked who
    was involved; `said_nobody_at`: that they answered nobody was.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    incident = models.OneToOneField(Incident, models.CASCADE, related_name="unnamed")
    state = models.CharField(max_length=10, choices=IntakeState.choices, default=IntakeState.OPEN)
    weight = models.PositiveSmallIntegerField()
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    asked_at = models.DateTimeField(null=True, blank=True)
    said_nobody_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=10, choices=NotNeededReason.choices, blank=True, default="")

    objects = UnnamedReportQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(due_at__isnull=True, closes_at__isnull=False)
                | models.Q(due_at__isnull=False, closes_at__isnull=True),
                name="unnamed_report_waits_or_closes",
            ),
            models.CheckConstraint(
                condition=models.Q(state="open", closed_at__isnull=True, decided_by__isnull=True)
                | (~models.Q(state="open") & models.Q(closed_at__isnull=False)),
                name="unnamed_report_closed_has_moment",
            ),
            models.CheckConstraint(
                condition=(models.Q(state="not_needed", decided_by__isnull=False) & ~models.Q(reason=""))
                | (~models.Q(state="not_needed") & models.Q(reason="")),
                name="unnamed_report_not_needed_says_why",
            ),
        )
        indexes = (
            # /support/intake/: what waits, late or not, by harm and newest first.
            models.Index(
                fields=["-weight", "-opened_at", "-id"],
                name="unnamed_report_waiting",
                condition=models.Q(state="open", closes_at__isnull=True),
            ),
            # The counts above the worklist, and what there is to remind of.
            models.Index(
                fields=["due_at"],
                name="unnamed_report_due",
                condition=models.Q(state="open", closes_at__isnull=True),
            ),
            # What a rule closes, each night and on the page.
            models.Index(
                fields=["closes_at", "id"],
                name="unnamed_report_closing",
                condition=models.Q(state="open", closes_at__isnull=False),
            ),
            # What was closed without support, newest first.
            models.Index(
                fields=["state", "-closed_at", "-id"],
                name="unnamed_report_closed",
                condition=models.Q(state__in=["not_needed", "by_rule"]),
            ),
        )

    def __str__(self) -> str:
        return str(self.id)


class HeadQuestionQuerySet(models.QuerySet["HeadQuestion"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(visible_rows.head_questions(user))

    def waiting(self) -> Self:
        return self.filter(answered_at=None)


class HeadQuestion(models.Model):
    """That the head of a department is asked who was there: after events of a kind after which everybody is
    offered support (`SupportPolicy.always_offered`), whoever reported it.

    Written by supporters.intake.head_questions only. Unanswered at `due_at` it is the coordinator's work.
    Whom the head named stands on the report as everybody else.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    incident = models.ForeignKey(Incident, models.CASCADE, related_name="head_questions", db_index=False)
    department = models.ForeignKey(Department, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=7, choices=HeadAnswer.choices, blank=True, default="")

    objects = HeadQuestionQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["incident", "department"], name="head_question_once"),
            models.CheckConstraint(
                condition=models.Q(answered_at__isnull=True, answer="")
                | (models.Q(answered_at__isnull=False) & ~models.Q(answer="")),
                name="head_question_answered_has_moment",
            ),
        )
        indexes = (
            # The count above the worklist, the list of the intake, and what there is to remind of.
            models.Index(
                fields=["due_at", "id"],
                name="head_question_waiting",
                condition=models.Q(answered_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return str(self.id)


class IntakeRule(models.Model):
    """What becomes of a report that names nobody, by what happened, harm and department; empty is any.

    It waits for the coordinator, or is closed after `closes_after_days` unless somebody acts. Which of
    several rules counts is said in supporters.intake.rules.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    event_type = models.CharField(
        _("what happened"), max_length=20, choices=EventType.choices, blank=True, default=""
    )
    harm = models.CharField(
        _("harm to the patient"), max_length=8, choices=Harm.choices, blank=True, default=""
    )
    department = models.ForeignKey(
        Department, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("department")
    )
    closes_after_days = models.PositiveSmallIntegerField(_("closes after (days)"), null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["event_type", "harm", "department"],
                name="intake_rule_once",
                nulls_distinct=False,
                violation_error_message=_("There is a rule for this already. Take that one away first."),
            ),
            models.CheckConstraint(
                condition=~models.Q(event_type="", harm="", department__isnull=True),
                name="intake_rule_says_for_what",
                violation_error_message=_("Say for which reports the rule is."),
            ),
            models.CheckConstraint(
                condition=models.Q(closes_after_days__isnull=True) | models.Q(closes_after_days__gt=0),
                name="intake_rule_days",
            ),
        )

    def __str__(self) -> str:
        return str(self.id)


class CorridorTalk(models.Model):
    """A talk in passing, without a report: a day and three choices, and nobody in it.

    Neither who was listened to nor who listened: on a small ward a supporter's name, with the day and the
    profession, would point at somebody. No moment either, which a line of another table could share; of when
    it was noted only the day.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    day = models.DateField()
    noted_on = models.DateField()
    profession_group = models.CharField(max_length=12, choices=ProfessionGroup.choices)
    event_type = models.CharField(max_length=20, choices=EventType.choices)
    length = models.CharField(max_length=9, choices=TalkLength.choices)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(length__in=TalkLength.values), name="corridor_talk_length_in_list"
            ),
            models.CheckConstraint(
                condition=models.Q(day__lte=models.F("noted_on")), name="corridor_talk_not_ahead"
            ),
        )

    def __str__(self) -> str:
        return str(self.id)
