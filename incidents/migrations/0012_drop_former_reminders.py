from django.db import migrations


class Migration(migrations.Migration):
    """Reminders of before the ladder, which is written under keys of its own: both would be sent."""

    dependencies = [
        ("incidents", "0011_clocks_as_policy"),
        ("notifications", "0004_indexes_of_notices"),
    ]

    operations = [
        migrations.RunSQL(
            r"""
            UPDATE notifications_reminder SET cancelled_at = now()
             WHERE done_at IS NULL AND cancelled_at IS NULL
               AND kind IN ('incidents.step_soon', 'incidents.step_due')
               AND key ~ '^milestone:[^:]+:(internal|statutory):incidents\.step_'
            """,
            migrations.RunSQL.noop,
        ),
    ]
