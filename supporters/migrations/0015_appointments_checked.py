from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    """While people work: what the constraints say is looked at in every line, without a lock that stops them."""

    atomic = False
    dependencies = [("supporters", "0014_appointments")]

    operations = [
        ValidateConstraint(model_name="contactevent", name="contact_event_mode_of_talk"),
        ValidateConstraint(model_name="contactevent", name="contact_event_place_of_appointment"),
    ]
