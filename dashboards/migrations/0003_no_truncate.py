from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("dashboards", "0002_immutable_release"), ("accounts", "0007_no_truncate")]

    operations = [
        migrations.RunSQL(
            "CREATE TRIGGER release_no_truncate BEFORE TRUNCATE ON dashboards_release"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();",
            "DROP TRIGGER release_no_truncate ON dashboards_release;",
        )
    ]
