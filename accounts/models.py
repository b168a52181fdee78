import uuid
from collections.abc import Iterable
from functools import cached_property
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import AccessAction, ImportState, Language, NameKind, ProfessionGroup, Role
from accounts.people import names
from accounts.people.fields import KeyField, MailField, TelephoneField


class Location(models.Model):
    """A site of the hospital, or a partner organisation outside it that lends supporters."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=120)
    is_partner = models.BooleanField(_("outside the hospital"), default=False)
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                Lower("name"), name="location_name_once", violation_error_message=_("This location exists.")
            ),
        )
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Department(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=120)
    location = models.ForeignKey(
        Location, models.PROTECT, related_name="departments", verbose_name=_("location")
    )
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                Lower("name"),
                "location",
                name="department_name_once_per_location",
                violation_error_message=_("This department exists at this location."),
            ),
        )
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Profession(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(_("name"), max_length=120)
    group = models.CharField(_("group"), max_length=20, choices=ProfessionGroup.choices)
    works_shifts = models.BooleanField(
        _("works shifts"), default=False, help_text=_("Where people work shifts more supporters are trained.")
    )
    is_active = models.BooleanField(_("in use"), default=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                Lower("name"),
                name="profession_name_once",
                violation_error_message=_("This profession exists."),
            ),
        )
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


#: The words of a name, as the index `user_name_words` holds them.
NAME_WORDS = SearchVector("search_key", config="simple")


class UserQuerySet(models.QuerySet["User"]):
    def update(self, **fields: Any) -> int:
        """Keeps the keys of a name with it."""
        if isinstance(fields.get("name"), str):
            fields |= {key: make(fields["name"]) for key, make in NAME_KEYS.items()}
        return super().update(**fields)

    def bulk_update(self, objs: Iterable["User"], fields: Iterable[str], *args: Any, **kwargs: Any) -> int:
        """Keeps the keys of a name with it."""
        people, columns = list(objs), set(fields)
        if "name" in columns:
            columns |= NAME_KEYS.keys()
            for user in people:
                user.search_key, user.sort_key = names.search_key(user.name), names.sort_key(user.name)
        return super().bulk_update(people, columns, *args, **kwargs)


#: The columns that are made of a name (people.names): one by which it is found, one by which it is sorted.
NAME_KEYS = {"search_key": names.search_key, "sort_key": names.sort_key}


class UserManager(BaseUserManager["User"]):
    def get_queryset(self) -> UserQuerySet:
        return UserQuerySet(self.model, using=self._db)

    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "User":
        """A new employee; without `password` one who signs in by SSO or by a reset link only."""
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str | None = None, **fields: Any) -> "User":
        """The functional administrator of a new installation (`manage.py createsuperuser`)."""
        from accounts.roles import giving as roles  # it is built on this module

        user = self.create_user(username, password, **fields)
        roles.given_on_the_server(
            user=user, role=Role.ADMIN, access_point="createsuperuser", at=timezone.now()
        )
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """An employee of the hospital, or of a partner organisation.

    `department` and `profession` are empty for accounts that belong to no ward (a functional
    administrator). `in_profession_since` is a year: years in the profession go stale, the year they began
    does not. A leaver is not deleted but made inactive, which ends every session for good.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    username = models.CharField(_("sign-in name"), max_length=150, unique=True)
    employee_number = models.CharField(_("employee number"), max_length=32, blank=True, default="")
    name = models.CharField(_("name"), max_length=150)
    search_key = KeyField(of="name", make=names.search_key)
    sort_key = KeyField(of="name", make=names.sort_key, db_collation="C")
    email = MailField(_("e-mail"), blank=True, default="")
    telephone = TelephoneField(_("telephone"), max_length=32, blank=True, default="")
    department = models.ForeignKey(
        Department,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="employees",
        verbose_name=_("department"),
    )
    profession = models.ForeignKey(
        Profession,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="employees",
        verbose_name=_("profession"),
    )
    in_profession_since = models.PositiveSmallIntegerField(
        _("in the profession since"), null=True, blank=True
    )
    manager = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="reports", verbose_name=_("manager")
    )
    language = models.CharField(_("language"), max_length=2, choices=Language.choices, default=Language.DUTCH)
    is_active = models.BooleanField(_("in service"), default=True)
    # How often somebody was put out of service, by a trigger: a session of before that never opens again.
    times_left = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    date_joined = models.DateTimeField(default=timezone.now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    #: What tells this person from a namesake, where people are listed (accounts.people.directory.told_apart).
    apart = ""
    #: Filled in where a session is read (accounts.sign_in.adapters).
    has_second_factor = False

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name", "email"]

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["employee_number"],
                condition=~models.Q(employee_number=""),
                name="user_employee_number_once",
                violation_error_message=_("Somebody else has this employee number."),
            ),
            models.UniqueConstraint(
                fields=["email"],
                condition=~models.Q(email=""),
                name="user_email_once",
                violation_error_message=_("Somebody else has this e-mail address."),
            ),
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="user_email_lower"),
        )
        indexes = (
            # The search by name in accounts.people.directory.
            GinIndex(NAME_WORDS, name="user_name_words"),
            # /settings/people/, by key.
            models.Index(fields=["sort_key", "id"], name="user_by_sort_key"),
            # Whose number this is (accounts.people.who_is_who).
            models.Index(fields=["telephone"], name="user_by_telephone", condition=~models.Q(telephone="")),
        )

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        if update_fields is not None and "name" in update_fields:
            update_fields = {*update_fields, *NAME_KEYS}
        super().save(*args, update_fields=update_fields, **kwargs)

    @cached_property
    def roles(self) -> frozenset[Role]:
        """The roles of this person; one query for each instance, unless read with it (sign_in.adapters)."""
        return Role.among(self.groups.values_list("name", flat=True))

    def has_role(self, *roles: Role) -> bool:
        """Whether this person has one of `roles`."""
        return bool(self.roles.intersection(roles))

    def years_in_profession(self, *, year: int) -> int | None:
        """Whole years in the profession in `year`; None when unknown."""
        return None if self.in_profession_since is None else max(0, year - self.in_profession_since)

    def get_full_name(self) -> str:
        return self.name

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session is bound to: as Django has it, and to not having left since."""
        bound: str = super()._get_session_auth_hash(secret=secret)  # type: ignore[misc]  # not in the stubs
        return f"{bound}.{self.times_left}" if self.times_left else bound


class AccessEvent(models.Model):
    """One line of the access log: append-only by a database trigger, chained by hash.

    Fields after NEN 7513. `object_ref` is a reference or an id, never a name. `record` is the id of the row
    that ties a person to a case (`incidents.Involvement`): the own page finds its lines by it, and nobody
    does once that row's link to the account is emptied. No line names who received support, or it would
    be known from the log for ever. Written by accounts.audit.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    action = models.CharField(max_length=10, choices=AccessAction.choices)
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    responsible = models.CharField(max_length=20, blank=True, default="")  # the role it was done in
    access_point = models.CharField(max_length=60)  # the page or command
    object_kind = models.CharField(max_length=40)
    object_ref = models.CharField(max_length=64)
    record = models.UUIDField(null=True)
    basis = models.CharField(max_length=40)  # why: "coordinator of the case", "own record"

    class Meta:
        indexes = (
            # /access-log/, newest first, by key: all, of one object, of one user.
            models.Index(fields=["-at", "-id"], name="access_log_newest"),
            models.Index(fields=["object_ref", "-at", "-id"], name="access_log_of_object"),
            models.Index(fields=["user", "-at", "-id"], name="access_log_of_user"),
            # The employee's own page: who opened the own case, and when the worklist was opened.
            models.Index(
                fields=["record", "-at"],
                name="access_log_of_record",
                condition=models.Q(record__isnull=False),
            ),
            models.Index(
                fields=["at"], name="access_log_of_worklist", condition=models.Q(object_kind="worklist")
            ),
        )

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action} {self.object_kind} {self.object_ref}"


class AccessLink(models.Model):
    """The place of a line in the chain: SHA-256 over the previous link's chain and the line's fields.

    Written by the database alone, when a line's transaction commits (migration 0002), so `id` follows the
    order of the commits; append-only as the log itself.
    """

    id = models.BigAutoField(primary_key=True)
    event = models.OneToOneField(AccessEvent, models.PROTECT, related_name="link")
    chain = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"{self.id}: {bytes(self.chain).hex()}"


class PolicyChange(models.Model):
    """One field of one policy that somebody changed: append-only by a database trigger (accounts.policy_log).

    `old` and `new` are what JSON can hold of the values: a date or a time as in ISO 8601.
    """

    id = models.BigAutoField(primary_key=True)
    policy = models.CharField(max_length=40)
    field = models.CharField(max_length=120)
    old = models.JSONField(encoder=DjangoJSONEncoder, null=True)
    new = models.JSONField(encoder=DjangoJSONEncoder, null=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = (
            # "Who changed what" on the page of a policy, newest first, by key.
            models.Index(fields=["policy", "-id"], name="policy_change_newest"),
        )

    def __str__(self) -> str:
        return f"{self.policy}.{self.field} at {self.at:%Y-%m-%d %H:%M}"


class FileName(models.Model):
    """What a name in an imported file stands for, as somebody chose it; used again for the next file.

    `source` is "" for the staff file, else the name of a VIM export. `key` is the name as it is compared. A
    profession may stand for a new one in `group`, a department for a new one at `location`; `same_as` is
    another name in the files, that has none itself. Without all of these the name stands for nothing.
    Written by accounts.files.mapped_names.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    source = models.CharField(max_length=60, blank=True, default="")
    kind = models.CharField(max_length=10, choices=NameKind.choices)
    key = models.CharField(max_length=800)
    written = models.CharField(max_length=250)
    location = models.ForeignKey(Location, models.CASCADE, null=True, related_name="+")
    department = models.ForeignKey(Department, models.CASCADE, null=True, related_name="+")
    profession = models.ForeignKey(Profession, models.CASCADE, null=True, related_name="+")
    group = models.CharField(max_length=20, choices=ProfessionGroup.choices, blank=True, default="")
    same_as = models.CharField(max_length=250, blank=True, default="", db_default="")

    class Meta:
        constraints = (models.UniqueConstraint(fields=["source", "kind", "key"], name="file_name_once"),)
        ordering = ("kind", "key")

    def __str__(self) -> str:
        return f"{self.source} {self.kind} {self.written}"


class StaffImport(models.Model):
    """One file with staff: kept until it is committed, refused or thrown away; then only its counts stay.

    Changed by accounts.staff.importing only. `attempts` counts how often a worker began on the present step.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    file_name = models.CharField(max_length=200)
    content = models.BinaryField(null=True)
    is_complete = models.BooleanField(_("everybody is in this file"), default=True)
    state = models.CharField(max_length=12, choices=ImportState.choices, default=ImportState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    make_missing = models.BooleanField(default=False)
    # Who is who, by employee number: the id of somebody here, or "new" (accounts.staff.same_person).
    answers = models.JSONField(default=dict, db_default=models.Value({}, output_field=models.JSONField()))
    rows_total = models.PositiveIntegerField(default=0)
    preview = models.JSONField(default=dict)  # accounts.staff.plan.preview; the counts alone when finished
    errors = models.JSONField(default=list)  # [{"line": 3, "column": "E-mail", "code": "email_wrong"}]
    created_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            # One file at a time: its preview would be wrong once another is committed.
            models.UniqueConstraint(
                models.Value(1),
                condition=models.Q(state__in=["waiting", "reading", "preview", "committing"]),
                name="staff_import_one_open",
            ),
        )
        ordering = ("-created_at",)

    def __str__(self) -> str:
        return f"{self.file_name} ({self.state})"

    @property
    def is_running(self) -> bool:
        return self.state in {ImportState.WAITING, ImportState.READING, ImportState.COMMITTING}


# Beside what needs them; Django finds models from here.
from accounts.roles.second_person import RoleGrant, SignInChange  # noqa: E402, F401  # see above
