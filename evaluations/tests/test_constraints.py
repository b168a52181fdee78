"""What the database holds, whatever the code does."""

import pytest
from django.db import IntegrityError, transaction

from evaluations.models import Invitation
from evaluations.tests.factories import InvitationFactory


@pytest.mark.django_db
class TestInvitation:
    def test_has_a_version_that_its_ticket_is_made_of(self):
        InvitationFactory()
        with pytest.raises(IntegrityError, match="invitation_has_a_version"), transaction.atomic():
            Invitation.objects.update(version=0)

    def test_is_one_for_each_contact(self):
        contact = InvitationFactory().contact
        with pytest.raises(IntegrityError, match="invitation_contact_id"), transaction.atomic():
            InvitationFactory(contact=contact)
