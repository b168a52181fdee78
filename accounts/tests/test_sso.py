import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.contrib.messages.storage.fallback import FallbackStorage
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.enums import Role
from accounts.models import AccessEvent, User
from accounts.models.second_person import RoleGrant
from accounts.roles import confirming
from accounts.sign_in import adapters, sign_in_changes
from accounts.sign_in.adapters import SsoAdapter
from accounts.tests.factories import UserFactory

GROUPS = {
    "ps-analysts": "analyst",
    "ps-coord": "coordinator",
    "ps-admin": "admin",
    "ps-privacy": "privacy_officer",
}


@pytest.fixture(autouse=True)
def group_names(settings):
    settings.SSO_GROUPS = GROUPS
    settings.SSO_GROUP_CLAIM = "groups"


def login(email="a@ziekenhuis.example", verified=True, process="login", **claims):
    arriving = SocialLogin(
        user=User(),
        account=SocialAccount(provider="saml", uid="s-1", extra_data=claims),
        email_addresses=[EmailAddress(email=email, verified=verified, primary=True)],
    )
    arriving.state = {"process": process}
    return arriving


@pytest.fixture
def enter(rf):
    def enter(sociallogin):
        request = rf.get("/")
        request.session = {}
        request._messages = FallbackStorage(request)
        SsoAdapter(request).pre_social_login(request, sociallogin)
        return sociallogin

    return enter


@pytest.mark.parametrize(
    ("claims", "roles"),
    [
        ({"userinfo": {"groups": ["ps-coord", "canteen"]}}, {Role.COORDINATOR}),
        ({"id_token": {"groups": "ps-coord"}}, {Role.COORDINATOR}),
        ({"groups": ["ps-coord", "ps-admin"]}, {Role.COORDINATOR, Role.ADMIN}),
        ({"userinfo": {"groups": []}}, set()),
        ({"userinfo": {"email": "x"}}, None),
        ({}, None),
    ],
)
def test_groups_mean_roles(claims, roles):
    assert adapters.roles_from(claims) == roles


@pytest.mark.django_db
class TestEntering:
    def test_a_known_verified_address_is_that_employee_with_the_groups_of_the_claim(self, enter):
        user = UserFactory(email="a@ziekenhuis.example", roles=[Role.SUPPORTER])
        entered = enter(login(email="A@ziekenhuis.example", groups=["ps-analysts"]))
        assert entered.user == user
        assert User.objects.get(id=user.id).roles == {Role.ANALYST}
        assert SocialAccount.objects.get().user == user

    def test_the_password_stays(self, enter):
        user = UserFactory(email="a@ziekenhuis.example", password="correct horse battery")
        enter(login())
        assert User.objects.get(id=user.id).check_password("correct horse battery")

    @pytest.mark.parametrize("change", [{"verified": False}, {"email": "b@ziekenhuis.example"}])
    def test_who_is_not_known_for_sure_is_nobody(self, enter, change):
        UserFactory(email="a@ziekenhuis.example")
        assert not enter(login(**change)).is_existing
        assert not SocialAccount.objects.exists()

    def test_a_leaver_is_nobody(self, enter):
        UserFactory(email="a@ziekenhuis.example", leaver=True)
        assert not enter(login()).is_existing

    def test_no_second_identity_is_tied_to_an_account(self, enter):
        UserFactory(email="a@ziekenhuis.example")
        with pytest.raises(PermissionDenied):
            enter(login(process="connect"))

    def test_nobody_signs_up(self, rf):
        assert not SsoAdapter().is_open_for_signup(rf.get("/"), login())

    def test_without_a_claim_the_roles_stay(self, enter):
        user = UserFactory(email="a@ziekenhuis.example", roles=[Role.SUPPORTER])
        enter(login())
        assert User.objects.get(id=user.id).roles == {Role.SUPPORTER}
        assert not AccessEvent.objects.exists()

    def test_groups_that_may_not_go_together_lose_the_watch(self, enter):
        user = UserFactory(email="a@ziekenhuis.example")
        enter(login(groups=["ps-analysts", "ps-admin", "ps-privacy"]))
        assert User.objects.get(id=user.id).roles == {Role.ANALYST}
        assert not RoleGrant.objects.exists()

    def test_what_two_people_give_waits_for_somebody_here(self):
        user = UserFactory(email="a@ziekenhuis.example")
        for _ in range(2):  # two sign-ins ask once
            adapters.follow_claims(User.objects.get(id=user.id), {"groups": ["ps-coord"]})
        (grant,) = RoleGrant.objects.all()
        assert (grant.user, grant.role, grant.granted_by, grant.outcome) == (user, "coordinator", None, "")
        assert User.objects.get(id=user.id).roles == set()
        officer = UserFactory(roles=[Role.PRIVACY_OFFICER])
        confirming.refuse(grant_id=grant.pk, by=officer, access_point="test", at=timezone.now())
        adapters.follow_claims(User.objects.get(id=user.id), {"groups": ["ps-coord"]})
        assert not RoleGrant.objects.waiting().exists()

    def test_what_the_directory_takes_back_no_longer_waits(self):
        user = UserFactory(roles=[Role.ANALYST])
        for groups in (["ps-coord", "ps-analysts"], ["ps-privacy"]):
            adapters.follow_claims(User.objects.get(id=user.id), {"groups": groups})
        outcomes = dict(RoleGrant.objects.values_list("role", "outcome"))
        assert outcomes == {"coordinator": "withdrawn", "privacy_officer": ""}

    def test_an_address_that_was_changed_ties_no_identity_to_the_account(self, enter):
        user = UserFactory(email="b@ziekenhuis.example")
        with sign_in_changes.watched(by=None, access_point="test", at=timezone.now()):
            User.objects.filter(id=user.id).update(email="a@ziekenhuis.example")
        assert not enter(login(email="a@ziekenhuis.example")).is_existing

    def test_the_last_administrator_is_not_lost_by_a_claim(self, enter):
        user = UserFactory(email="a@ziekenhuis.example", roles=[Role.ADMIN])
        enter(login(groups=["ps-coord"]))
        assert User.objects.get(id=user.id).roles == {Role.ADMIN}
