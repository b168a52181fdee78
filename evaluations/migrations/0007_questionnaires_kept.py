from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("evaluations", "0006_questionnaires")]

    operations = [
        migrations.RunSQL(
            """
            CREATE TRIGGER questionnaire_no_truncate BEFORE TRUNCATE ON evaluations_questionnaire
                FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
            """,
            "DROP TRIGGER questionnaire_no_truncate ON evaluations_questionnaire;",
        ),
    ]
