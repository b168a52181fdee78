from django.db import migrations, models


class Migration(migrations.Migration):
    """Of talks that stand there twice, by a double click, one stays."""

    dependencies = [("incidents", "0012_drop_former_reminders")]

    operations = [
        migrations.RunSQL(
            """
            UPDATE incidents_disclosuretalk AS twice SET held_at = NULL, cancelled_at = now()
             WHERE EXISTS (
                SELECT FROM incidents_disclosuretalk AS one
                 WHERE one.incident_id = twice.incident_id AND one.held_at = twice.held_at
                   AND one.id < twice.id
             );
            UPDATE incidents_disclosuretalk AS twice SET cancelled_at = now()
             WHERE held_at IS NULL AND cancelled_at IS NULL AND EXISTS (
                SELECT FROM incidents_disclosuretalk AS one
                 WHERE one.incident_id = twice.incident_id AND one.planned_for = twice.planned_for
                   AND one.held_at IS NULL AND one.cancelled_at IS NULL AND one.id < twice.id
             );
            """,
            migrations.RunSQL.noop,
        ),
        migrations.AddConstraint(
            model_name="disclosuretalk",
            constraint=models.UniqueConstraint(
                fields=["incident", "planned_for"],
                condition=models.Q(("cancelled_at__isnull", True), ("held_at__isnull", True)),
                name="talk_planned_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="disclosuretalk",
            constraint=models.UniqueConstraint(
                fields=["incident", "held_at"],
                condition=models.Q(("held_at__isnull", False)),
                name="talk_held_once",
            ),
        ),
    ]
