"""Telling somebody who was involved that a colleague will call, before anybody does.

Who has an account gets a notice and a mail, and chooses on the own page; who has none gets a mail with a
link of their own (`own_link`). Neither says who they are or what happened. Who cannot be mailed reads it on
the home page, or hears it when the supporter reaches them. The policy says when: as soon as they are named,
or when a supporter is asked.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from accounts.enums import Language
from accounts.models import User
from hospital.models import Hospital
from incidents.models import Involvement
from notifications.enums import HandedOn
from notifications.models import Mail, Reminder
from notifications.reminders.kinds import Kind, Outside
from notifications.reminders.schedule import reminder, send
from supporters.contacts import own_link
from supporters.models import Offer

ANNOUNCED = "support.announced"
NOT_AFTER_ALL = "support.not_after_all"


def can_be_told(involvement: Involvement) -> bool:
    """Whether a mail can reach this person: then the offer counts as announced."""
    employee = involvement.employee
    return bool(involvement.email_now) and (employee is None or employee.is_active)


def notices(people: Iterable[Involvement], *, at: datetime) -> list[Reminder]:
    """The reminders, unsaved, to those of `people` who have an account and can be mailed."""
    return [_notice(person, at) for person in people if person.employee_id and can_be_told(person)]


def mail(people: Iterable[Involvement], *, at: datetime) -> None:
    """Mail those of `people` who have no account, once, in the caller's transaction."""
    reached = [person for person in people if not person.employee_id and can_be_told(person)]
    if reached:
        send(Mail(key=_key(person), kind=ANNOUNCED, subject_id=person.pk, due_at=at) for person in reached)


def not_after_all(people: Iterable[Involvement], *, at: datetime) -> list[Reminder]:
    """The reminders, unsaved, to those of `people` who were told and whom nobody will call: the report that
    named them is taken back. About nothing but themselves: the case is gone.
    """
    return [
        reminder(
            key=f"{NOT_AFTER_ALL}:{person.pk}",
            kind=NOT_AFTER_ALL,
            due_at=at,
            subject_id=person.employee_id,
            url=reverse("me"),
            recipient=person.employee_id,
        )
        for person in people
        if person.employee_id and person.offer.announced_at
    ]


def expected(at: datetime) -> Iterator[Reminder]:
    """What everybody was to be told whose offer is open, for the nightly search for what is missing."""
    told = Offer.objects.open().exclude(announced_at=None).exclude(involvement__employee=None)
    for offer in told.select_related("involvement").iterator(chunk_size=500):
        yield _notice(offer.involvement, offer.announced_at or at)


def _notice(person: Involvement, at: datetime) -> Reminder:
    return reminder(
        key=_key(person),
        kind=ANNOUNCED,
        due_at=at,
        subject_id=person.pk,
        url=reverse("me"),
        recipient=person.employee_id,
    )


def _key(person: Involvement) -> str:
    return f"{ANNOUNCED}:{person.pk}"


def _still(pairs: Sequence[tuple[User, UUID]]) -> list[bool]:
    """As long as the offer is open, and is theirs."""
    offers = Offer.objects.open().filter(involvement__in={pk for _user, pk in pairs})
    own = set(offers.values_list("involvement__employee", "involvement"))
    return [(user.pk, pk) in own for user, pk in pairs]


def _outside(involvement_id: UUID) -> Outside | None:
    """To who has no account: made when it is sent, so that address and link are stored in no queue."""
    people = Involvement.objects.filter(pk=involvement_id, offer__closed_at=None, employee=None)
    person = people.exclude(email="").first()
    if person is None:
        return None
    # Nothing is known of the language of who is typed in.
    language = Language.DUTCH
    with override(language):
        hospital = Hospital.current().name or _("the hospital")
        return Outside(
            address=person.email,
            language=language,
            text=_(
                "There is something for you from %(hospital)s. The link below opens it; you need no account, "
                "and it is for you alone.\n\n"
                "For everybody’s privacy this mail does not say what it is about."
            )
            % {"hospital": hospital},
            link=f"{settings.SITE_URL}{own_link.address(person.pk)}",
        )


KINDS = (
    Kind(
        code=ANNOUNCED,
        line=gettext_lazy("A colleague will call you. You can choose when, who, or not at all."),
        concerns=lambda user, pk: _still([(user, pk)])[0],
        concern=_still,
        outside=_outside,
        handed_on=HandedOn.STAYS,
    ),
    Kind(
        code=NOT_AFTER_ALL,
        line=gettext_lazy("The report that named you was taken back. Nobody calls you about it."),
        concerns=lambda user, pk: user.pk == pk,
        handed_on=HandedOn.STAYS,
    ),
)
