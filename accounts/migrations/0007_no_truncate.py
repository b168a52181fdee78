from django.db import migrations

TABLES = ("accessevent", "accesslink", "policychange")


class Migration(migrations.Migration):
    """TRUNCATE passes triggers on rows: one for the statement refuses it, whoever asks."""

    dependencies = [("accounts", "0006_encrypt_second_factors")]

    operations = [
        migrations.RunSQL(
            f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON accounts_{table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();",
            f"DROP TRIGGER {table}_no_truncate ON accounts_{table};",
        )
        for table in TABLES
    ]
