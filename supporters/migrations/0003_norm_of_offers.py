import datetime

import django.db.models.expressions
import django.db.models.functions.datetime
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("supporters", "0002_append_only_log"), ("incidents", "0003_support_step")]

    operations = [
        migrations.AddField(
            model_name="offer",
            name="norm_due_at",
            field=models.DateTimeField(
                db_default=django.db.models.expressions.CombinedExpression(
                    django.db.models.functions.datetime.Now(), "+", models.Value(datetime.timedelta(days=1))
                )
            ),
        ),
        # By the terms frozen on the calamity, else by those in force now.
        migrations.RunSQL(
            """
            UPDATE supporters_offer offer
               SET norm_due_at = opened_at + make_interval(hours => 24 * coalesce(
                       (SELECT (step.policy->>'support_days')::int FROM incidents_milestone step
                         WHERE step.incident_id = offer.incident_id AND step.step = 'support'),
                       (SELECT support_days FROM incidents_policy WHERE id = 1),
                       1));
            """,
            migrations.RunSQL.noop,
        ),
        # Who said no before a supporter was asked, or was helped by the coordinator, answered an offer.
        migrations.RunSQL(
            """
            UPDATE supporters_offer SET offered_at = closed_at
             WHERE offered_at IS NULL AND closed_at IS NOT NULL AND outcome IN ('declined', 'referred');
            """,
            migrations.RunSQL.noop,
        ),
        # What calamities show, counted by these two moments from now on.
        migrations.RunSQL(
            """
            UPDATE incidents_milestone step
               SET offered = found.offered, involved = found.involved,
                   done_at = CASE WHEN step.done_at IS NULL AND found.waiting = 0 THEN found.last
                                  ELSE step.done_at END
              FROM (SELECT incident_id,
                           count(*) FILTER (WHERE offered_at <= norm_due_at) AS offered,
                           count(*) AS involved,
                           count(*) FILTER (WHERE offered_at IS NULL AND closed_at IS NULL) AS waiting,
                           max(coalesce(offered_at, closed_at)) AS last
                      FROM supporters_offer GROUP BY incident_id) found
             WHERE step.incident_id = found.incident_id AND step.step = 'support';
            """,
            migrations.RunSQL.noop,
        ),
    ]
