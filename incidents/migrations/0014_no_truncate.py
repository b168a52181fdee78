from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("incidents", "0013_talks_once"), ("accounts", "0007_no_truncate")]

    operations = [
        migrations.RunSQL(
            "CREATE TRIGGER trackevent_no_truncate BEFORE TRUNCATE ON incidents_trackevent"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();",
            "DROP TRIGGER trackevent_no_truncate ON incidents_trackevent;",
        )
    ]
