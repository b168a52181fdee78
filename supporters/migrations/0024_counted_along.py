from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """While people work: outside a transaction, so that no table is locked."""

    atomic = False
    dependencies = [("supporters", "0023_counted_once")]

    operations = [
        AddIndexConcurrently(
            model_name="offer",
            index=models.Index(
                fields=["counted_with"],
                name="offer_counted_along",
                condition=models.Q(counted_with__isnull=False),
            ),
        ),
    ]
