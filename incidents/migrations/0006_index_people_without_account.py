import django.contrib.postgres.indexes
import django.contrib.postgres.search
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # an index is built beside the site that serves

    dependencies = [("incidents", "0005_find_people_without_account")]

    operations = [
        AddIndexConcurrently(
            model_name="involvement",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.search.SearchVector("typed_key", config="simple"),
                condition=models.Q(("typed_key", ""), _negated=True),
                name="involvement_typed_words",
            ),
        ),
        AddIndexConcurrently(
            model_name="involvement",
            index=models.Index(
                condition=models.Q(("telephone", ""), _negated=True),
                fields=["telephone"],
                name="involvement_by_telephone",
            ),
        ),
    ]
