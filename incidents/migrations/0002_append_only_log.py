from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("incidents", "0001_initial"), ("accounts", "0002_append_only_log")]

    operations = [
        # No line is ever changed; deleting comes with the whole calamity only.
        migrations.RunSQL(
            """
            CREATE TRIGGER trackevent_append_only BEFORE UPDATE ON incidents_trackevent
                FOR EACH ROW EXECUTE FUNCTION refuse_change();
            """,
            "DROP TRIGGER trackevent_append_only ON incidents_trackevent;",
        ),
    ]
