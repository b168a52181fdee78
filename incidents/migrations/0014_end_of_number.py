from django.contrib.postgres.indexes import OpClass
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Reverse


class Migration(migrations.Migration):
    """While people work: outside a transaction, so that no table is locked."""

    atomic = False
    dependencies = [("incidents", "0013_log_of_arrangements")]

    operations = [
        AddIndexConcurrently(
            model_name="involvement",
            index=models.Index(
                OpClass(Reverse("telephone"), name="text_pattern_ops"),
                name="involvement_by_end_of_number",
                condition=models.Q(("telephone", ""), _negated=True),
            ),
        ),
    ]
