import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.functions.text
from django.contrib.postgres.operations import (
    AddConstraintNotValid,
    AddIndexConcurrently,
    RemoveIndexConcurrently,
    ValidateConstraint,
)
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("accounts", "0010_fill_keys_of_names")]

    operations = [
        RemoveIndexConcurrently(model_name="user", name="user_name_words"),
        RemoveIndexConcurrently(model_name="user", name="user_by_name"),
        AddIndexConcurrently(
            model_name="user",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.search.SearchVector("search_key", config="simple"),
                name="user_name_words",
            ),
        ),
        AddIndexConcurrently(
            model_name="user",
            index=models.Index(fields=["sort_key", "id"], name="user_by_sort_key"),
        ),
        AddIndexConcurrently(
            model_name="user",
            index=models.Index(
                condition=models.Q(("telephone", ""), _negated=True),
                fields=["telephone"],
                name="user_by_telephone",
            ),
        ),
        AddConstraintNotValid(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(("email", django.db.models.functions.text.Lower("email"))),
                name="user_email_lower",
            ),
        ),
        ValidateConstraint(model_name="user", name="user_email_lower"),
        migrations.RemoveConstraint(model_name="user", name="user_email_once"),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.UniqueConstraint(
                condition=models.Q(("email", ""), _negated=True),
                fields=("email",),
                name="user_email_once",
                violation_error_message="Somebody else has this e-mail address.",
            ),
        ),
    ]
