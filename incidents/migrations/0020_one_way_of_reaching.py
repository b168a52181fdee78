from django.db import migrations

from accounts.people import telephones


def keep(apps, schema_editor):
    """Mail addresses in small letters, telephone numbers as E.164."""
    Involvement = apps.get_model("incidents", "Involvement")
    rows = Involvement.objects.exclude(email="", telephone="")
    for row in rows.only("email", "telephone").iterator(chunk_size=2_000):
        row.email, row.telephone = row.email.strip().lower(), telephones.kept(row.telephone)[:32]
        row.save(update_fields=["email", "telephone"])


class Migration(migrations.Migration):
    dependencies = [("incidents", "0019_typed_name")]

    operations = [migrations.RunPython(keep, migrations.RunPython.noop)]
