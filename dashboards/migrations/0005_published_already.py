from django.db import migrations

TABLES = ("publication", "blockwords")
APPEND_ONLY = "".join(
    f"""
    CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON dashboards_{table}
        FOR EACH ROW EXECUTE FUNCTION refuse_change();
    CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON dashboards_{table}
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
    """
    for table in TABLES
)
UNDONE = "".join(
    f"""
    DROP TRIGGER {table}_append_only ON dashboards_{table};
    DROP TRIGGER {table}_no_truncate ON dashboards_{table};
    """
    for table in TABLES
)


class Migration(migrations.Migration):
    """What was drawn until now was published at once, by itself."""

    dependencies = [("dashboards", "0004_publication")]

    operations = [
        migrations.RunSQL(
            """
            INSERT INTO dashboards_publication (release_id, at, by_id)
            SELECT id, published_at, NULL FROM dashboards_release ON CONFLICT DO NOTHING
            """,
            migrations.RunSQL.noop,
        ),
        migrations.RunSQL(APPEND_ONLY, UNDONE),
    ]
