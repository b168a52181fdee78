"""What the database holds, whatever the code does."""

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F

from notifications.models import Mail
from notifications.tests.factories import MailFactory


@pytest.mark.django_db
def test_a_mail_that_was_sent_is_not_dropped():
    MailFactory(sent=True)
    with pytest.raises(IntegrityError, match="mail_not_sent_and_dropped"), transaction.atomic():
        Mail.objects.update(dropped_at=F("sent_at"))
