"""What somebody who is offered support asks for, and help outside the hospital."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.enums import Language
from accounts.people.fields import MailField, TelephoneField
from hospital.models import Department, Profession
from supporters.enums import (
    PartOfDay,
)
from supporters.models.offer import Offer
from supporters.models.supporter import Supporter


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
