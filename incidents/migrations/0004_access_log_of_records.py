from django.db import migrations

# The log is append-only and may not name who received support: for this once its triggers are off. Switching
# them locks the table against other writers until the commit, so no line misses its place in the chain, which
# accounts.0005 rebuilds. Lines of a record whose link to the account is emptied keep nobody at all.
FILL = """
ALTER TABLE accounts_accessevent DISABLE TRIGGER USER;
UPDATE accounts_accessevent AS event
   SET record = involvement.id
  FROM incidents_involvement AS involvement
  JOIN incidents_incident AS incident ON incident.id = involvement.incident_id
 WHERE event.record IS NULL
   AND event.object_kind IN ('incident', 'support')
   AND event.object_ref = incident.reference
   AND event.subject_id = involvement.employee_id;
-- Whoever asked for support, and whoever stood on the own report: the record says whose it is.
UPDATE accounts_accessevent AS event
   SET user_id = NULL, basis = 'own record', record = involvement.id
  FROM incidents_involvement AS involvement
  JOIN incidents_incident AS incident ON incident.id = involvement.incident_id
 WHERE event.action = 'create'
   AND event.access_point = 'incidents:report'
   AND event.object_kind = 'incident'
   AND event.object_ref = incident.reference
   AND event.user_id = involvement.employee_id
   AND involvement.added_at = incident.reported_at;
UPDATE accounts_accessevent AS event
   SET user_id = NULL, basis = 'own record'
  FROM incidents_incident AS incident
 WHERE event.action = 'create'
   AND event.access_point = 'incidents:report'
   AND event.object_kind = 'incident'
   AND event.object_ref = incident.reference
   AND incident.kind = 'self';
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE accounts_accessevent ENABLE TRIGGER USER;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_access_log_record"), ("incidents", "0003_support_step")]
    run_before = [("accounts", "0005_access_log_without_subject")]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
