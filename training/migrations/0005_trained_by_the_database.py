from django.db import migrations

#: A day on which a supporter was trained is one on which a training was attended (a day earlier or later at
#: most: what ran past midnight, or began the evening before), or for which a coordinator took somebody over.
TRIGGER = """
    CREATE FUNCTION supporter_was_trained() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (
            SELECT 1 FROM training_takenover
             WHERE user_id = NEW.user_id AND trained_on = NEW.trained_on
        ) OR EXISTS (
            SELECT 1 FROM training_meetingseat seat JOIN training_meeting meeting ON meeting.id = seat.meeting_id
             WHERE seat.user_id = NEW.user_id AND seat.state = 'attended' AND meeting.kind = 'training'
               AND (meeting.starts_at AT TIME ZONE 'Europe/Amsterdam')::date
                   BETWEEN NEW.trained_on - 1 AND NEW.trained_on + 1
        ) THEN
            RETURN NEW;
        END IF;
        RAISE 'nobody attended a training, or was taken over, on that day'
            USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'supporter_was_trained';
    END $$;
    CREATE TRIGGER supporter_was_trained BEFORE INSERT ON supporters_supporter
        FOR EACH ROW WHEN (NEW.trained_on IS NOT NULL) EXECUTE FUNCTION supporter_was_trained();
    CREATE TRIGGER supporter_is_trained_again BEFORE UPDATE ON supporters_supporter
        FOR EACH ROW WHEN (NEW.trained_on IS NOT NULL AND (NEW.trained_on IS DISTINCT FROM OLD.trained_on
                           OR NEW.user_id IS DISTINCT FROM OLD.user_id))
        EXECUTE FUNCTION supporter_was_trained();
"""
#: Whoever is in the pool already was trained before anybody had to say so by name.
TAKEN_OVER = """
    INSERT INTO training_takenover (user_id, trained_on, competences, at)
    SELECT user_id, trained_on, '{}', now() FROM supporters_supporter WHERE trained_on IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [
        ("training", "0004_competences"),
        ("supporters", "0026_active_is_trained_checked"),
    ]

    operations = [
        migrations.RunSQL(TAKEN_OVER, migrations.RunSQL.noop),
        migrations.RunSQL(
            TRIGGER,
            """
            DROP TRIGGER supporter_was_trained ON supporters_supporter;
            DROP TRIGGER supporter_is_trained_again ON supporters_supporter;
            DROP FUNCTION supporter_was_trained();
            """,
        ),
    ]
