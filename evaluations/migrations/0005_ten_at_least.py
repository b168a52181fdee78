from django.db import migrations, models


def raise_to_ten(apps, schema_editor):
    """A hospital that asked for fewer than ten asks for ten."""
    policy = apps.get_model("evaluations", "EvaluationPolicy").objects
    policy.filter(release_at_least__lt=10).update(release_at_least=10)


class Migration(migrations.Migration):
    dependencies = [("evaluations", "0004_tallies_drawn")]

    operations = [
        migrations.AlterField(
            "evaluationpolicy",
            "release_at_least",
            models.PositiveSmallIntegerField(
                default=10,
                verbose_name="open the answers when there are answers of so many people (at least)",
            ),
        ),
        migrations.RunPython(raise_to_ten, migrations.RunPython.noop, elidable=False),
        migrations.RemoveConstraint("evaluationpolicy", "evaluation_policy_five_at_least"),
        migrations.AddConstraint(
            "evaluationpolicy",
            models.CheckConstraint(
                condition=models.Q(("release_at_least__gte", 10)),
                name="evaluation_policy_ten_at_least",
                violation_error_message="Ten is the least: with fewer an answer could be traced.",
            ),
        ),
        migrations.AddConstraint(
            "evaluationpolicy",
            models.CheckConstraint(
                condition=models.Q(
                    ("invite_after__lte", 60), ("reminders__lte", 2), ("reminder_days__range", (1, 30))
                ),
                name="evaluation_policy_within_bounds",
            ),
        ),
    ]
