"""A session of before somebody was put out of service never opens again, whoever or whatever wrote that."""

from django.db import migrations, models

COUNT = """
CREATE FUNCTION user_left() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Never back, also when somebody writes a row that was read before.
    NEW.times_left := OLD.times_left + (OLD.is_active AND NOT NEW.is_active)::int;
    RETURN NEW;
END $$;
CREATE TRIGGER user_left BEFORE UPDATE ON accounts_user
    FOR EACH ROW WHEN (OLD.is_active OR NEW.times_left < OLD.times_left) EXECUTE FUNCTION user_left();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_no_truncate")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="times_left",
            field=models.PositiveSmallIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.RunSQL(COUNT, "DROP TRIGGER user_left ON accounts_user; DROP FUNCTION user_left();"),
    ]
