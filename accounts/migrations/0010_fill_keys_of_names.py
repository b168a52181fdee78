from django.db import migrations

from accounts.people import names, telephones

BATCH = 2_000


def fill(apps, schema_editor):
    """The keys of everybody's name; mail addresses in small letters, telephone numbers as E.164."""
    User = apps.get_model("accounts", "User")
    fields = ("search_key", "sort_key", "email", "telephone")
    batch = []
    for user in User.objects.only("name", "email", "telephone").iterator(chunk_size=BATCH):
        user.search_key, user.sort_key = names.search_key(user.name), names.sort_key(user.name)
        user.email, user.telephone = user.email.strip().lower(), telephones.kept(user.telephone)[:32]
        batch.append(user)
        if len(batch) == BATCH:
            User.objects.bulk_update(batch, fields)
            batch = []
    User.objects.bulk_update(batch, fields)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_keys_of_names")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
