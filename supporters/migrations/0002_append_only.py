from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("supporters", "0001_initial"), ("accounts", "0002_append_only")]

    operations = [
        # No line is ever changed; deleting comes with the whole contact only.
        migrations.RunSQL(
            """
            CREATE TRIGGER contactevent_append_only BEFORE UPDATE ON supporters_contactevent
                FOR EACH ROW EXECUTE FUNCTION refuse_change();
            CREATE TRIGGER contactevent_no_truncate BEFORE TRUNCATE ON supporters_contactevent
                FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
            """,
            """
            DROP TRIGGER contactevent_no_truncate ON supporters_contactevent;
            DROP TRIGGER contactevent_append_only ON supporters_contactevent;
            """,
        )
    ]
