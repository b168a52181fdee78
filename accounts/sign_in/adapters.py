"""How people get in: the points where django-allauth asks the house.

There is no sign-up. Staff come by import (accounts.staff.importing); who signs in by SSO without being known
is told so.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.core.internal import ratelimit
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base import AuthProcess
from django.conf import settings
from django.contrib.auth.models import AnonymousUser, Group
from django.contrib.postgres.expressions import ArraySubquery
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit, role_rules
from accounts.enums import AccessAction, Role
from accounts.models import User
from accounts.models.second_person import GrantOutcome, RoleGrant
from accounts.role_rules import KEEP_WATCH, READ_CASES
from accounts.roles import giving, second_factor_due
from accounts.sign_in import sign_in_changes


def display(user: User) -> str:
    """What allauth's own pages call somebody."""
    return user.name


class Backend(AuthenticationBackend):  # type: ignore[misc]  # allauth ships no types
    def get_user(self, user_id: str) -> User | None:
        """Whoever a session belongs to, if still in service: with the roles and whether there is a second
        factor, which every page asks for.
        """
        groups = ArraySubquery(Group.objects.filter(user=OuterRef("pk")).values("name"))
        people = User.objects.annotate(group_names=groups, factor=second_factor_due.exists_for("pk"))
        user = people.filter(pk=user_id, is_active=True).first()
        if user:
            user.roles, user.has_second_factor = Role.among(user.group_names), user.factor
        return user


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Counts a try for its account, from this network and from anywhere. Raises ValidationError."""
        super().pre_authenticate(request, **credentials)
        anywhere = ratelimit.consume(
            request,
            app="allauth.account",
            action="login_failed_anywhere",
            key=_account(credentials),
        )
        if anywhere is None:
            self._rollback_login_failed_rl_usage()
            raise self.validation_error("too_many_login_attempts")
        self._login_failed_rl_usage.usage += anywhere.usage

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """What allauth counts failures of: an account, by whichever of its names, from one network."""
        return f"{_account(credentials)} {ratelimit.get_ip(request)}"

    def get_reauthentication_methods(self, user: User | AnonymousUser) -> list[dict[str, Any]]:
        """Each way to say again who one is, by the names of the rest of the site; a passkey before the codes,
        which may be those on paper.
        """
        named = {
            "reauthenticate": _("Use your password"),
            "mfa_reauthenticate:webauthn": _("Use a passkey"),
            "mfa_reauthenticate": _("Use a code"),
        }
        ways = {way["id"]: way for way in super().get_reauthentication_methods(user)}
        return [{**ways[way], "description": words} for way, words in named.items() if way in ways]

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Every way of signing in ends here: local, SSO, passkey and the demo's buttons."""
        match = request.resolver_match
        audit.record(
            action=AccessAction.SIGN_IN,
            user=user,
            role=None,
            access_point=match.view_name if match else "",
            object_kind="session",
            object_ref="",
            basis="own account",
            at=timezone.now(),
        )
        response: HttpResponse = super().post_login(request, user, **kwargs)
        return response


class SsoAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Find the employee behind a verified e-mail address, and bring the roles up to date.

        Raises PermissionDenied when somebody who is signed in tries to tie a second identity to the
        account.
        """
        if sociallogin.state.get("process") == AuthProcess.CONNECT:
            raise PermissionDenied
        if not sociallogin.is_existing:
            verified = [address.email for address in sociallogin.email_addresses if address.verified]
            if employee := employee_with(verified):
                sociallogin.user = employee
                sociallogin.save(request, connect=True)
        if sociallogin.is_existing:
            follow_claims(sociallogin.user, sociallogin.account.extra_data)


def _account(credentials: Mapping[str, Any]) -> str:
    """The account that `credentials` name by sign-in name or address; what was typed when there is none."""
    typed = str(credentials.get("email") or credentials.get("username") or "").lower()
    named = Q(username__iexact=typed) | Q(email=typed)
    found = User.objects.filter(named).order_by("id").values_list("id", flat=True).first() if typed else None
    return str(found or typed)


def employee_with(addresses: Iterable[str]) -> User | None:
    """The one employee in service with one of `addresses`; None when there is nobody or more than one, and
    while the address opens nothing because it was changed (accounts.sign_in.sign_in_changes).
    """
    found = User.objects.filter(is_active=True, email__in=[address.lower() for address in addresses])[:2]
    if len(found) != 1 or sign_in_changes.is_stopped(found[0], at=timezone.now()):
        return None
    return found[0]


def roles_from(claims: Mapping[str, Any]) -> frozenset[Role] | None:
    """The roles that the group claim of an identity provider stands for; None when there is no such claim.

    `claims` are OIDC's (`userinfo` and `id_token`) or SAML's attributes. Which group means which role is
    ``SSO_GROUPS``; other groups mean nothing here.
    """
    for source in (claims.get("userinfo"), claims.get("id_token"), claims):
        if isinstance(source, Mapping) and settings.SSO_GROUP_CLAIM in source:
            groups = source[settings.SSO_GROUP_CLAIM]
            names = [groups] if isinstance(groups, str) else groups
            return frozenset(Role(settings.SSO_GROUPS[name]) for name in names if name in settings.SSO_GROUPS)
    return None


def follow_claims(user: User, claims: Mapping[str, Any]) -> None:
    """Make the roles of `user` those of the group claim; without the claim they stay.

    What needs a second person (role_rules.BY_TWO) waits for one who is in service here: the directory is the
    first. What such a person refused is not asked for at each sign-in again.

    Groups that may not go together lose the watching role (administrator, privacy officer), and the last
    administrator stays one: a mistake in the directory must neither open cases nor lock everybody out.
    """
    wanted = roles_from(claims)
    if wanted is None or wanted == user.roles:
        return
    wanted -= _refused(user, wanted - user.roles)
    while clash := role_rules.conflict(wanted):
        wanted -= {clash[0]}
    try:
        _set(user, wanted)
    except giving.LastAdmin:
        kept = (wanted - READ_CASES - KEEP_WATCH) | {Role.ADMIN}
        _set(user, kept)


def _refused(user: User, wanted: frozenset[Role]) -> frozenset[Role]:
    """Those of `wanted` that the directory gave before and a person refused, unless they wait anew."""
    grants = RoleGrant.objects.filter(user=user, role__in=wanted)
    refused = grants.filter(granted_by=None, outcome=GrantOutcome.REFUSED).values_list("role", flat=True)
    waiting = grants.waiting().values_list("role", flat=True)
    return frozenset(map(Role, {*refused} - {*waiting})) if wanted else wanted


def _set(user: User, wanted: frozenset[Role]) -> None:
    giving.set_roles(
        user=user,
        roles=wanted,
        by=None,
        access_point="sso",
        basis="group claim of SSO",
        at=timezone.now(),
    )
