"""What waits for a second person: a role that was given, and a change to the way somebody signs in."""

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role, SignIn
from accounts.models import visible_rows

if TYPE_CHECKING:
    from accounts.models import User

#: How long a role waits for its second person.
GRANT_WAITS = timedelta(days=14)
#: How long a new mail address of an ordinary employee opens nothing; the old one is told meanwhile.
ADDRESS_WAITS = timedelta(days=7)


class GrantOutcome(models.TextChoices):
    CONFIRMED = "confirmed", _("confirmed")
    REFUSED = "refused", _("refused")
    WITHDRAWN = "withdrawn", _("withdrawn")
    EXPIRED = "expired", _("nobody confirmed it in time")


class RoleGrantQuerySet(models.QuerySet["RoleGrant"]):
    def visible_to(self, user: "User") -> Self:
        return self.filter(visible_rows.role_grants(user))

    def waiting(self) -> Self:
        return self.filter(outcome="")


class RoleGrant(models.Model):
    """A role that was given to `user` and counts as soon as a second person confirms it. Written by
    accounts.roles.giving and accounts.roles.confirming.

    `granted_by` is None when the directory behind the single sign-on gave it, or IT on the server;
    `decided_by` when IT decided on the server, or nobody did before `expires_at`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    role = models.CharField(max_length=20, choices=Role.choices)
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    granted_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=GrantOutcome.choices, blank=True, default="")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    objects = RoleGrantQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["user", "role"], condition=Q(outcome=""), name="role_grant_one_waiting"
            ),
            models.CheckConstraint(
                condition=Q(granted_by=None) | ~Q(granted_by=models.F("user")),
                name="role_grant_not_to_oneself",
            ),
            models.CheckConstraint(
                condition=~Q(outcome=GrantOutcome.CONFIRMED)
                | Q(decided_by=None)
                | (
                    ~Q(decided_by=models.F("user"))
                    & (Q(granted_by=None) | ~Q(decided_by=models.F("granted_by")))
                ),
                name="role_grant_by_a_second_person",
            ),
            models.CheckConstraint(
                condition=Q(outcome="", decided_at=None) | (~Q(outcome="") & Q(decided_at__isnull=False)),
                name="role_grant_decided_when",
            ),
        )
        indexes = (
            # What was decided, newest first.
            models.Index(fields=["-decided_at", "-id"], name="role_grant_newest"),
        )

    def __str__(self) -> str:
        return f"{self.role} for {self.user_id}"

    @property
    def given_on_the_server(self) -> bool:
        """By IT, where it counts at once; not by the directory."""
        return self.granted_by_id is None and self.granted_at == self.expires_at


class Closing(models.TextChoices):
    """How a change to somebody's sign-in came to its end."""

    CONFIRMED = "confirmed", _("confirmed")
    TAKEN_BACK = "taken back", _("as it was before")
    REPLACED = "replaced", _("changed once more")
    LAPSED = "lapsed", _("told, and nobody objected")
    #: Of what opens nothing, and waits for nobody.
    TOLD = "told", _("told")


class SignInChangeQuerySet(models.QuerySet["SignInChange"]):
    def visible_to(self, user: "User") -> Self:
        return self.filter(visible_rows.sign_in_changes(user))

    def open(self) -> Self:
        return self.filter(closing="")

    def that_wait(self) -> Self:
        """Those that stop something: also an address that was only taken away, of who is in service."""
        return self.open().exclude(what=SignIn.EMAIL, new="", user__is_active=False)

    def to_confirm(self) -> Self:
        """Those that open something once a second person says so; as `SignInChange.can_be_confirmed`."""
        return self.open().exclude(what=SignIn.EMAIL, new="")


class SignInChange(models.Model):
    """A new mail address, sign-in name or second step of `user`, which others could use to sign in as that
    person. Written by accounts.sign_in.sign_in_changes.

    While it is open no password is chosen by mail and no identity of the single sign-on is tied to the
    account: until a second person has confirmed it when the person `is_guarded`, else for a week. `told` is
    the address that the news goes to: the one before. `by` is None for the command line.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="sign_in_changes")
    what = models.CharField(max_length=13, choices=SignIn.choices)
    old = models.CharField(max_length=254, blank=True, default="")
    new = models.CharField(max_length=254, blank=True, default="")
    told = models.EmailField(blank=True, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    is_guarded = models.BooleanField()
    closing = models.CharField(max_length=10, choices=Closing.choices, blank=True, default="")
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)

    objects = SignInChangeQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["user", "what"], condition=Q(closing=""), name="sign_in_change_one_open"
            ),
            models.CheckConstraint(
                condition=~Q(closing=Closing.CONFIRMED)
                | Q(by=None)
                | Q(closed_by=None)
                | ~Q(closed_by=models.F("by")),
                name="sign_in_change_by_a_second_person",
            ),
            models.CheckConstraint(
                condition=Q(closing="", closed_at=None) | (~Q(closing="") & Q(closed_at__isnull=False)),
                name="sign_in_change_closed_when",
            ),
        )
        indexes = (
            # What was closed, newest first, and what may be forgotten.
            models.Index(fields=["-closed_at", "-id"], name="sign_in_change_newest"),
        )

    def __str__(self) -> str:
        return f"{self.what} of {self.user_id}"

    @property
    def can_be_confirmed(self) -> bool:
        """An address that was taken away opens nothing; it stays open so that the next one waits."""
        return not self.closing and not (self.what == SignIn.EMAIL and not self.new)
