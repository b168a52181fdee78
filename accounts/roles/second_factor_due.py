"""Who has to have a second factor: whoever has a role that reads cases or keeps watch."""

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import Exists, OuterRef
from django.http import HttpRequest

from accounts.models import User
from accounts.role_rules import GUARDED

#: In the session of somebody who looks at the demo without one.
SKIPPED = "second_factor_skipped"


def exists_for(user: str) -> Exists:
    """Whether the person whose key is in the column `user` has a second factor of their own: recovery codes
    alone are none.
    """
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return Exists(Authenticator.objects.filter(user=OuterRef(user), type__in=kinds))


def is_lacking(user: User) -> bool:
    """Whether `user`, as read with the session, has a role that asks for a second factor, and none."""
    return bool(user.roles & GUARDED) and not user.has_second_factor


def is_due(request: HttpRequest) -> bool:
    """Whether this person sets up a second factor before anything else: neither the hospital's single sign-on
    gave one at this sign-in, nor is the demo looked at without.
    """
    user = request.user
    if not settings.SECOND_FACTOR or not user.is_authenticated or not is_lacking(user):
        return False
    if settings.DEMO and request.session.get(SKIPPED):
        return False
    methods = [one["method"] for one in get_authentication_records(request, user)]
    return not (settings.SSO_PROVIDES_MFA and "socialaccount" in methods)
