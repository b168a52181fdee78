import uuid
from collections.abc import Iterable
from datetime import date
from functools import cached_property
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models.functions import Lower, Reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.enums import Language, Role
from accounts.people import names
from accounts.people.fields import KeyField, MailField, TelephoneField
from hospital.models import Department, Profession

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
        from accounts.roles import giving  # noqa: PLC0415  # built on this module

        user = self.create_user(username, password, **fields)
        giving.given_on_the_server(
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
    #: Until when this person is away, and who stands in, where people are listed to be reached
    #: (notifications.reminders.stand_ins.StandIns.mark).
    away_until: date | None = None
    stood_in_by = ""
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
            # The coordinator's search by the end of a number.
            models.Index(
                OpClass(Reverse("telephone"), name="text_pattern_ops"),
                name="user_by_end_of_number",
                condition=~models.Q(telephone=""),
            ),
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
