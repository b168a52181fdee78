"""What this installation still lacks, each with the way to mend it."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import Group
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.enums import Role
from accounts.models import Department, Profession, User

_NOWHERE = ("filebased", "console", "locmem", "dummy")


@dataclass(frozen=True)
class Lack:
    """`title` says what is missing, `line` why that matters or how to mend it; `url` leads to where (may be
    empty).
    """

    icon: str
    title: str
    line: str
    url: str = ""
    label: str = ""


def lacks(admin: User) -> list[Lack]:
    """What is lacking, the gravest first; `admin` is who looks. A fixed number of statements."""
    return [*_of_the_server(), *_of_the_data(), *_of_roles(), *_of_security(admin)]


def _of_the_server() -> list[Lack]:
    found = []
    if settings.DEMO and settings.SITE_URL.startswith("https://"):
        found.append(
            Lack(
                "alert-triangle",
                _("The demo is on"),
                _("Anybody can sign in as anybody. Set DEMO=0 on the server before real people use it."),
            )
        )
    if any(kind in settings.EMAIL_BACKEND for kind in _NOWHERE):
        found.append(
            Lack(
                "mail-x",
                _("Mail reaches nobody"),
                _("Supporters hear nothing outside the app. Set EMAIL_URL on the server."),
            )
        )
    return found


def _of_the_data() -> list[Lack]:
    found = []
    if not Department.objects.exists() or not Profession.objects.exists():
        found.append(
            Lack(
                "file-import",
                _("There are no departments or professions yet"),
                _("The staff import makes them from the personnel file."),
                reverse("settings:staff-import"),
                _("Import staff"),
            )
        )
    without_mail = User.objects.filter(is_active=True, email="")[:1000].count()
    if without_mail:
        found.append(
            Lack(
                "at",
                _("%(count)d people have no e-mail address") % {"count": without_mail},
                _("They cannot choose a password and get no mail. Add them to the personnel file."),
                f"{reverse('settings:people')}?without=email",
                _("Who"),
            )
        )
    return found


def _of_roles() -> list[Lack]:
    held = dict(
        Group.objects.annotate(holders=Count("user", filter=Q(user__is_active=True))).values_list(
            "name", "holders"
        )
    )
    wanted = (
        (
            Role.COORDINATOR,
            1,
            "user-question",
            _("There is no coordinator"),
            _("Nobody assigns supporters to reports."),
        ),
        (Role.SUPPORTER, 1, "heart-off", _("There are no peer supporters"), _("There is nobody to ask.")),
        (
            Role.PRIVACY_OFFICER,
            1,
            "shield-x",
            _("There is no privacy officer"),
            _("Nobody reads the access log."),
        ),
        (
            Role.COORDINATOR,
            2,
            "user-plus",
            _("There is only one coordinator"),
            _("Reports wait when she is ill or on holiday. Give a deputy the role too."),
        ),
        (
            Role.ADMIN,
            2,
            "user-plus",
            _("You are the only functional administrator"),
            _("Give a colleague the role too, so that nobody is locked out."),
        ),
    )
    url = reverse("settings:people")
    return [
        Lack(icon, title, line, url, _("Choose somebody"))
        for role, least, icon, title, line in wanted
        if held.get(role, 0) == least - 1
    ]


def _of_security(admin: User) -> list[Lack]:
    from allauth.mfa.utils import is_mfa_enabled  # needs the app registry

    if is_mfa_enabled(admin) or not admin.has_usable_password():
        return []
    return [
        Lack(
            "fingerprint",
            _("You sign in with a password alone"),
            _("Who has it can give out roles. Add a passkey or an authenticator app."),
            reverse("mfa_index"),
            _("Sign-in and security"),
        )
    ]
