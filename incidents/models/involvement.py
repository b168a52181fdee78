import uuid
from collections.abc import Iterable
from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models.functions import Coalesce, Lower, Reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.people import names, who_is_who
from accounts.people.fields import KeyField, MailField, TelephoneField
from accounts.people.who_is_who import Named
from hospital.models import Department, Profession
from incidents.models import visible_rows
from incidents.models.incident import Incident

#: The words of a name that was typed in, as the index `involvement_typed_words` holds them.
TYPED_WORDS = SearchVector("typed_key", config="simple")

#: Stands for the name of who asked for support without one; shown in the reader's language.
NAMELESS = "Somebody"


def name_of(involvement: str) -> Coalesce:
    """The name of an involvement in a query, as `Involvement.name` says it; `involvement` is the way there
    ("offer__involvement"). By a subquery: one table more to join costs the long lists half of their time.
    """
    employee = User.objects.filter(pk=models.OuterRef(f"{involvement}__employee"))
    typed = models.Case(
        models.When(
            **{f"{involvement}__typed_name": NAMELESS}, then=models.Value(_("Somebody"), models.CharField())
        ),
        default=f"{involvement}__typed_name",
        output_field=models.CharField(),
    )
    return Coalesce(models.Subquery(employee.values("name")), typed)


def profession_of(involvement: str) -> models.Subquery:
    """The name of the profession of an involvement in a query; by a subquery as `name_of`."""
    profession = Profession.objects.filter(pk=models.OuterRef(f"{involvement}__profession"))
    return models.Subquery(profession.values("name"))


def department_of(involvement: str) -> models.Subquery:
    """The name of the department of an involvement in a query; by a subquery as `name_of`."""
    department = Department.objects.filter(pk=models.OuterRef(f"{involvement}__department"))
    return models.Subquery(department.values("name"))


class InvolvementQuerySet(models.QuerySet["Involvement"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(visible_rows.involvements(user))


class Involvement(models.Model):
    """An involved employee: somebody to whom support is offered.

    Profession and department are those at the time, copied from the account. Name, e-mail and telephone are
    the account's of now; they are typed in for temporary staff, students and agency staff, who have none. At
    the end of the retention term they and the link to the account are emptied (`erased_at`); profession and
    department stay for the figures.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    incident = models.ForeignKey(Incident, models.CASCADE, related_name="involvements")
    employee = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="involvements")
    typed_name = models.CharField(_("name"), max_length=150, blank=True, default="", db_column="name")
    typed_key = KeyField(of="typed_name", make=names.search_key)
    email = MailField(_("e-mail"), blank=True, default="")
    telephone = TelephoneField(_("telephone"), max_length=32, blank=True, default="")
    profession = models.ForeignKey(
        Profession, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("profession")
    )
    department = models.ForeignKey(
        Department, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("department")
    )
    wish_other_department = models.BooleanField(_("somebody from another department"), default=True)
    wish_physician = models.BooleanField(_("a physician"), default=False)
    wish_outside = models.BooleanField(_("somebody from outside the hospital"), default=False)
    added_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True, blank=True)
    # The ids of this person's rows on reports that were joined: lines of the access log are found by them.
    joined_ids = ArrayField(models.UUIDField(), default=list, blank=True, db_default=[])
    # By what an export calls this person, where somebody had to say who it is (incidents.vim.people).
    file_keys = ArrayField(models.CharField(max_length=16), default=list, blank=True, db_default=[])

    objects = InvolvementQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["incident", "employee"],
                name="involvement_once_per_incident",
                violation_error_message=_("This colleague is already on the list."),
            ),
            models.CheckConstraint(
                condition=models.Q(erased_at__isnull=False)
                | models.Q(employee__isnull=False)
                | ~models.Q(email="")
                | ~models.Q(telephone=""),
                name="involvement_can_be_reached",
                violation_error_message=_("Give an e-mail address or a telephone number."),
            ),
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="involvement_email_lower"),
            models.CheckConstraint(
                condition=models.Q(erased_at__isnull=True)
                | models.Q(employee__isnull=True, typed_name="", email="", telephone="", file_keys=[]),
                name="involvement_erased_is_empty",
            ),
            models.CheckConstraint(
                condition=~models.Q(typed_name="") | models.Q(typed_key=""),
                name="involvement_key_of_typed_name",
            ),
        )
        indexes = (
            # One's own page.
            models.Index(fields=["employee", "-added_at"], name="involvement_of_employee"),
            # The coordinator's search by supporter: of all there ever were, those with a name are few.
            models.Index(
                fields=["id"], name="involvement_not_erased", condition=models.Q(erased_at__isnull=True)
            ),
            # The coordinator's search: who has no account, by name, by number and by mail address.
            GinIndex(TYPED_WORDS, name="involvement_typed_words", condition=~models.Q(typed_key="")),
            models.Index(
                fields=["telephone"], name="involvement_by_telephone", condition=~models.Q(telephone="")
            ),
            models.Index(
                OpClass(Reverse("telephone"), name="text_pattern_ops"),
                name="involvement_by_end_of_number",
                condition=~models.Q(telephone=""),
            ),
            models.Index(fields=["email"], name="involvement_by_email", condition=~models.Q(email="")),
        )

    def __str__(self) -> str:
        return f"{self.incident_id}: {self.name}"

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        if update_fields is not None and "typed_name" in update_fields:
            update_fields = {*update_fields, "typed_key"}
        super().save(*args, update_fields=update_fields, **kwargs)

    @property
    def name(self) -> str:
        if self.employee:
            return self.employee.name
        return gettext("Somebody") if self.typed_name == NAMELESS else self.typed_name

    @property
    def named(self) -> Named:
        if self.employee is not None:
            return who_is_who.named(self.employee)
        return Named(name=self.name, email=self.email, telephone=self.telephone)

    @property
    def telephone_now(self) -> str:
        return self.employee.telephone if self.employee else self.telephone

    @property
    def email_now(self) -> str:
        return self.employee.email if self.employee else self.email
