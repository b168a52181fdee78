"""Who is told of what waits for a second person, and of a changed way to sign in."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext_lazy, override
from django.utils.translation import gettext_lazy as _

from accounts.enums import Role, SignIn
from accounts.models import User
from accounts.models.second_person import ADDRESS_WAITS, Closing, GrantOutcome, RoleGrant, SignInChange
from accounts.role_rules import BY_TWO
from accounts.roles import confirming, giving
from accounts.sign_in import sign_in_changes
from notifications.enums import HandedOn
from notifications.models import Mail, Reminder
from notifications.reminders import kinds, schedule
from notifications.reminders.kinds import Bundle, Kind, Outside

#: Asked once more after this long.
AGAIN = timedelta(days=7)


def _asks(user: User, grant_id: UUID) -> bool:
    grant = RoleGrant.objects.waiting().filter(pk=grant_id).first()
    return grant is not None and confirming.may_confirm(grant, user)


def _asks_any(user: User) -> bool:
    return any(confirming.may_confirm(grant, user) for grant in RoleGrant.objects.visible_to(user).waiting())


def _gave(user: User, grant_id: UUID) -> bool:
    return RoleGrant.objects.filter(pk=grant_id, granted_by=user).exists()


def _has(user: User, grant_id: UUID) -> bool:
    grant = RoleGrant.objects.filter(pk=grant_id, user=user).first()
    return grant is not None and grant.role in user.roles


def _watches(user: User, _subject: UUID) -> bool:
    return user.has_role(Role.PRIVACY_OFFICER)


def _changed(user: User, change_id: UUID) -> bool:
    change = SignInChange.objects.to_confirm().filter(pk=change_id).select_related("user").first()
    return change is not None and sign_in_changes.may_confirm(change, user)


def _changed_any(user: User) -> bool:
    changes = SignInChange.objects.visible_to(user).to_confirm().select_related("user")
    return any(sign_in_changes.may_confirm(change, user) for change in changes)


def _own(user: User, change_id: UUID) -> bool:
    return SignInChange.objects.open().filter(pk=change_id, user=user).exists()


def _to_the_old_address(change_id: UUID) -> Outside | None:
    """To the address that was there before; nothing to an account that has none."""
    change = SignInChange.objects.filter(pk=change_id).exclude(told="").select_related("user").first()
    if change is None:
        return None
    with override(change.user.language):
        lines = {
            SignIn.EMAIL: gettext("The e-mail address of your account in Peersupport was changed."),
            SignIn.USERNAME: gettext("The sign-in name of your account in Peersupport was changed."),
            SignIn.SECOND_FACTOR: gettext("The second step to sign in to Peersupport was changed."),
        }
        parts = [lines[SignIn(change.what)]]
        if not change.closing and change.is_guarded:
            parts.append(gettext("No new password can be asked for until a second person has confirmed it."))
        elif not change.closing:
            day = date_format(localtime(change.at + ADDRESS_WAITS), "j F")
            text = gettext("Until %(day)s no new password can be asked for with the new one.")
            parts.append(text % {"day": day})
        parts.append(
            gettext(
                "Is this not right? Tell the privacy officer or the IT department of your hospital today."
            )
        )
        return Outside(
            address=change.told,
            language=change.user.language,
            text=" ".join(parts),
        )


ASKED = Kind(
    code="accounts.role_waits",
    line=_("A colleague was given a role. It counts when you confirm it, as the second person."),
    concerns=_asks,
    bundle=Bundle(
        ngettext_lazy(
            "%(count)d role waits for a second person.", "%(count)d roles wait for a second person.", "count"
        ),
        "confirmations",
        _asks_any,
    ),
)
DECIDED = Kind(
    code="accounts.role_decided",
    line=_("A role that you gave was confirmed or refused, or nobody confirmed it in time."),
    concerns=_gave,
    handed_on=HandedOn.STAYS,
)
GIVEN = Kind(
    code="accounts.role_given",
    line=_("You have a new role in Peersupport."),
    concerns=_has,
    handed_on=HandedOn.STAYS,
)
ON_THE_SERVER = Kind(
    code="accounts.role_on_server",
    line=_("IT gave or confirmed a role on the server. See in the access log whether that is right."),
    concerns=_watches,
)
CHANGED = Kind(
    code="accounts.sign_in_changed",
    line=_("Somebody signs in another way now, and waits for a second person. See whether that is right."),
    concerns=_changed,
    bundle=Bundle(
        ngettext_lazy(
            "%(count)d person signs in another way now, and waits for a second person.",
            "%(count)d people sign in another way now, and wait for a second person.",
            "count",
        ),
        "confirmations",
        _changed_any,
    ),
)
OWN = Kind(
    code="accounts.own_sign_in_changed",
    line=_("The way you sign in was changed. See whether that is right."),
    concerns=_own,
    by_mail=False,  # the mail goes to the address that was there before
    handed_on=HandedOn.STAYS,
)
TOLD = Kind(
    code="accounts.sign_in_told",
    line=_("The way you sign in was changed."),
    concerns=_own,
    urgent=True,  # whoever is robbed of an account should know at once
    outside=_to_the_old_address,
    handed_on=HandedOn.STAYS,
)
KINDS = (ASKED, DECIDED, GIVEN, ON_THE_SERVER, CHANGED, OWN, TOLD)


def grant_decided_or_waits(grant: RoleGrant, at: datetime) -> None:
    """Ask who may confirm, at once and after a week; or tell what was decided, and whoever may confirm others
    with the role what waits already.
    """
    if not grant.outcome:
        people = confirming.confirmers(grant)
        schedule.remind(
            _reminder(ASKED, grant.pk, person, at + wait, number=f":{number}")
            for person in people
            for number, wait in enumerate((timedelta(), AGAIN))
        )
        return
    schedule.cancel(subject_id=grant.pk, at=at)
    told = []
    if grant.granted_by and grant.decided_by_id != grant.granted_by_id:
        told.append(_reminder(DECIDED, grant.pk, grant.granted_by, at))
    if grant.outcome == GrantOutcome.CONFIRMED:
        told.append(_reminder(GIVEN, grant.pk, grant.user, at, url="home"))
        if grant.decided_by is None:
            officers = _officers().exclude(pk=grant.user_id)
            told += [_reminder(ON_THE_SERVER, grant.pk, one, at, url="access-log:list") for one in officers]
        told += _waits_already(User.objects.get(pk=grant.user_id), at)
    schedule.remind(told)


def _waits_already(user: User, at: datetime) -> Iterable[Reminder]:
    """What `user`, who has a role from now on, may confirm with it."""
    grants = RoleGrant.objects.visible_to(user).waiting().filter(expires_at__gt=at)
    for grant in grants:
        if confirming.may_confirm(grant, user):
            yield _reminder(ASKED, grant.pk, user, at, number=":0")
            if grant.granted_at + AGAIN > at:
                yield _reminder(ASKED, grant.pk, user, grant.granted_at + AGAIN, number=":1")
    for change in SignInChange.objects.visible_to(user).to_confirm().select_related("user"):
        if sign_in_changes.may_confirm(change, user):
            yield _reminder(CHANGED, change.pk, user, at)


def sign_in_changed(changes: Sequence[SignInChange], at: datetime) -> None:
    """Tell the address of before; of who is guarded, the privacy officer and the person too. What was
    confirmed needs no more looking at.
    """
    ended = [change for change in changes if change.closing in {Closing.CONFIRMED, Closing.TAKEN_BACK}]
    for change in ended:
        schedule.cancel(subject_id=change.pk, at=at)
    new = [change for change in changes if change.closing != Closing.CONFIRMED]
    schedule.send(
        Mail(key=f"sign-in:{change.pk}:told", kind=TOLD.code, subject_id=change.pk, due_at=at)
        for change in new
        if change.told
    )
    schedule.remind(
        reminder
        for change in new
        if change.is_guarded and not change.closing
        for reminder in _told(change, at)
    )


def _told(change: SignInChange, at: datetime) -> Iterable[Reminder]:
    yield _reminder(OWN, change.pk, change.user, at)
    others = [one for one in _officers() if one.pk not in {change.user_id, change.by_id}]
    for person in others or _may_confirm(change):
        yield _reminder(CHANGED, change.pk, person, at)


def _officers() -> QuerySet[User]:
    return User.objects.filter(is_active=True, groups__name=Role.PRIVACY_OFFICER).order_by("id")


def _may_confirm(change: SignInChange) -> Iterable[User]:
    """Where there is no privacy officer: who else may say that it is right."""
    names = {Role.ADMIN, *(change.user.roles & BY_TWO)}
    found = User.objects.filter(is_active=True, groups__name__in=names).exclude(pk=change.user_id)
    return (found.exclude(pk=change.by_id) if change.by_id else found).distinct().order_by("id")


def _reminder(
    kind: Kind, subject: UUID, person: User, at: datetime, *, number: str = "", url: str = "confirmations"
) -> Reminder:
    return schedule.reminder(
        key=f"{kind.code}:{subject}:{person.pk}{number}"[:120],
        kind=kind.code,
        due_at=at,
        subject_id=subject,
        url=reverse(url),
        recipient=person,
    )


def register() -> None:
    for kind in KINDS:
        kinds.register(kind)
    giving.grant_listeners.append(grant_decided_or_waits)
    sign_in_changes.listeners.append(sign_in_changed)
