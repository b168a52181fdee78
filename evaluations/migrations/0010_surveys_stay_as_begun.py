from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("evaluations", "0009_opened_codes_stay_valid")]

    operations = [
        migrations.RunSQL(
            """
            CREATE TRIGGER survey_as_begun
                BEFORE UPDATE OF questionnaire_id, starts_on, ends_on ON evaluations_survey
                FOR EACH ROW WHEN (
                    (OLD.questionnaire_id, OLD.starts_on, OLD.ends_on)
                    IS DISTINCT FROM (NEW.questionnaire_id, NEW.starts_on, NEW.ends_on)
                ) EXECUTE FUNCTION refuse_change();
            """,
            "DROP TRIGGER survey_as_begun ON evaluations_survey;",
        ),
    ]
