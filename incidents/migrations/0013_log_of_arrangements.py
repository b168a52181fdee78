from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # what is there is looked through beside the site that serves

    dependencies = [("incidents", "0012_looked_after")]

    operations = [
        AddConstraintNotValid(
            model_name="trackevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("kind__in", ("arranged", "arranged_no_more")),
                        models.Q(("looked_after", ""), _negated=True),
                    ),
                    models.Q(
                        models.Q(("kind__in", ("arranged", "arranged_no_more")), _negated=True),
                        ("looked_after", ""),
                    ),
                    _connector="OR",
                ),
                name="track_event_looked_after",
            ),
        ),
        ValidateConstraint(model_name="trackevent", name="track_event_looked_after"),
    ]
