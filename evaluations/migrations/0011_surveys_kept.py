from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("evaluations", "0010_surveys_stay_as_begun")]

    operations = [
        migrations.RunSQL(
            """
            CREATE TRIGGER survey_no_truncate BEFORE TRUNCATE ON evaluations_survey
                FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
            """,
            "DROP TRIGGER survey_no_truncate ON evaluations_survey;",
        ),
    ]
