from django.db import migrations, models

from accounts.people import names


def make_keys(apps, schema_editor):
    """Of whoever was typed in and is not erased: few, of all."""
    Involvement = apps.get_model("incidents", "Involvement")
    named = Involvement.objects.exclude(typed_name="").values_list("pk", "typed_name")
    for pk, name in named.iterator(chunk_size=500):
        Involvement.objects.filter(pk=pk).update(typed_key=names.search_key(name))


class Migration(migrations.Migration):
    dependencies = [("incidents", "0004_harm")]

    operations = [
        migrations.AddField(
            model_name="involvement",
            name="typed_key",
            field=models.TextField(db_default="", default="", editable=False),
        ),
        migrations.RunPython(make_keys, migrations.RunPython.noop),
        # What was changed in rows is settled before the constraint is added.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="involvement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("typed_name", ""), _negated=True), ("typed_key", ""), _connector="OR"
                ),
                name="involvement_key_of_typed_name",
            ),
        ),
    ]
