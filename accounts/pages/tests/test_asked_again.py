"""What did not arrive is asked again, of the same person only, and never sent by itself."""

import inspect
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone

from accounts.enums import Language, Role
from accounts.models import User
from accounts.models.second_person import RoleGrant
from accounts.pages.access import access_of
from accounts.pages.asked_again import TapQuestion, only_takes_post
from accounts.pages.kept_forms import Ticket
from accounts.roles import giving
from accounts.tests.factories import UserFactory
from hospital.models import Location

pytestmark = pytest.mark.django_db
ADD = "/settings/locations/add/"
AWAY = "/me/notices/away/"
HERE = {"HTTP_ORIGIN": "http://testserver"}
TYPED = {"name": "De Nieuwe Brink", "is_active": "on"}


def admin(**fields):
    return UserFactory(roles=["admin"], **fields)


def ticket(user):
    return {"ticket": str(Ticket.new(user))}


@pytest.fixture
def strict():
    """A browser whose forms are checked."""
    return Client(enforce_csrf_checks=True)


class TestTheSessionEnded:
    def test_a_tap_is_asked_again_with_what_was_chosen(self, client):
        nurse = UserFactory()
        posted = {"first_day": "2026-11-30", "last_day": "2026-12-02", **ticket(nurse)}
        assert client.post(AWAY, posted).url == f"/account/sign-in/?next={AWAY}"
        client.force_login(nurse)
        page = client.get(AWAY).text
        assert "Not sent yet" in page
        assert "Monday 30 November 2026" in page
        assert '<input type="hidden" name="last_day" value="2026-12-02">' in page
        assert client.get(AWAY).url == reverse("notice-settings")

    def test_a_form_is_filled_in(self, client):
        somebody = admin()
        client.post(ADD, {**TYPED, **ticket(somebody)})
        client.force_login(somebody)
        page = client.get(ADD).text
        assert 'value="De Nieuwe Brink"' in page
        assert "This is not sent yet" in page
        assert not Location.objects.filter(name="De Nieuwe Brink").exists()

    @pytest.mark.parametrize("how", ["put out of service and back", "a new password elsewhere"])
    def test_also_where_it_was_ended_from_elsewhere(self, client, how):
        somebody = admin(password="correct horse battery")
        client.force_login(somebody)
        if how == "a new password elsewhere":
            somebody.set_password("another horse battery")
            somebody.save()
        else:
            User.objects.filter(pk=somebody.pk).update(is_active=False)
            User.objects.filter(pk=somebody.pk).update(is_active=True)
        client.post(ADD, {**TYPED, **ticket(somebody)})
        client.force_login(User.objects.get(pk=somebody.pk))
        assert 'value="De Nieuwe Brink"' in client.get(ADD).text

    def test_a_page_that_fills_no_form_asks_on_a_page_of_its_own(self, client):
        somebody = UserFactory(roles=["coordinator"])
        client.post("/support/", {"q": "Zevenbergh", **ticket(somebody)})
        client.force_login(somebody)
        page = client.get("/support/").text
        assert "Not sent yet" in page
        assert '<input type="hidden" name="q" value="Zevenbergh">' in page

    def test_a_role_that_was_lost_meanwhile_gets_nothing(self, client):
        somebody = UserFactory()
        client.post(ADD, {**TYPED, **ticket(somebody)})
        client.force_login(somebody)
        assert client.get(ADD).status_code == 403


class TestSignedInAnewInAnotherTab:
    def test_ends_in_the_filled_form(self, strict):
        somebody = admin()
        strict.force_login(somebody)
        answer = strict.post(ADD, {**TYPED, **ticket(somebody)}, **HERE)
        assert (answer.status_code, answer.url) == (302, ADD)
        assert 'value="De Nieuwe Brink"' in strict.get(ADD).text
        assert not Location.objects.filter(name="De Nieuwe Brink").exists()

    def test_a_tap_is_asked_again(self, strict):
        nurse = UserFactory()
        strict.force_login(nurse)
        strict.post(AWAY, {"first_day": "2026-11-30", **ticket(nurse)}, **HERE)
        assert "Not sent yet" in strict.get(AWAY).text

    def test_signed_out_there_leads_to_sign_in_and_back(self, strict):
        somebody = admin()
        answer = strict.post(ADD, {**TYPED, **ticket(somebody)}, **HERE)
        assert answer.url == f"/account/sign-in/?next={ADD}"
        strict.force_login(somebody)
        assert 'value="De Nieuwe Brink"' in strict.get(ADD).text

    @pytest.mark.parametrize(
        "origin", [{}, {"HTTP_ORIGIN": "https://elsewhere.example"}, {"HTTP_ORIGIN": "null"}]
    )
    def test_what_another_site_sends_is_refused_and_not_kept(self, strict, origin):
        somebody = admin()
        strict.force_login(somebody)
        answer = strict.post(ADD, {**TYPED, **ticket(somebody)}, **origin)
        assert answer.status_code == 403
        assert "De Nieuwe Brink" not in strict.get(ADD).text

    def test_what_carries_no_ticket_of_theirs_is_refused(self, strict):
        strict.force_login(admin())
        for forged in ({}, {"ticket": "made-up"}):
            answer = strict.post(ADD, {**TYPED, **forged}, **HERE)
            assert answer.status_code == 403
            assert f'href="{ADD}"' in answer.text

    @pytest.mark.parametrize(
        "page", [reverse("account_login"), reverse("account_logout"), reverse("account_change_password")]
    )
    def test_a_page_of_ones_own_account_opens_anew_without_what_was_typed(self, strict, page):
        nurse = UserFactory(password="correct horse battery")
        strict.force_login(nurse)
        answer = strict.post(page, {"password": "secret words here", "next": "/me/", **ticket(nurse)}, **HERE)
        assert (answer.status_code, answer.url) == (302, f"{page}?next=%2Fme%2F")
        assert "unsent" not in strict.session
        assert "open too long" in strict.get(reverse("account_logout")).text


class TestSomebodyElseSignedInMeanwhile:
    @pytest.fixture
    def nurse(self):
        return admin()

    @pytest.fixture
    def refused(self, client, nurse):
        """What another person's session answers to the nurse's form."""
        client.force_login(admin(name="Bram Jansma"))
        return client.post(ADD, {**TYPED, **ticket(nurse)})

    def test_neither_sends_nor_shows_it(self, client, refused):
        assert refused.status_code == 403
        assert "Bram Jansma has signed in since" in refused.text
        assert "Brink" not in refused.text
        assert "unsent" not in client.session
        assert not Location.objects.filter(name="De Nieuwe Brink").exists()

    def test_the_check_against_forged_forms_says_the_same(self, strict, nurse):
        strict.force_login(admin())
        answer = strict.post(ADD, {**TYPED, **ticket(nurse)}, **HERE)
        assert "Somebody else has signed in here" in answer.text
        assert "Brink" not in answer.text

    def test_comes_back_to_who_typed_it(self, client, nurse, refused):
        answer = client.post("/unsent/", {"sealed": refused.context["sealed"]})
        assert answer.url == ADD
        assert client.get(ADD).url == f"/account/sign-in/?next={ADD}"
        client.force_login(nurse)
        assert 'value="De Nieuwe Brink"' in client.get(ADD).text

    def test_does_not_come_back_to_a_third(self, client, refused):
        client.post("/unsent/", {"sealed": refused.context["sealed"]})
        client.force_login(admin())
        assert "Brink" not in client.get(ADD).text

    def test_what_was_changed_or_is_too_old_opens_nothing(self, client, nurse, refused, time_machine):
        assert client.post("/unsent/", {"sealed": "made-up"}).url == "/"
        time_machine.move_to(timezone.now() + timedelta(minutes=61))
        assert client.post("/unsent/", {"sealed": refused.context["sealed"]}).url == "/"


class TestAPartOfAPage:
    HTMX = {"HTTP_HX_REQUEST": "true", "HTTP_HX_CURRENT_URL": "http://testserver/incidents/new/vim/"}

    def test_without_a_session_has_the_page_keep_its_form_first(self, client):
        answer = client.post("/incidents/people/", {"q": "Jan"}, **self.HTMX)
        assert answer.headers["HX-Redirect"] == "/account/sign-in/?next=/incidents/new/vim/"
        assert answer.headers["X-Unsent"] == "1"

    def test_of_a_form_that_was_sent_whole_keeps_it_itself(self, client):
        nurse = UserFactory()
        answer = client.post("/incidents/new/vim/", {"add": "hand", **ticket(nurse)}, **self.HTMX)
        assert "X-Unsent" not in answer.headers

    def test_after_signing_in_anew_does_the_same(self, strict):
        strict.force_login(UserFactory())
        answer = strict.post("/incidents/people/", {"q": "Jan"}, **self.HTMX, **HERE)
        assert answer.headers["HX-Redirect"] == "/incidents/new/vim/"
        assert answer.headers["X-Unsent"] == "1"

    @pytest.mark.parametrize("signed_in", [True, False])
    def test_what_the_page_then_keeps_is_shown_and_not_sent(self, client, signed_in):
        somebody = admin()
        if signed_in:
            client.force_login(somebody)
        client.post(ADD, {**TYPED, "unsent": "1", **ticket(somebody)})
        client.force_login(somebody)
        page = client.get(ADD).text
        assert 'value="De Nieuwe Brink"' in page
        assert not Location.objects.filter(name="De Nieuwe Brink").exists()


def test_of_buttons_that_do_different_things_it_says_which(client):
    admin_, officer = admin(), UserFactory(roles=["privacy_officer"])
    giving.give_and_take(
        user=UserFactory(name="Noëlle Jansen"),
        give={Role.COORDINATOR},
        by=admin_,
        access_point="test",
        basis="test",
        at=timezone.now(),
    )
    grant = RoleGrant.objects.waiting().get()
    client.post("/confirmations/", {"grant": grant.pk, "answer": "refuse", **ticket(officer)})
    client.force_login(officer)
    page = client.get("/confirmations/").text
    assert "Refuse this role" in page
    assert f"Noëlle Jansen, {grant.get_role_display()}" in page
    assert RoleGrant.objects.waiting().exists()


def test_every_action_says_what_its_tap_will_do():
    """Whatever takes POST of somebody signed in either fills its form with what comes back, or says so."""
    silent = []
    for pattern in addresses(get_resolver()):
        view = inspect.unwrap(pattern.callback)
        access = access_of(pattern.callback)
        source = inspect.getsource(view)
        if access is None or access.public or view.__module__.startswith(("allauth", "django")):
            continue
        if "POST" not in source and not only_takes_post(pattern.callback):
            continue
        fills = "kept_forms.posted(" in source or "answered(request" in source
        if not fills and not getattr(pattern.callback, "question", TapQuestion()).does:
            silent.append(f"{view.__module__}.{view.__name__}")
    assert silent == []


def addresses(resolver):
    for pattern in resolver.url_patterns:
        yield from addresses(pattern) if hasattr(pattern, "url_patterns") else [pattern]


def test_every_form_says_whose_page_it_stands_on(client):
    nurse = UserFactory()
    client.force_login(nurse)
    page = client.get("/me/notices/").text
    assert page.count('name="csrfmiddlewaretoken"') == page.count('name="ticket"') > 1


def test_nobody_signed_in_gets_no_ticket(client):
    assert 'name="ticket"' not in client.get("/account/sign-in/").text


def test_what_is_asked_again_is_sent_by_the_tap_alone(client):
    nurse = UserFactory(language=Language.DUTCH)
    client.post("/me/notices/mail/", {"work": "on", **ticket(nurse)})
    client.force_login(nurse)
    page = client.get("/me/notices/mail/")
    assert list(page.context["hidden"]) == [("work", "on")]
    assert client.post("/me/notices/mail/", {"work": "on", **ticket(nurse)}).url == "/me/notices/"
