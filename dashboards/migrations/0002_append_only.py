from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("dashboards", "0001_initial"), ("accounts", "0002_append_only")]

    operations = [
        # What was published stays as it was.
        migrations.RunSQL(
            """
            CREATE TRIGGER release_immutable BEFORE UPDATE OR DELETE ON dashboards_release
                FOR EACH ROW EXECUTE FUNCTION refuse_change();
            CREATE TRIGGER release_no_truncate BEFORE TRUNCATE ON dashboards_release
                FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
            """,
            """
            DROP TRIGGER release_no_truncate ON dashboards_release;
            DROP TRIGGER release_immutable ON dashboards_release;
            """,
        )
    ]
