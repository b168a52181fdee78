from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # what is there is looked through beside the site that serves

    dependencies = [("incidents", "0008_later_moments")]

    operations = [
        AddConstraintNotValid(
            model_name="trackevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("kind__in", ("later_set", "later_cancelled")), models.Q(("later", ""), _negated=True)
                    ),
                    models.Q(
                        models.Q(("kind__in", ("later_set", "later_cancelled")), _negated=True), ("later", "")
                    ),
                    _connector="OR",
                ),
                name="track_event_later",
            ),
        ),
        ValidateConstraint(model_name="trackevent", name="track_event_later"),
    ]
