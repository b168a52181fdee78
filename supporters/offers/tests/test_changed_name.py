"""Somebody marries: from that moment every page has the new name, in cases that run as well."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.enums import Role
from accounts.tests.factories import UserFactory
from supporters.tests.factories import ContactFactory

pytestmark = pytest.mark.django_db


def test_a_changed_name_is_shown_everywhere_at_once():
    contact = ContactFactory(accepted=True, offer__involvement__name="Noor Bakker")
    employee, offer = contact.offer.involvement.employee, contact.offer
    employee.name = "Noor Visser-Bakker"
    employee.save()
    coordinator, supporter = Client(), Client()
    coordinator.force_login(UserFactory(roles=[Role.COORDINATOR]))
    supporter.force_login(contact.supporter.user)
    pages = {
        coordinator: [
            reverse("support:worklist"),
            reverse("support:roll-call", args=[offer.incident.reference]),
            reverse("support:match", args=[offer.involvement_id]),
            reverse("incidents:detail", args=[offer.incident.reference]),
        ],
        supporter: [reverse("contacts:list"), reverse("contacts:detail", args=[contact.pk])],
    }
    for client, addresses in pages.items():
        for address in addresses:
            page = client.get(address).text
            assert "Noor Visser-Bakker" in page, address
            assert "Noor Bakker" not in page, address
