"""Telling somebody who was involved that a colleague will call, before anybody does.

Who has an account gets a notice and a mail, and chooses on the own page; who has none gets a mail with a
link of their own (`own_link`). Neither says who they are or what happened. Who cannot be mailed reads it on
the home page, or hears it when the supporter reaches them. The policy says when: as soon as they are named,
or when a supporter is asked.

Somebody was told when their mail was handed to the mail server, or when they read the notice or the own
page: what waits for the end of the quiet hours told nobody yet (`supporters.contacts.on_its_way` says how far
it is).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Coalesce, Greatest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from accounts.enums import Language
from accounts.models import PolicyChange, User
from hospital.models import Hospital
from incidents.models import Incident, Involvement
from notifications.enums import HandedOn
from notifications.models import Mail, Reminder
from notifications.reminders.kinds import Kind, Outside
from notifications.reminders.schedule import remind, reminder, send
from supporters.contacts import own_link
from supporters.enums import Announce, Outcome, Waiting
from supporters.models import Contact, Offer, SupportPolicy

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

ANNOUNCED = "support.announced"
NOT_AFTER_ALL = "support.not_after_all"
TRIED = "support.tried"
ANOTHER_CALLS = "support.another_calls"
REFERRED = "support.referred"
STILL_OPEN = "support.still_open"


#: Hear of the event of which somebody was told, and when: `supporters.offers` counts.
listeners: list[Callable[[Incident, datetime], None]] = []


def can_be_told(involvement: Involvement) -> bool:
    """Whether a mail can reach this person."""
    employee = involvement.employee
    return bool(involvement.email_now) and (employee is None or employee.is_active)


@transaction.atomic
def mark_told(involvement_id: UUID, at: datetime) -> None:
    """This person knows now that a colleague will call: the one writer of `Offer.announced_at`.

    In whole minutes: to the microsecond it would be the moment of a mail or a notice of theirs, also once
    they are erased.
    """
    minute = at.replace(second=0, microsecond=0)
    known = Greatest(F("opened_at"), Value(minute))
    offers = Offer.objects.filter(involvement=involvement_id, announced_at=None)
    if offers.update(announced_at=known, offered_at=Coalesce(F("offered_at"), known)):
        incident = Incident.objects.get(involvements=involvement_id)
        for listener in listeners:
            listener(incident, minute)


def notices(people: Iterable[Involvement], *, at: datetime) -> list[Reminder]:
    """The reminders, unsaved, to those of `people` who have an account and can be mailed."""
    return [_notice(person, at) for person in people if person.employee_id and can_be_told(person)]


def mail(people: Iterable[Involvement], *, at: datetime) -> None:
    """Mail those of `people` who have no account, once, in the caller's transaction."""
    reached = [person for person in people if not person.employee_id and can_be_told(person)]
    if reached:
        send(
            Mail(key=key_of(person.pk), kind=ANNOUNCED, subject_id=person.pk, due_at=at) for person in reached
        )


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


def tried(person: Involvement, *, line: int, at: datetime) -> Reminder:
    """The reminder, unsaved, to somebody with an account that a colleague tried to reach them in vain."""
    return _reminder(TRIED, f"{TRIED}:{line}", person, at)


def mail_tried(person: Involvement, *, line: int, at: datetime) -> None:
    """Mail somebody without an account that they were called in vain. `line` is that of the contact's log."""
    if not person.employee_id and can_be_told(person):
        send([Mail(key=f"{TRIED}:{line}", kind=TRIED, subject_id=person.pk, due_at=at)])


def another_calls(person: Involvement, *, contact: UUID, at: datetime) -> None:
    """Tell somebody who may know of one supporter that another will call, and not why. `contact` is the new
    one.
    """
    _tell(ANOTHER_CALLS, str(contact), person, at)


def referred(offer: Offer, *, at: datetime) -> None:
    """Tell somebody that help outside the hospital was found, and where they read how to reach it."""
    _tell(REFERRED, f"{offer.pk}:{int(at.timestamp())}", offer.involvement, at)


def second_offer(offer: Offer, *, at: datetime, days: int) -> None:
    """The one gentle offer more, `days` after `at`, to who was not reached; none after 0 days. It is dropped
    when they came back meanwhile, or their name is erased.
    """
    if days:
        _tell(STILL_OPEN, str(offer.involvement.pk), offer.involvement, at + timedelta(days=days))


def _tell(kind: str, key: str, person: Involvement, due_at: datetime) -> None:
    """By a notice and a mail, or by a mail with the own link; nothing where no mail can reach them."""
    if not can_be_told(person):
        return
    if person.employee_id:
        remind([_reminder(kind, f"{kind}:{key}", person, due_at)])
    else:
        send([Mail(key=f"{kind}:{key}", kind=kind, subject_id=person.pk, due_at=due_at)])


def expected(at: datetime) -> Iterator[Reminder]:
    """What everybody was to be told whose offer is open, for the nightly search for what is missing: who was
    named while the policy says so at once, and for whom a supporter was asked.
    """
    asked = Contact.objects.filter(offer=OuterRef("pk"))
    told = Q(Exists(asked)) | Q(continues__isnull=False)
    if SupportPolicy.current().announce == Announce.AT_REPORT:
        changes = PolicyChange.objects.filter(policy="support", field="announce").order_by("-id")
        since = changes.values_list("at", flat=True).first()
        told = told | Q(opened_at__gte=since) if since else Q()
    offers = Offer.objects.open().filter(told).exclude(involvement__employee=None)
    for offer in offers.select_related("involvement__employee").iterator(chunk_size=500):
        yield from notices([offer.involvement], at=offer.announced_at or at)


def _notice(person: Involvement, at: datetime) -> Reminder:
    return _reminder(ANNOUNCED, key_of(person.pk), person, at)


def _reminder(kind: str, key: str, person: Involvement, due_at: datetime) -> Reminder:
    return reminder(
        key=key,
        kind=kind,
        due_at=due_at,
        subject_id=person.pk,
        url=reverse("me"),
        recipient=person.employee_id,
    )


def key_of(involvement_id: UUID) -> str:
    """The name of the reminder, or of the mail, that tells this person."""
    return f"{ANNOUNCED}:{involvement_id}"


Pairs = Sequence[tuple[User, UUID]]
Asked = Callable[[Pairs], list[bool]]
#: Whose offer ended without anybody having reached them.
NOT_REACHED = Q(outcome=Outcome.UNREACHABLE)


def _still(wanted: Q) -> Asked:
    """As long as the offer is theirs, and is `wanted`."""

    def concern(pairs: Pairs) -> list[bool]:
        offers = Offer.objects.filter(wanted, involvement__in={pk for _user, pk in pairs})
        own = set(offers.values_list("involvement__employee", "involvement"))
        return [(user.pk, pk) in own for user, pk in pairs]

    return concern


def _outside(wanted: Q) -> Callable[[UUID], Outside | None]:
    """To who has no account: made when it is sent, so that address and link are stored in no queue."""

    def mail(involvement_id: UUID) -> Outside | None:
        offers = Offer.objects.filter(wanted, involvement=involvement_id, involvement__employee=None)
        offer = offers.exclude(involvement__email="").select_related("involvement").first()
        if offer is None:
            return None
        # Nothing is known of the language of who is typed in.
        with override(Language.DUTCH):
            hospital = Hospital.current().name or _("the hospital")
            return Outside(
                address=offer.involvement.email,
                language=Language.DUTCH,
                text=_(
                    "There is something for you from %(hospital)s. The link below opens it; you need no "
                    "account, and it is for you alone.\n\n"
                    "For everybody’s privacy this mail does not say what it is about."
                )
                % {"hospital": hospital},
                link=f"{settings.SITE_URL}{own_link.address(involvement_id)}",
            )

    return mail


def to_person(
    code: str,
    line: "StrPromise",
    wanted: Q,
    *,
    told: Callable[[UUID, datetime], None] | None = None,
    urgent: bool = False,
) -> Kind:
    """A kind for somebody involved themselves, with an account or without, while their offer is `wanted`."""
    concern = _still(wanted)
    return Kind(
        code=code,
        line=line,
        concerns=lambda user, pk: concern([(user, pk)])[0],
        concern=concern,
        outside=_outside(wanted),
        told=told,
        urgent=urgent,
        handed_on=HandedOn.STAYS,
    )


KINDS = (
    to_person(
        ANNOUNCED,
        gettext_lazy("A colleague will get in touch. You can choose when, who, or not at all."),
        Q(closed_at=None),
        told=mark_told,
    ),
    to_person(
        ANOTHER_CALLS,
        gettext_lazy("Another colleague will get in touch. You can choose when, who, or not at all."),
        Q(closed_at=None),
    ),
    to_person(
        REFERRED,
        gettext_lazy("Help outside the hospital was found for you. See how to reach it."),
        Q(outcome=Outcome.REFERRED, referral__at=F("closed_at")),
    ),
    to_person(
        TRIED,
        gettext_lazy("A colleague tried to reach you. Say when and how you are best reached."),
        Q(waiting_for=Waiting.UNREACHED),
    ),
    to_person(
        STILL_OPEN,
        gettext_lazy("We could not reach you. Would you still like to talk? You only have to say so."),
        NOT_REACHED,
    ),
    Kind(
        code=NOT_AFTER_ALL,
        line=gettext_lazy(
            "A report that named you was taken back. Nobody gets in touch with you about that one."
        ),
        concerns=lambda user, pk: user.pk == pk,
        handed_on=HandedOn.STAYS,
    ),
)
