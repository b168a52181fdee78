from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # an index is built beside the site that serves

    dependencies = [("incidents", "0006_index_people_without_account")]

    operations = [
        AddIndexConcurrently(
            model_name="involvement",
            index=models.Index(
                condition=models.Q(("erased_at__isnull", True)), fields=["id"], name="involvement_not_erased"
            ),
        ),
    ]
