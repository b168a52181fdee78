import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("evaluations", "0005_ten_at_least"),
    ]

    operations = [
        migrations.CreateModel(
            name="Questionnaire",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("code", models.CharField(max_length=20)),
                ("version", models.PositiveSmallIntegerField(null=True)),
                ("content", models.JSONField()),
                ("loaded_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("code", "version"), name="questionnaire_version_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("used_at", None), ("version", None)),
                            models.Q(("used_at__isnull", False), ("version__gte", 1)),
                            _connector="OR",
                        ),
                        name="questionnaire_in_use_has_a_version",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Survey",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("starts_on", models.DateField(verbose_name="first day")),
                ("ends_on", models.DateField(verbose_name="last day")),
                ("public_key", models.BinaryField(max_length=32, null=True)),
                ("key_mac", models.BinaryField(max_length=32, null=True)),
                (
                    "questionnaire",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="surveys",
                        to="evaluations.questionnaire",
                    ),
                ),
            ],
            options={
                "ordering": ("-ends_on", "name"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("starts_on__lte", models.F("ends_on"))), name="survey_has_length"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SurveyOpening",
            fields=[
                (
                    "survey",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="opening",
                        serialize=False,
                        to="evaluations.survey",
                    ),
                ),
                ("tables", models.JSONField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="SurveyEnvelope",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("sealed", models.BinaryField()),
                (
                    "survey",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="envelopes",
                        to="evaluations.survey",
                    ),
                ),
            ],
        ),
        migrations.RunSQL(
            """
            CREATE TRIGGER questionnaire_immutable BEFORE UPDATE OR DELETE ON evaluations_questionnaire
                FOR EACH ROW WHEN (OLD.used_at IS NOT NULL) EXECUTE FUNCTION refuse_change();
            CREATE TRIGGER surveyopening_immutable BEFORE UPDATE OR DELETE ON evaluations_surveyopening
                FOR EACH ROW EXECUTE FUNCTION refuse_change();
            CREATE TRIGGER surveyopening_no_truncate BEFORE TRUNCATE ON evaluations_surveyopening
                FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
            """,
            """
            DROP TRIGGER surveyopening_no_truncate ON evaluations_surveyopening;
            DROP TRIGGER surveyopening_immutable ON evaluations_surveyopening;
            DROP TRIGGER questionnaire_immutable ON evaluations_questionnaire;
            """,
        ),
    ]
