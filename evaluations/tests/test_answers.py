"""What an answer leaves behind: one envelope of fixed size, and nothing else anywhere.

Also covers evaluations.anonymity.
"""

import logging
import re
import secrets

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from evaluations import batches, sealing, tickets
from evaluations.enums import Question
from evaluations.models import Batch, Envelope, Invitation
from evaluations.tests.factories import InvitationFactory, ticket_of

pytestmark = pytest.mark.django_db

FILLED_IN = {
    **{f"{question}_before": "3" for question in Question.feelings()},
    **{f"{question}_after": "1" for question in Question.feelings()},
    **{str(question): "4" for question in Question.statements()},
    "mark": "8",
    "recommend": "yes",
}


@pytest.fixture
def invitation():
    batches.ensure_one(at=timezone.now())
    return InvitationFactory()


def send(client, invitation, **changes):
    data = {"ticket": tickets.grouped(ticket_of(invitation)), **FILLED_IN, **changes}
    return client.post(reverse("evaluation"), data)


def snapshot():
    """Every row of every table with the transaction that wrote it last."""
    state = {}
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            table = model._meta.db_table
            cursor.execute(f'SELECT ctid::text, xmin::text, xmax::text FROM "{table}"')
            state[table] = sorted(cursor.fetchall())
    return state


def test_form_is_open_to_everybody_and_explains_itself_first(client):
    response = client.get(reverse("evaluation"))
    text = response.content.decode()
    assert response.status_code == 200
    assert text.index("nobody can see that they are yours") < text.index("blame_before")
    assert "at least 10 people are opened together" in text
    assert "all the others together could guess, right in at most 75 of 100 cases" in text


def test_answer_is_sealed_and_thanked_for(client, invitation):
    response = send(client, invitation)
    assert (response.status_code, response["Location"]) == (302, reverse("evaluation-thanks"))
    batch = batches.current()
    assert batch is not None
    opened = sealing.open_envelope(bytes(Envelope.objects.get().sealed), batches.keys().load(batch.id))
    assert opened.ticket == ticket_of(invitation)
    assert opened.answers[Question.BLAME] == "3-1"
    assert len(opened.answers) == len(Question)
    assert "113" in client.get(response["Location"]).content.decode()


@pytest.mark.django_db(transaction=True)
def test_nothing_changes_but_the_envelope(client):
    batches.ensure_one(at=timezone.now())
    invitation, person = InvitationFactory(), UserFactory(roles=[Role.SUPPORTER])
    client.force_login(person)
    before = snapshot()
    client.get(reverse("evaluation"))
    assert send(client, invitation).status_code == 302
    after = snapshot()
    changed = {table for table in after if after[table] != before[table]}
    assert changed == {"evaluations_envelope"}
    assert len(after["evaluations_envelope"]) == 1


def test_statements_of_an_answer_name_nobody(client, invitation):
    """Neither the statements nor their parameters hold what could lead to the person who answers."""
    client.force_login(invitation.contact.offer.involvement.employee)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        send(client, invitation)
    text = " ".join(query["sql"] for query in queries.captured_queries)
    involved = invitation.contact.offer.involvement
    for secret in (str(invitation.id), invitation.id.hex, ticket_of(invitation), str(involved.employee_id)):
        assert secret not in text
    assert "session" not in text


def test_no_session_and_no_cookie_but_csrf(client, invitation):
    response = client.get(reverse("evaluation"))
    assert set(response.cookies) <= {settings.CSRF_COOKIE_NAME}
    client.cookies.clear()
    assert set(send(client, invitation).cookies) <= {settings.CSRF_COOKIE_NAME}


def test_signed_in_person_is_nobody_here(client):
    client.force_login(UserFactory())
    request = client.get(reverse("evaluation")).wsgi_request
    assert not request.user.is_authenticated


def test_nothing_is_logged(client, invitation, caplog):
    caplog.set_level(logging.DEBUG)
    send(client, invitation)
    send(client, invitation, ticket="WRONG")
    logged = [record for record in caplog.records if record.name not in {"django.template", "asyncio"}]
    assert [(record.name, record.getMessage()) for record in logged] == []


@pytest.mark.parametrize("shape", ["%23{}", "%2523{}", "%23{}.", "%23{}%3E", "{}"])
@pytest.mark.parametrize("case", [str, str.lower])
def test_address_that_a_scanner_changed_leads_to_the_form_with_the_code(
    client, invitation, caplog, shape, case
):
    ticket = tickets.grouped(ticket_of(invitation))
    with caplog.at_level(logging.DEBUG), CaptureQueriesContext(connection) as queries:
        response = client.get(f"/evaluation/{shape.format(case(ticket))}")
    page = response.content.decode()
    assert response.status_code == 200
    assert f'value="{ticket}"' in page
    # It is sent on without the code in the address, and nothing that the page loads tells it to a proxy.
    assert re.search(r'<form method="post"\s+action="/evaluation/"', page)
    assert response["Referrer-Policy"] == "strict-origin"
    assert not set(response.cookies) - {settings.CSRF_COOKIE_NAME}
    assert [record for record in caplog.records if record.levelno > logging.DEBUG] == []
    assert ticket_of(invitation) not in caplog.text.upper().replace("-", "")
    assert len(queries) == 0


def test_signed_in_person_is_nobody_at_such_an_address_either(client, invitation):
    client.force_login(UserFactory(name="Noor van den Berg"))
    for address in ("/evaluation/%23", "/evaluation%23", "/EVALUATION/%23"):
        with CaptureQueriesContext(connection) as queries:
            page = client.get(f"{address}{ticket_of(invitation)}").content.decode()
        assert (len(queries), "Noor" in page) == (0, False)
        assert tickets.grouped(ticket_of(invitation)) in page


def test_every_envelope_has_the_same_size(client, invitation):
    send(client, invitation)
    client.post(reverse("evaluation"), {"ticket": ticket_of(invitation), "mark": "10"})
    assert {len(bytes(envelope.sealed)) for envelope in Envelope.objects.all()} == {sealing.SEALED_BYTES}


def test_envelope_holds_no_moment_and_no_link_but_its_batch():
    assert [field.name for field in Envelope._meta.get_fields()] == ["id", "batch", "sealed"]


def test_typed_code_works_without_javascript(client, invitation):
    code = tickets.grouped(ticket_of(invitation)).lower().replace("-", " ")
    assert send(client, invitation, ticket=code).status_code == 302


@pytest.mark.parametrize("ticket", ["", "K7QF-2M0X-9TBA-5DWE", "nonsense", "0" * 16])
def test_wrong_code_is_refused_and_the_form_comes_back_filled_in(client, invitation, ticket):
    response = send(client, invitation, ticket=ticket)
    form = response.context["form"]
    assert (response.status_code, list(form.errors)) == (200, ["ticket"])
    assert form["mark"].value() == "8"
    assert not Envelope.objects.exists()


@pytest.mark.parametrize("ticket", ["", "K7QF-2M0X-9TBA-5DWE"])
@pytest.mark.parametrize(
    ("filled_in", "also"), [({"blame_before": "3"}, "blame_after"), ({}, "__all__")], ids=["half", "none"]
)
def test_wrong_code_is_said_together_with_what_else_is_missing(client, invitation, ticket, filled_in, also):
    page = client.post(reverse("evaluation"), {"ticket": ticket, **filled_in})
    assert set(page.context["form"].errors) == {"ticket", also}
    assert "is-invalid" in page.text.partition('name="ticket"')[0].rpartition("<input")[2]
    assert not Envelope.objects.exists()


def test_right_code_with_something_missing_is_kept(client, invitation):
    page = client.post(reverse("evaluation"), {"ticket": tickets.grouped(ticket_of(invitation))})
    assert list(page.context["form"].errors) == ["__all__"]
    assert not Envelope.objects.exists()


def test_code_of_another_installation_is_refused(client, invitation):
    forged = tickets.issue(invitation.id, invitation.version, secrets.token_bytes(32))
    assert "ticket" in send(client, invitation, ticket=forged).context["form"].errors


def test_code_whose_answer_was_opened_is_taken_as_any_other(client, invitation):
    """Who has somebody's code learns nothing of whether it was used; what they send counts nowhere."""
    other = InvitationFactory()
    Invitation.objects.filter(pk=invitation.pk).update(answered=True, person=None)
    page = reverse("evaluation")
    asked = [
        client.post(page, {"ticket": ticket_of(each)}).context["form"].errors for each in (invitation, other)
    ]
    assert asked[0] == asked[1]
    assert send(client, invitation).status_code == send(client, other).status_code == 302


def test_code_whose_time_is_over_is_told_kindly(client, invitation):
    Invitation.objects.update(expires_at=timezone.now())
    assert "There’s nothing more you need to do" in send(client, invitation).content.decode()
    assert not Envelope.objects.exists()


def test_feeling_counts_as_a_pair_only(client, invitation):
    response = send(client, invitation, blame_after="")
    assert list(response.context["form"].errors) == ["blame_after"]
    summary = response.text.partition("error-summary")[2].partition("</ul>")[0]
    assert f"{Question.BLAME.label}, now: Choose here too, or leave both open." in summary
    response = send(client, invitation, blame_after="", blame_before="")
    assert response.status_code == 302


def test_empty_form_is_not_an_answer(client, invitation):
    response = client.post(reverse("evaluation"), {"ticket": ticket_of(invitation)})
    assert "Answer at least one question" in response.content.decode()


def test_value_that_was_not_offered_is_refused(client, invitation):
    assert list(send(client, invitation, mark="11").context["form"].errors) == ["mark"]


def test_installation_that_never_invited_anybody_says_so(client):
    invitation = InvitationFactory()
    Batch.objects.all().delete()
    response = send(client, invitation)
    assert "cannot be taken at the moment" in response.content.decode()


def test_form_needs_no_statement_and_an_answer_few(client, invitation, django_assert_num_queries):
    with django_assert_num_queries(0):
        client.get(reverse("evaluation"))
    # All open invitations; then in a transaction the lock, the batch, its envelopes, one more.
    with django_assert_num_queries(7):
        send(client, invitation)


def test_another_language_keeps_what_was_filled_in_and_stores_nothing(client, invitation):
    person = UserFactory(language="en")
    client.force_login(person)
    with CaptureQueriesContext(connection) as queries:
        response = send(client, invitation, mark="9", speak="nl")
    page = response.content.decode()
    assert '<html lang="nl"' in page
    assert re.search(r'name="mark"\s+value="9"[^>]*\schecked', page)
    assert len(queries) == 0
    assert not Envelope.objects.exists()
    assert set(response.cookies) <= {settings.CSRF_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME}
    person.refresh_from_db()
    assert person.language == "en"
