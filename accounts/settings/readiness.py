"""What this installation still lacks, each with the way to mend it. Each room says what it lacks itself."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from django.conf import settings
from django.contrib.postgres.aggregates import ArrayAgg
from django.db import connection
from django.db.models import Exists
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.enums import Role
from accounts.models import User
from accounts.models.second_person import RoleGrant
from accounts.pages.access import SignedInRequest
from accounts.role_rules import BY_TWO
from accounts.roles import confirming, second_factor_due
from hospital.models import Department, Profession

_NOWHERE = ("filebased", "console", "locmem", "dummy")


class Weight(IntEnum):
    """How grave something that lacks is; the gravest are shown first."""

    NOBODY_IS_HELPED = 0
    SOMETHING_FAILS = 1
    ONE_PERSON_SHORT = 2


@dataclass(frozen=True)
class Lack:
    """`title` says what is missing, `line` why that matters or how to mend it; `url` leads to where (may be
    empty).
    """

    weight: Weight
    icon: str
    title: str
    line: str
    url: str = ""
    label: str = ""


#: Asked, at a moment, what is lacking: in a fixed number of statements each. A room adds itself when the app
#: starts, for this app may not import it.
sources: list[Callable[[datetime], Iterable[Lack]]] = []


def lacks(request: SignedInRequest, *, at: datetime) -> list[Lack]:
    """What is lacking at `at`, the gravest first; `request` is of the administrator who looks."""
    found = [
        *_of_the_server(request),
        *_of_the_data(),
        *_of_roles(at),
        *_of_waiting(at),
        *(lack for source in sources for lack in source(at)),
        *_of_security(request.user),
    ]
    return sorted(found, key=lambda lack: lack.weight)


def _of_the_server(request: SignedInRequest) -> Iterator[Lack]:
    if settings.DEMO and settings.SITE_URL.startswith("https://"):
        yield Lack(
            Weight.NOBODY_IS_HELPED,
            "alert-triangle",
            _("The demo is on"),
            _("Anybody can sign in as anybody. Set DEMO=0 on the server before real people use it."),
        )
    if any(kind in settings.EMAIL_BACKEND for kind in _NOWHERE):
        yield Lack(
            Weight.NOBODY_IS_HELPED,
            "mail-x",
            _("Mail reaches nobody"),
            _("Supporters hear nothing outside the app. Set EMAIL_URL on the server."),
        )
    if settings.ALLAUTH_TRUSTED_PROXY_COUNT and "x-forwarded-for" not in request.headers:
        yield Lack(
            Weight.SOMETHING_FAILS,
            "server",
            _("The proxy does not say who visits"),
            _(
                "Everybody counts as one visitor, so wrong passwords of one lock out others. Have the proxy"
                " send X-Forwarded-For, or set TRUSTED_PROXIES=none."
            ),
        )


def _of_the_data() -> Iterator[Lack]:
    if not Profession.objects.filter(Exists(Department.objects.all())).exists():
        yield Lack(
            Weight.NOBODY_IS_HELPED,
            "file-import",
            _("There are no departments or professions yet"),
            _("The staff import makes them from the personnel file."),
            reverse("settings:staff-import"),
            _("Import staff"),
        )
    without_mail = User.objects.filter(is_active=True, email="")[:1000].count()
    if without_mail:
        yield Lack(
            Weight.ONE_PERSON_SHORT,
            "at",
            ngettext(
                "%(count)d person has no e-mail address",
                "%(count)d people have no e-mail address",
                without_mail,
            )
            % {"count": without_mail},
            _("They cannot choose a password and get no mail. Add them to the personnel file."),
            f"{reverse('settings:people')}?without=email",
            _("Who"),
        )


def held_and_waiting(at: datetime) -> tuple[dict[str, int], dict[str, int]]:
    """How many in service hold each role, and to how many it was given and waits for a second person; in one
    statement.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT role, count(*) FILTER (WHERE is_held), count(*) FILTER (WHERE NOT is_held)
            FROM (SELECT name AS role, user_id, TRUE AS is_held
                  FROM accounts_user_groups JOIN auth_group ON auth_group.id = group_id
                  UNION ALL
                  SELECT role, user_id, FALSE
                  FROM accounts_rolegrant WHERE outcome = '' AND expires_at > %(at)s) given
            JOIN accounts_user ON accounts_user.id = user_id AND is_active
            GROUP BY role
            """,
            {"at": at},
        )
        counts = cursor.fetchall()
    return {role: held for role, held, _waiting in counts}, {role: waiting for role, _held, waiting in counts}


def waits_line(line: str, waiting: int) -> str:
    """`line`, and that the role was given to somebody already."""
    if not waiting:
        return line
    text = ngettext(
        "%(count)d colleague was given the role, and waits for a second person (Confirmations).",
        "%(count)d colleagues were given the role, and wait for a second person (Confirmations).",
        waiting,
    )
    return f"{line} {text % {'count': waiting}}"


def _of_roles(at: datetime) -> Iterator[Lack]:
    held, waiting = held_and_waiting(at)
    wanted = (
        (
            Role.COORDINATOR,
            1,
            Weight.NOBODY_IS_HELPED,
            "user-question",
            _("There is no coordinator"),
            _("Nobody assigns supporters to reports."),
        ),
        (
            Role.PRIVACY_OFFICER,
            1,
            Weight.SOMETHING_FAILS,
            "shield-x",
            _("There is no privacy officer"),
            _("Nobody reads the access log."),
        ),
        (
            Role.COORDINATOR,
            2,
            Weight.ONE_PERSON_SHORT,
            "user-plus",
            _("There is only one coordinator"),
            _("Reports have to wait when she is ill or on holiday. Give a deputy the role too."),
        ),
        (
            Role.ADMIN,
            2,
            Weight.ONE_PERSON_SHORT,
            "user-plus",
            _("You are the only functional administrator"),
            _("Give a colleague the role too, so that nobody gets locked out."),
        ),
    )
    url = reverse("settings:people")
    for role, least, weight, icon, title, line in wanted:
        if held.get(role, 0) == least - 1:
            given = waiting.get(role, 0)
            to = (reverse("confirmations"), _("Confirmations")) if given else (url, _("Choose somebody"))
            yield Lack(weight, icon, title, waits_line(line, given), *to)


def _of_waiting(at: datetime) -> Iterator[Lack]:
    """Roles that nobody may confirm."""
    waiting = list(RoleGrant.objects.waiting().filter(expires_at__gt=at))
    people = User.objects.filter(is_active=True, groups__name__in=BY_TWO).only("is_active")
    may = list(people.annotate(held=ArrayAgg("groups__name"))) if waiting else []
    for person in may:
        person.roles = Role.among(person.held)
    if any(not any(confirming.may_confirm(grant, person) for person in may) for grant in waiting):
        yield Lack(
            Weight.SOMETHING_FAILS,
            "user-question",
            _("A role waits, and there is nobody to confirm it"),
            _("IT can, on the server: manage.py confirm_waiting, with the sign-in name of the person."),
            reverse("confirmations"),
            _("Confirmations"),
        )


def _of_security(admin: User) -> Iterator[Lack]:
    if second_factor_due.is_lacking(admin) and admin.has_usable_password():
        yield Lack(
            Weight.ONE_PERSON_SHORT,
            "fingerprint",
            _("You sign in with a password alone"),
            _("Anyone who has your password can give out roles. Add a passkey or an authenticator app."),
            reverse("mfa_index"),
            _("Sign-in and security"),
        )
