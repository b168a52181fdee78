from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        # `refuse_change` is shared by every append-only table of the house: access log, contact log, published figures.
        migrations.RunSQL(
            """
            CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
            END $$;
            CREATE TRIGGER accessevent_append_only BEFORE UPDATE OR DELETE ON accounts_accessevent
                FOR EACH ROW EXECUTE FUNCTION refuse_change();
            """,
            """
            DROP TRIGGER accessevent_append_only ON accounts_accessevent;
            DROP FUNCTION refuse_change();
            """,
        ),
    ]
