"""Secrets of second factors stand encrypted in the database; and who has to have one.

Also covers accounts.roles.second_factor_due.
"""

import json
from time import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.webauthn.internal import auth as webauthn
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.urls import reverse
from fido2.utils import websafe_encode

from accounts.enums import Role
from accounts.role_rules import GUARDED
from accounts.sign_in import second_factor
from accounts.sign_in.second_factor import MFAAdapter, Renewed, SecretUnreadable
from accounts.tests.factories import UserFactory

OLD, NEW = "o" * 40, "n" * 40


def stored():
    return [(one.type, json.dumps(one.data)) for one in Authenticator.objects.order_by("type")]


def works(user, secret, codes):
    """Whether the second factors of `user` still take what was handed out."""
    code = totp.format_hotp_value(totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time())))
    recovery = RecoveryCodes(Authenticator.objects.get(type="recovery_codes"))
    mine = Authenticator.objects.get(user=user, type="totp")
    return totp.validate_totp_code(MFAAdapter().decrypt(mine.data["secret"]), code) and (
        recovery.generate_codes() == codes
    )


@pytest.fixture
def factors(settings, db):
    settings.MFA_KEYS = [OLD]
    user, secret = UserFactory(), totp.generate_totp_secret()
    totp.TOTP.activate(user, secret)
    codes = RecoveryCodes.activate(user).generate_codes()
    return user, secret, codes


def test_nothing_readable_is_stored(factors):
    user, secret, codes = factors
    assert works(user, secret, codes)
    text = "".join(data for _type, data in stored())
    assert secret not in text
    assert text.count("gAAAA") == 2


def test_a_new_key_takes_over_and_the_old_one_is_not_needed_any_more(factors, settings, capsys):
    settings.MFA_KEYS = [NEW, OLD]
    assert works(*factors)
    call_command("renew_second_factors")
    assert "2 second factors" in capsys.readouterr().out
    settings.MFA_KEYS = [NEW]
    assert works(*factors)


def test_a_lost_key_opens_nothing_until_it_is_forgotten(factors, settings):
    settings.MFA_KEYS = [NEW]
    with pytest.raises(SecretUnreadable):
        works(*factors)
    with pytest.raises(CommandError, match="2 second factors"):
        call_command("renew_second_factors")
    assert Authenticator.objects.count() == 2
    assert second_factor.renew(forget=True) == Renewed(0, 2)
    assert not Authenticator.objects.exists()


@pytest.mark.django_db
def test_the_app_is_set_up_in_dutch_words(client):
    user = UserFactory()
    client.force_login(user)
    session = client.session
    session["account_authentication_methods"] = [{"method": "password", "at": time()}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    page = client.get(reverse("mfa_activate_totp"), headers={"accept-language": "nl"})
    assert "Code uit de app" in page.content.decode()


@pytest.fixture
def passkey(monkeypatch):
    """`passkey(user)`: what the browser brought when it was made is of no matter here."""
    monkeypatch.setattr(webauthn, "get_credentials", lambda user: [])
    return lambda user: Authenticator.objects.create(
        user=user, type="webauthn", data={"credential": {"id": "bW9iaWVs"}}
    )


def as_brought(credential):
    """What a browser sends of a passkey with this id, as an answer to a question of another page."""
    asked = {"type": "webauthn.get", "challenge": "AAAA", "origin": "http://testserver"}
    answer = {
        "clientDataJSON": websafe_encode(json.dumps(asked).encode()),
        "authenticatorData": websafe_encode(bytes(37)),
        "signature": websafe_encode(b"x"),
    }
    return json.dumps({"id": credential, "rawId": credential, "type": "public-key", "response": answer})


@pytest.mark.django_db
class TestWordsOfTheSecondStep:
    """They name what somebody has, in the words of the rest of the site."""

    def at_the_second_step(self, client, user):
        user.set_password("correct horse battery")
        user.save()
        typed = {"login": user.username, "password": "correct horse battery"}
        return client.post("/account/sign-in/", typed, follow=True).content.decode()

    @pytest.mark.parametrize(
        ("has_app", "has_passkey"),
        [(True, True), (True, False), (False, True)],
        ids=["both", "app", "passkey"],
    )
    def test_at_sign_in(self, client, passkey, has_app, has_passkey):
        user = UserFactory()
        if has_app:
            totp.TOTP.activate(user, totp.generate_totp_secret())
        if has_passkey:
            passkey(user)
        page = self.at_the_second_step(client, user)
        assert ("Code from your authenticator app" in page) is has_app
        assert ("A recovery code" in page) is not has_app
        assert ("Use a passkey" in page) is has_passkey

    def test_when_asked_again(self, client, passkey):
        user = UserFactory(password="correct horse battery")
        passkey(user)
        RecoveryCodes.activate(user)
        client.force_login(user)
        page = client.get(reverse("account_reauthenticate")).content.decode()
        assert [words in page for words in ("Use a passkey", "Use a code", "security key")] == [
            True,
            True,
            False,
        ]
        user.set_unusable_password()
        user.save()
        client.force_login(user)
        first = client.get(reverse("account_reauthenticate"))
        assert first.url == reverse("mfa_reauthenticate_webauthn")
        assert "Use a passkey" in client.get(first.url).content.decode()
        assert "A recovery code" in client.get(reverse("mfa_reauthenticate")).content.decode()

    @pytest.mark.parametrize(
        ("credential", "says"),
        [(None, "brought no passkey"), ("b25iZWtlbmQ", "not known here"), ("bW9iaWVs", "open for too long")],
        ids=["none", "removed", "late"],
    )
    def test_of_a_passkey_speak_of_no_code(self, client, passkey, credential, says):
        brought = as_brought(credential) if credential else ""
        user = UserFactory()
        passkey(user)
        answer = client.post(reverse("mfa_login_webauthn"), {"credential": brought}, follow=True)
        assert says in answer.content.decode()
        page = self.at_the_second_step(client, user)
        answer = client.post(reverse("mfa_authenticate"), {"credential": brought})
        assert says in answer.content.decode()
        assert "Incorrect code" not in page + answer.content.decode()


@pytest.mark.django_db
class TestAskedFor:
    """Whoever reads cases or keeps watch sets one up before anything else."""

    PAGE = "/account/second-factor/"

    @pytest.fixture(autouse=True)
    def as_in_production(self, settings):
        reverse("demo")  # the addresses of the site are those with the demo in every test
        settings.SECOND_FACTOR, settings.DEMO = True, False

    @pytest.mark.parametrize("role", [None, *Role], ids=lambda role: role or "employee")
    def test_of_every_role_that_is_guarded_and_of_nobody_else(self, client, role):
        client.force_login(UserFactory(roles=[role] if role else []))
        for page in ("/", "/incidents/", "/me/", "/notices/"):
            answer = client.get(page)
            assert (answer.headers.get("Location") == self.PAGE) == (role in GUARDED), page
        assert client.get("/help/").status_code == 200

    @pytest.mark.parametrize("kind", ["totp", "webauthn"])
    def test_until_there_is_one(self, client, kind):
        user = UserFactory(roles=[Role.COORDINATOR])
        client.force_login(user)
        page = client.get(self.PAGE)
        assert reverse("mfa_add_webauthn") in page.content.decode()
        Authenticator.objects.create(user=user, type="recovery_codes", data={})
        assert client.get("/support/").url == self.PAGE
        Authenticator.objects.create(user=user, type=kind, data={})
        assert client.get("/support/").status_code == 200
        assert client.get(self.PAGE).url == "/"

    def test_of_who_got_the_role_during_the_session(self, client):
        user = UserFactory()
        client.force_login(user)
        assert client.get("/").status_code == 200
        user.groups.add(Group.objects.get(name=Role.SUPPORTER))
        assert client.get("/contacts/").url == self.PAGE

    def test_also_when_a_part_of_a_page_is_asked_for(self, client):
        client.force_login(UserFactory(roles=[Role.COORDINATOR]))
        answer = client.get("/support/", headers={"hx-request": "true"})
        assert answer.headers["HX-Redirect"] == self.PAGE

    def test_in_the_demo_and_only_there_it_can_wait(self, client, settings):
        client.force_login(UserFactory(roles=[Role.COORDINATOR]))
        client.post(self.PAGE)
        assert client.get("/support/").url == self.PAGE
        settings.DEMO = True
        assert "Skip it in the demo" in client.get(self.PAGE).content.decode()
        client.post(self.PAGE)
        assert client.get("/support/").status_code == 200
        settings.DEMO = False
        assert client.get("/support/").url == self.PAGE

    def test_the_demo_s_buttons_skip_it(self, client, settings):
        settings.DEMO = True
        UserFactory(username="coordinator", roles=[Role.COORDINATOR])
        client.post("/demo/sign-in/", {"username": "coordinator"})
        assert client.get("/support/").status_code == 200

    @pytest.mark.parametrize("provides", [True, False])
    def test_the_single_sign_on_may_ask_for_it_instead(self, client, settings, provides):
        settings.SSO_PROVIDES_MFA = provides
        user = UserFactory(roles=[Role.COORDINATOR])
        client.force_login(user)
        session = client.session
        session["account_authentication_methods"] = [{"method": "socialaccount", "at": 1}]
        session["account_authentication_methods_user"] = str(user.pk)
        session.save()
        assert client.get("/support/").status_code == (200 if provides else 302)

    def test_a_password_does_not_do_where_the_single_sign_on_asks(self, client, settings):
        settings.SSO_PROVIDES_MFA = True
        UserFactory(username="coordinator", password="correct horse battery", roles=[Role.COORDINATOR])
        client.post("/account/sign-in/", {"login": "coordinator", "password": "correct horse battery"})
        assert client.get("/support/").url == self.PAGE
