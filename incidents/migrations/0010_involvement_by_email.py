from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """While people work: outside a transaction, so that no table is locked."""

    atomic = False
    dependencies = [("incidents", "0009_log_of_later_moments")]

    operations = [
        AddIndexConcurrently(
            model_name="involvement",
            index=models.Index(
                fields=["email"],
                name="involvement_by_email",
                condition=models.Q(("email", ""), _negated=True),
            ),
        ),
    ]
