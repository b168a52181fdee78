from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("incidents", "0024_ended_reports")]

    operations = [
        AddIndexConcurrently(
            model_name="incident",
            index=models.Index(
                condition=models.Q(("joined_into__isnull", False)),
                fields=["joined_into"],
                name="incident_joined",
            ),
        ),
    ]
