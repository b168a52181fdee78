import uuid
from datetime import date, datetime, time
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role
from accounts.models import User
from hospital.clock import QuietHours
from notifications import visible_rows
from notifications.enums import Group

#: So many failures in a row, and somebody else is told (notifications.reminders.failure.alarm).
FAILURES_BEFORE_ALARM = 5


class ReminderQuerySet(models.QuerySet["Reminder"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(visible_rows.reminders(user))

    def waiting(self) -> Self:
        return self.filter(done_at__isnull=True, cancelled_at__isnull=True)

    def failing(self) -> Self:
        return self.waiting().filter(attempts__gte=FAILURES_BEFORE_ALARM)


class Reminder(models.Model):
    """Something a person or a role must hear of at `due_at` (UTC), written by the transaction that makes it
    due.

    `key` names the need ("contact:<id>:first-contact"), so that writing it twice is harmless. Exactly one of
    `recipient` and `role` is set. `subject_id` is the thing it is about, opaque to this app; `kind` says
    which registered `reminders.kinds.Kind` judges and words it. No name and no event is stored here.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=60)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="reminders"
    )
    role = models.CharField(max_length=20, choices=Role.choices, blank=True, default="")
    subject_id = models.UUIDField()
    url = models.CharField(max_length=200)
    due_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    retry_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True, default="")

    objects = ReminderQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(recipient__isnull=False, role="")
                | (models.Q(recipient__isnull=True) & ~models.Q(role="")),
                name="reminder_one_kind_of_recipient",
            ),
        )
        indexes = (
            # The claim of each sweep (delivery.sweep): flat however many reminders lie in the future.
            models.Index(
                fields=["due_at"],
                name="reminder_open_due",
                condition=models.Q(done_at__isnull=True, cancelled_at__isnull=True),
            ),
            # The alarm in the frame of the coordinator's and the administrator's pages.
            models.Index(
                fields=["attempts"],
                name="reminder_failing",
                condition=models.Q(
                    done_at__isnull=True, cancelled_at__isnull=True, attempts__gte=FAILURES_BEFORE_ALARM
                ),
            ),
            # Cancelling what a thing no longer needs.
            models.Index(
                fields=["subject_id"],
                name="reminder_open_subject",
                condition=models.Q(done_at__isnull=True, cancelled_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return self.key


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(visible_rows.notices(user))

    def unread(self) -> Self:
        return self.filter(read_at__isnull=True)


class Notice(models.Model):
    """What one person sees in the app. Written in the transaction that marks its reminder done: exactly
    once.

    `instead_of` is who is away, when it came to the substitute. A `count` above 1 speaks for so many
    reminders of this kind (`kinds.Bundle`), `reminder` being one of them and `subject_id` kinds.MANY. News
    waits (`awaits_digest`) for the mail of the day, and then says in which one it was (`digest`).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reminder = models.ForeignKey(Reminder, models.CASCADE, related_name="notices")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=60)
    subject_id = models.UUIDField()
    url = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    count = models.PositiveIntegerField(default=1, db_default=1)
    # Without an index: people are never deleted, and nobody looks for notices by it.
    instead_of = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    awaits_digest = models.BooleanField(default=False, db_default=False)
    digest = models.ForeignKey(
        "Mail", models.SET_NULL, null=True, blank=True, related_name="news", db_index=False
    )

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["reminder", "user"], name="notice_once_per_person"),
            # What comes while one is unread is counted in it.
            models.UniqueConstraint(
                fields=["user", "kind"],
                condition=models.Q(read_at__isnull=True, count__gt=1),
                name="notice_one_unread_bundle",
            ),
        )
        indexes = (
            # Whether news waits for the mail of the day: asked in every pass, also in the empty ones.
            models.Index(
                fields=["created_at"],
                name="notice_awaits_digest",
                condition=models.Q(awaits_digest=True),
            ),
            # What a mail of the day counts.
            models.Index(
                fields=["digest"], name="notice_of_digest", condition=models.Q(digest__isnull=False)
            ),
            # The list of /notices/, newest first, by key.
            models.Index(fields=["user", "-created_at", "-id"], name="notice_of_user_newest"),
            # The unread count in the frame of every page.
            models.Index(fields=["user"], name="notice_unread", condition=models.Q(read_at__isnull=True)),
        )

    def __str__(self) -> str:
        return f"{self.kind} for {self.user_id}"


class MailQuerySet(models.QuerySet["Mail"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(visible_rows.mails(user))

    def waiting(self) -> Self:
        return self.filter(sent_at__isnull=True, dropped_at__isnull=True)

    def failing(self) -> Self:
        return self.waiting().filter(attempts__gte=FAILURES_BEFORE_ALARM)


class Mail(models.Model):
    """A mail that has to leave, without address or body: both are made when it is sent (delivery.mails).

    The Message-ID follows from `id`, so that a mail sent twice by a killed worker is recognised as one.
    `user` is the recipient, or None when the kind itself knows the address behind `subject_id` (somebody who
    has no account). `attempts` counts failures. Nobody takes the mail before `lease_until`: a worker has it
    in hand; nor before `retry_at`: it failed, and waits. `last_error` is the server's answer without
    addresses.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=60)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="mails"
    )
    subject_id = models.UUIDField()
    url = models.CharField(max_length=200, blank=True, default="")
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    retry_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True, default="")
    sent_at = models.DateTimeField(null=True, blank=True)
    dropped_at = models.DateTimeField(null=True, blank=True)  # no longer wanted, or no longer allowed

    objects = MailQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(sent_at__isnull=True) | models.Q(dropped_at__isnull=True),
                name="mail_not_sent_and_dropped",
            ),
        )
        indexes = (
            # The alarm in the frame of the coordinator's and the administrator's pages.
            models.Index(
                fields=["attempts"],
                name="mail_failing",
                condition=models.Q(
                    sent_at__isnull=True, dropped_at__isnull=True, attempts__gte=FAILURES_BEFORE_ALARM
                ),
            ),
            # The claim of each sweep.
            models.Index(
                fields=["due_at"],
                name="mail_open_due",
                condition=models.Q(sent_at__isnull=True, dropped_at__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return self.key


class BounceQuerySet(models.QuerySet["Bounce"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(visible_rows.bounces(user))

    def of_role_holders(self) -> Self:
        return self.filter(visible_rows.of_role_holders())


class Bounce(models.Model):
    """Mail to somebody comes back: to a `user`, or of somebody without an account the `mail` that did, with
    which it is forgotten. Written by notifications.delivery.bounces.

    `digest` is that of the address that fails: with another address it is mended.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="bounce"
    )
    mail = models.OneToOneField(Mail, models.CASCADE, null=True, blank=True, related_name="bounce")
    digest = models.CharField(max_length=64)
    status = models.CharField(max_length=11, blank=True, default="")
    count = models.PositiveIntegerField(default=1)
    at = models.DateTimeField()

    objects = BounceQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(user__isnull=False, mail__isnull=True)
                | models.Q(user__isnull=True, mail__isnull=False),
                name="bounce_of_a_user_or_of_a_mail",
            ),
        )
        # The list on the page about delivery, newest first.
        indexes = (models.Index(fields=["-at", "-id"], name="bounce_newest"),)

    def __str__(self) -> str:
        return str(self.id)


class Heartbeat(models.Model):
    """When a periodic job last ran to its end, and how much it did; /healthz/ready reads the row "sweep"."""

    SWEEP: ClassVar[str] = "sweep"
    RECONCILE: ClassVar[str] = "reconcile"
    BOUNCES: ClassVar[str] = "bounces"

    name = models.CharField(max_length=30, primary_key=True)
    at = models.DateTimeField()
    # sweep: reminders shown and mails sent; reconcile: missing reminders found.
    count = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} at {self.at:%Y-%m-%d %H:%M:%S}"

    @staticmethod
    def record(name: str, *, at: datetime, count: int) -> None:
        """The job `name` ran to its end at `at`; in one statement."""
        Heartbeat.objects.bulk_create(
            [Heartbeat(name=name, at=at, count=count)],
            update_conflicts=True,
            update_fields=["at", "count"],
            unique_fields=["name"],
        )


class DeliveryPolicy(models.Model):
    """When people are mailed: one row, kept by the functional administrator. All times are local
    (Europe/Amsterdam). Working hours and days are the hospital's; which terms there are, other rooms' policy.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    quiet_from = models.TimeField(_("no mail from"), default=time(21))
    quiet_until = models.TimeField(_("no mail until"), default=time(7))
    quiet_weekends = models.BooleanField(_("no mail at the weekend"), default=False)
    digest_at = models.TimeField(_("mail of the day at"), default=time(8))

    class Meta:
        constraints = (models.CheckConstraint(condition=models.Q(id=1), name="delivery_policy_one_row"),)

    def __str__(self) -> str:
        return "policy of delivery"

    @classmethod
    def current(cls) -> "DeliveryPolicy":
        """The policy in force; where none was set the defaults, not stored: reading must not write."""
        return cls.objects.first() or cls()

    @property
    def quiet_hours(self) -> QuietHours:
        return QuietHours(self.quiet_from, self.quiet_until, weekends=self.quiet_weekends)

    @property
    def quiet_nights(self) -> QuietHours:
        """For terms of the law, which run on at the weekend."""
        return QuietHours(self.quiet_from, self.quiet_until)


class MailOff(models.Model):
    """This person wants no mail for this group of kinds. In the app everything shows all the same."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    group = models.CharField(max_length=10, choices=Group.choices)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["user", "group"], name="mail_off_once"),)

    def __str__(self) -> str:
        return f"{self.group} of {self.user_id}"


class AbsenceQuerySet(models.QuerySet["Absence"]):
    def on(self, day: date) -> Self:
        """Who is away on this local day (Europe/Amsterdam)."""
        return self.between(day, day)

    def between(self, first_day: date, last_day: date) -> Self:
        """Who is away on one of these local days (the last included)."""
        return self.filter(first_day__lte=last_day, last_day__gte=first_day)


class Absence(models.Model):
    """Somebody is away from `first_day` up to and including `last_day`; meanwhile `substitute` is told too.

    A substitute hears of a thing only with a right to it of their own, and passes nothing on when away.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="absence"
    )
    first_day = models.DateField(_("first day away"))
    last_day = models.DateField(_("last day away"))
    substitute = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="stands_in_for", verbose_name=_("substitute")
    )

    objects = AbsenceQuerySet.as_manager()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(first_day__lte=models.F("last_day")),
                name="absence_has_length",
                violation_error_message=_("The last day comes before the first."),
            ),
            models.CheckConstraint(
                condition=~models.Q(user=models.F("substitute")),
                name="absence_not_by_oneself",
                violation_error_message=_("Choose somebody else: you are away."),
            ),
        )

    def __str__(self) -> str:
        return f"{self.user_id} from {self.first_day} to {self.last_day}"


class CalendarAddress(models.Model):
    """Somebody's personal calendar address: the SHA-256 of its secret, never the secret."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="calendar_address"
    )
    secret_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"calendar of {self.user_id}"
