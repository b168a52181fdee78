from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("supporters", "0004_kept_apart"), ("accounts", "0007_no_truncate")]

    operations = [
        migrations.RunSQL(
            "CREATE TRIGGER contactevent_no_truncate BEFORE TRUNCATE ON supporters_contactevent"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();",
            "DROP TRIGGER contactevent_no_truncate ON supporters_contactevent;",
        )
    ]
