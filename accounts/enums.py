from collections.abc import Iterable

from django.db import models
from django.utils.translation import gettext_lazy as _

from hospital import names


class Role(models.TextChoices):
    """The fixed roles. Each is a Django group of this name, also filled from the group claims of SSO.

    Everybody who can sign in is an employee; that needs no group.
    """

    TEAM_LEADER = "team_leader", _("Team leader")
    SUPPORTER = "supporter", _("Peer supporter")
    COORDINATOR = "coordinator", _("Peer support coordinator")
    CCP = "ccp", names.committee
    ANALYST = "analyst", _("Calamity analyst")
    DIRECTOR = "director", _("Director")
    BOARD = "board", _("Board")
    ADMIN = "admin", _("Functional administrator")
    PRIVACY_OFFICER = "privacy_officer", _("Privacy officer")

    @classmethod
    def among(cls, groups: Iterable[str]) -> frozenset["Role"]:
        """Those of `groups`, names of Django groups, that are roles."""
        return frozenset(cls(name) for name in groups if name in cls.values)


class Language(models.TextChoices):
    DUTCH = "nl", "Nederlands"
    ENGLISH = "en", "English"


class AccessAction(models.TextChoices):
    """What was done, after the event types of NEN 7513."""

    VIEW = "view", _("viewed")
    CREATE = "create", _("created")
    CHANGE = "change", _("changed")
    ERASE = "erase", _("erased")
    EXPORT = "export", _("exported")
    SIGN_IN = "sign_in", _("signed in")


class SignIn(models.TextChoices):
    """By what somebody signs in."""

    EMAIL = "email", _("e-mail address")
    USERNAME = "username", _("sign-in name")
    SECOND_FACTOR = "second factor", _("second step")


class ImportState(models.TextChoices):
    """Of one uploaded file: read by the worker, previewed, then committed whole or not at all."""

    WAITING = "waiting", _("waiting")
    READING = "reading", _("being read")
    PREVIEW = "preview", _("ready to check")
    REFUSED = "refused", _("refused")
    COMMITTING = "committing", _("being imported")
    DONE = "done", _("imported")
    DISCARDED = "discarded", _("thrown away")


class NameKind(models.TextChoices):
    """What a name in an imported file is the name of."""

    LOCATION = "location", _("Location")
    DEPARTMENT = "department", _("Department")
    PROFESSION = "profession", _("Profession")
