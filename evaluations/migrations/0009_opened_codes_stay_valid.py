from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """While people work: outside a transaction, so that no table is locked."""

    atomic = False
    dependencies = [("evaluations", "0008_questionnaire_loaded_by")]

    operations = [
        AddIndexConcurrently(
            model_name="invitation",
            index=models.Index(fields=["invited_at"], name="invitation_invited"),
        ),
        RemoveIndexConcurrently(model_name="invitation", name="invitation_open"),
    ]
