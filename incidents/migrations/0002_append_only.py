from django.db import migrations

TRACK = """
CREATE TRIGGER trackevent_append_only BEFORE UPDATE OR DELETE ON incidents_trackevent
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER trackevent_no_truncate BEFORE TRUNCATE ON incidents_trackevent
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""

# What was recorded of a term stays: a request that waits is answered once, and each is taken back once.
TERMS = """
CREATE FUNCTION keep_term_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    answer text[] := ARRAY['answer', 'until', 'reference'];
    ending text[] := ARRAY['taken_back_at'];
BEGIN
    IF OLD.taken_back_at IS NULL AND (
        (OLD.answer = 'waiting' AND NEW.answer <> 'waiting' AND to_jsonb(NEW) - answer = to_jsonb(OLD) - answer)
        OR (NEW.taken_back_at IS NOT NULL AND to_jsonb(NEW) - ending = to_jsonb(OLD) - ending)
    ) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER termchange_kept BEFORE UPDATE ON incidents_termchange
    FOR EACH ROW EXECUTE FUNCTION keep_term_change();
CREATE TRIGGER termchange_no_delete BEFORE DELETE ON incidents_termchange
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER termchange_no_truncate BEFORE TRUNCATE ON incidents_termchange
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""


class Migration(migrations.Migration):
    """A calamity's milestones stay (docs/privacy.md), so erasing needs none of these rows to go."""

    dependencies = [("incidents", "0001_initial"), ("accounts", "0002_append_only")]

    operations = [
        migrations.RunSQL(
            TRACK,
            """
            DROP TRIGGER trackevent_no_truncate ON incidents_trackevent;
            DROP TRIGGER trackevent_append_only ON incidents_trackevent;
            """,
        ),
        migrations.RunSQL(
            TERMS,
            """
            DROP TRIGGER termchange_no_truncate ON incidents_termchange;
            DROP TRIGGER termchange_no_delete ON incidents_termchange;
            DROP FUNCTION keep_term_change() CASCADE;
            """,
        ),
    ]
