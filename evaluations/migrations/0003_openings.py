import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
from django.db import migrations, models


class Migration(migrations.Migration):
    """What a period's opening leaves, what shows that a key is ours, and who counts once."""

    dependencies = [("evaluations", "0002_period")]

    operations = [
        migrations.CreateModel(
            name="Opening",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField()),
                ("tables", models.JSONField(null=True)),
            ],
            options={
                "ordering": ("-starts_on",),
                "constraints": [
                    models.UniqueConstraint(fields=("starts_on", "ends_on"), name="opening_period_once"),
                    models.CheckConstraint(
                        condition=models.Q(("starts_on__lte", models.F("ends_on"))),
                        name="opening_period_has_length",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            (
                                models.Func(
                                    "starts_on",
                                    "ends_on",
                                    models.Value("[]"),
                                    function="daterange",
                                    output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                                ),
                                "&&",
                            )
                        ],
                        name="opening_periods_apart",
                    ),
                ],
            },
        ),
        migrations.RunSQL(
            """
            CREATE TRIGGER opening_immutable BEFORE UPDATE OR DELETE ON evaluations_opening
                FOR EACH ROW EXECUTE FUNCTION refuse_change();
            CREATE TRIGGER opening_no_truncate BEFORE TRUNCATE ON evaluations_opening
                FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
            """,
            """
            DROP TRIGGER opening_no_truncate ON evaluations_opening;
            DROP TRIGGER opening_immutable ON evaluations_opening;
            """,
        ),
        migrations.AddField("batch", "key_mac", models.BinaryField(max_length=32, null=True)),
        migrations.AddField("invitation", "person", models.BinaryField(max_length=80, null=True)),
        migrations.AddField(
            "evaluationpolicy",
            "invite_after",
            models.PositiveSmallIntegerField(
                db_default=7, default=7, verbose_name="invite so long after the support was closed (days)"
            ),
        ),
        migrations.AddField(
            "evaluationpolicy",
            "reminders",
            models.PositiveSmallIntegerField(db_default=2, default=2, verbose_name="reminders (at most)"),
        ),
        migrations.AddField(
            "evaluationpolicy",
            "reminder_days",
            models.PositiveSmallIntegerField(
                db_default=10, default=10, verbose_name="days before a reminder, and between two"
            ),
        ),
    ]
