from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("incidents", "0005_classification_committee_terms")]

    operations = [
        AddIndexConcurrently(
            model_name="incident",
            index=models.Index(
                condition=models.Q(("tracked_since__isnull", False)),
                fields=["-reported_at", "-id"],
                name="incident_tracked",
            ),
        ),
        RemoveIndexConcurrently(model_name="incident", name="incident_calamities"),
    ]
