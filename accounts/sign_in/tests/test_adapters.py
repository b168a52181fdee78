import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.enums import AccessAction, Role
from accounts.models import AccessEvent, User
from accounts.sign_in import passwords, tasks
from accounts.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
SIGN_IN = "/account/sign-in/"
PASSWORD = "correct horse battery"


@pytest.fixture
def nurse():
    return UserFactory(username="h.devries", email="h.devries@ziekenhuis.example", password=PASSWORD)


def sign_in(client, login, password=PASSWORD):
    return client.post(SIGN_IN, {"login": login, "password": password})


def link_in_mail() -> str:
    found = re.search(r"https?://[^/]+(/\S+)", str(mail.outbox[0].body))
    assert found
    return found.group(1)


@pytest.mark.parametrize("login", ["h.devries", "H.deVries@ziekenhuis.example"])
def test_signs_in_with_name_or_mail_and_is_written_down(client, nurse, login):
    response = sign_in(client, login)
    assert (response.status_code, response.url) == (302, "/")
    line = AccessEvent.objects.get()
    assert (line.action, line.user, line.record, line.access_point) == (
        AccessAction.SIGN_IN,
        nurse,
        None,
        "account_login",
    )


def test_a_wrong_password_and_an_unknown_name_read_the_same(client, nurse):
    wrong = sign_in(client, "h.devries", "something else")
    unknown = sign_in(client, "n.iemand", "something else")
    assert wrong.context["form"].errors == unknown.context["form"].errors
    assert AccessEvent.objects.count() == 0


def is_slowed_down(response):
    return response.status_code == 200 and "Too many failed" in str(response.context["form"].errors)


def test_guessing_is_slowed_down_by_whichever_name(client, nurse):
    for login in ("h.devries", "H.DEVRIES", nurse.email, nurse.email.upper(), "h.devries"):
        sign_in(client, login, "guess")
    assert is_slowed_down(sign_in(client, "h.devries"))
    assert is_slowed_down(sign_in(client, nurse.email))


def test_who_guesses_elsewhere_locks_nobody_out(nurse):
    elsewhere, ward = Client(REMOTE_ADDR="203.0.113.7"), Client(REMOTE_ADDR="10.1.2.3")
    for _ in range(6):
        refused = sign_in(elsewhere, "h.devries", "guess")
    assert is_slowed_down(refused)
    assert sign_in(ward, "h.devries").status_code == 302


def test_guessing_from_many_networks_is_slowed_down_too(nurse, settings):
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "login_failed_anywhere": "8/h/key"}
    for number in range(8):
        sign_in(Client(REMOTE_ADDR=f"203.0.113.{number}"), "h.devries", "guess")
    assert is_slowed_down(sign_in(Client(REMOTE_ADDR="10.1.2.3"), "h.devries"))


def test_a_hospital_behind_one_address_signs_in_while_somebody_guesses(client, nurse):
    for number in range(40):
        sign_in(client, f"p{number}", "guess")
    assert sign_in(client, "h.devries").status_code == 302


def test_behind_a_proxy_the_address_that_it_gives_counts_and_no_other(nurse, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for number in range(6):
        # What the visitor wrote there stands before what the proxy added.
        visitor = Client(REMOTE_ADDR="172.18.0.1", HTTP_X_FORWARDED_FOR=f"10.9.9.{number}, 203.0.113.7")
        refused = sign_in(visitor, "h.devries", "guess")
    assert is_slowed_down(refused)
    ward = Client(REMOTE_ADDR="172.18.0.1", HTTP_X_FORWARDED_FOR="10.1.2.3")
    assert sign_in(ward, "h.devries").status_code == 302


def test_a_leaver_cannot_sign_in_and_loses_the_session_at_once(client, nurse):
    sign_in(client, "h.devries")
    assert client.get("/account/two-step/").status_code == 200
    nurse.is_active = False
    nurse.save(update_fields=["is_active"])
    assert client.get("/account/two-step/").status_code == 302
    response = sign_in(client, "h.devries")
    assert response.status_code == 302
    assert response.url == reverse("account_inactive")


@pytest.mark.parametrize("stale", [False, True], ids=["updated", "saved as it was read before"])
def test_who_comes_back_into_service_signs_in_anew(client, nurse, stale):
    sign_in(client, "h.devries")
    before = User.objects.get(pk=nurse.pk)
    User.objects.filter(pk=nurse.pk).update(is_active=False)
    if stale:
        before.save()
    User.objects.filter(pk=nurse.pk).update(is_active=True)
    assert client.get("/account/two-step/").status_code == 302
    sign_in(client, "h.devries")
    assert client.get("/account/two-step/").status_code == 200


@pytest.mark.parametrize("path", ["/account/signup/", "/accounts/signup/", "/account/email/"])
def test_there_is_no_sign_up(client, path):
    assert client.get(path).status_code == 404


def test_reset_says_the_same_for_known_and_unknown_and_leaves_the_mail_to_the_worker(
    client, nurse, monkeypatch, django_capture_on_commit_callbacks
):
    asked: list[str] = []
    monkeypatch.setattr(tasks.mail_reset_link, "delay", asked.append)
    for email in (nurse.email.upper(), "niemand@ziekenhuis.example"):
        with django_capture_on_commit_callbacks(execute=True):
            response = client.post(reverse("account_reset_password"), {"email": email})
        assert (response.status_code, response.url) == (302, reverse("account_reset_password_done"))
    # What goes through the queue is no address that somebody could read there.
    assert len(asked) == 2
    assert "@" not in "".join(asked)
    for sealed in asked:
        tasks.mail_reset_link(sealed)
    assert [message.to for message in mail.outbox] == [[nurse.email]]


def test_reset_link_works_once_and_leads_to_this_site(client, nurse, settings):
    settings.SITE_URL = "https://peersupport.ziekenhuis.example"
    passwords.mail_reset_link(email=nurse.email)
    assert nurse.name not in f"{mail.outbox[0].subject} {mail.outbox[0].body}"
    assert "https://peersupport.ziekenhuis.example/" in mail.outbox[0].body
    link = link_in_mail()
    form = client.get(link, follow=True)
    new = {"password1": "een heel nieuw wachtwoord", "password2": "een heel nieuw wachtwoord"}
    assert client.post(form.redirect_chain[-1][0], new).status_code == 302
    assert sign_in(client, "h.devries", "een heel nieuw wachtwoord").status_code == 302
    client.logout()
    assert client.get(link, follow=True).context["token_fail"]


def test_who_came_by_import_chooses_a_first_password_by_the_same_link(client):
    user = UserFactory()
    user.set_unusable_password()
    user.save(update_fields=["password"])
    passwords.mail_reset_link(email=user.email)
    link = link_in_mail()
    form = client.get(link, follow=True)
    client.post(form.redirect_chain[-1][0], {"password1": PASSWORD, "password2": PASSWORD})
    assert sign_in(client, user.username).status_code == 302


def test_nobody_out_of_service_gets_a_link():
    leaver = UserFactory(leaver=True)
    passwords.mail_reset_link(email=leaver.email)
    assert mail.outbox == []


def test_second_step_is_asked_for_when_switched_on(client, nurse):
    secret = totp.generate_totp_secret()
    totp.TOTP.activate(nurse, secret)
    response = sign_in(client, "h.devries")
    assert response.url == reverse("mfa_authenticate")
    assert client.get("/account/two-step/").status_code == 302
    page = client.get(response.url, headers={"accept-language": "nl"}).text
    assert "Code uit je authenticator-app, of een herstelcode" in page
    assert 'id="mfa_webauthn_authenticate"' not in page  # there is none to use
    code = totp.format_hotp_value(totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time())))
    response = client.post(reverse("mfa_authenticate"), {"code": code})
    assert response.status_code == 302
    assert client.get("/account/two-step/").status_code == 200


def test_after_a_while_the_code_is_asked_for_in_our_words(client, nurse):
    totp.TOTP.activate(nurse, totp.generate_totp_secret())
    client.force_login(nurse)
    page = client.get(reverse("mfa_reauthenticate"), headers={"accept-language": "nl"}).text
    assert "Code uit je authenticator-app, of een herstelcode" in page
    assert "Voer een" not in page


def test_a_changed_password_is_said_in_good_dutch(client):
    user = UserFactory(password=PASSWORD, language="nl")
    client.force_login(user)
    new = {"oldpassword": PASSWORD, "password1": "drie groene paarden", "password2": "drie groene paarden"}
    page = client.post(
        reverse("account_change_password"), new, follow=True, headers={"accept-language": "nl"}
    )
    said = [str(message) for message in page.context["messages"]]
    assert said == ["Je wachtwoord is gewijzigd."]


def test_the_sign_in_page_says_that_what_was_typed_is_kept_only_where_it_is(client, nurse):
    sign_in(client, "h.devries")
    report = reverse("incidents:report", args=["vim"])
    ticket = client.get(report).text.partition('name="ticket" value="')[2].partition('"')[0]
    client.logout()
    assert "What you typed is kept" not in client.get(reverse("account_login")).text
    page = client.post(report, {"ticket": ticket, "description": "De pomp"}, follow=True)
    assert "What you typed is kept. Sign in, and it comes back." in page.text


def test_switching_the_second_step_on_asks_for_the_password_and_gives_recovery_codes(client, nurse):
    sign_in(client, "h.devries")
    page = client.get(reverse("mfa_activate_totp"))
    assert page.url.startswith(reverse("account_reauthenticate"))
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    page = client.get(reverse("mfa_activate_totp"))
    assert "<svg" in page.content.decode()
    assert "data:image" not in page.content.decode()
    secret = page.context["form"].secret
    code = totp.format_hotp_value(totp.hotp_value(secret, next(totp.yield_hotp_counters_from_time())))
    assert client.post(reverse("mfa_activate_totp"), {"code": code}).status_code == 302
    assert set(Authenticator.objects.values_list("type", flat=True)) == {"totp", "recovery_codes"}


def test_devices_are_listed_and_the_others_signed_out(client, nurse):
    telephone = Client(HTTP_USER_AGENT="Mozilla/5.0 (iPhone; …) Safari/604.1")
    sign_in(telephone, "h.devries")
    sign_in(client, "h.devries")
    page = client.get(reverse("usersessions_list"))
    assert "Safari · iPhone" in page.content.decode()
    client.post(reverse("usersessions_list"))
    assert telephone.get("/account/two-step/").status_code == 302
    assert client.get("/account/two-step/").status_code == 200


@pytest.mark.parametrize(
    ("roles", "address"),
    [
        ([Role.COORDINATOR, Role.SUPPORTER], "/support/"),
        ([Role.SUPPORTER, Role.DIRECTOR], "/contacts/"),
        ([Role.CCP], "/calamities/"),
        ([Role.ANALYST, Role.BOARD], "/analyses/"),
        ([Role.DIRECTOR], "/calamities/"),
        ([Role.BOARD], "/figures/"),
        ([Role.ADMIN], "/settings/"),
        ([Role.PRIVACY_OFFICER], "/access-log/"),
    ],
)
def test_home_is_the_page_one_came_for(client, roles, address):
    client.force_login(UserFactory(roles=roles))
    assert client.get("/").url == address


@pytest.mark.parametrize("roles", [[], [Role.TEAM_LEADER]])
def test_home_of_an_employee_offers_three_choices(client, roles):
    client.force_login(UserFactory(roles=roles))
    page = client.get("/").content.decode()
    for way in ("/incidents/new/", "/incidents/new/self/", "/incidents/new/colleague/", "/help/"):
        assert f'href="{way}"' in page


def test_home_asks_to_sign_in(client):
    assert client.get("/").url == f"{SIGN_IN}?next=/"


def test_sessions_that_ended_are_forgotten_each_night(client, nurse, time_machine):
    sign_in(client, "h.devries")
    tasks.forget_sessions()
    assert (Session.objects.count(), UserSession.objects.count()) == (1, 1)
    time_machine.move_to(timezone.now() + timedelta(hours=25))
    tasks.forget_sessions()
    assert (Session.objects.count(), UserSession.objects.count()) == (0, 0)
