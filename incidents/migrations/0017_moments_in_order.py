from django.db import migrations


class Migration(migrations.Migration):
    """What an import had put out of order happened, or was noticed, at the latest when the next was.

    The earlier moment is the safe one: the law's clocks start no later by it. The log says what stood there.
    """

    dependencies = [("incidents", "0016_reason_of_correction")]

    operations = [
        migrations.RunSQL(
            """
            INSERT INTO incidents_trackevent
                        (incident_id, kind, step, moment, previous, ground, reason, at)
            SELECT id, 'noticed_corrected', '', established_at, noticed_at, '', 'update', now()
              FROM incidents_incident
             WHERE noticed_at > established_at AND tracked_since IS NOT NULL;

            INSERT INTO incidents_trackevent
                        (incident_id, kind, step, moment, previous, ground, reason, at)
            SELECT id, 'occurred_corrected', '', LEAST(noticed_at, established_at), occurred_at, '', 'update',
                   now()
              FROM incidents_incident
             WHERE occurred_at > LEAST(noticed_at, established_at) AND tracked_since IS NOT NULL;

            UPDATE incidents_incident
               SET occurred_at = CASE WHEN occurred_at IS NULL THEN NULL
                                      ELSE LEAST(occurred_at, noticed_at, established_at) END,
                   noticed_at = CASE WHEN noticed_at IS NULL THEN NULL
                                     ELSE LEAST(noticed_at, established_at) END
             WHERE occurred_at > LEAST(noticed_at, established_at) OR noticed_at > established_at;
            """,
            migrations.RunSQL.noop,
        ),
    ]
