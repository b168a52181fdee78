from django.db import migrations, models

OFF = """
ALTER TABLE accounts_accessevent DISABLE TRIGGER USER;
ALTER TABLE accounts_accesslink DISABLE TRIGGER USER;
"""
ON = """
ALTER TABLE accounts_accessevent ENABLE TRIGGER USER;
ALTER TABLE accounts_accesslink ENABLE TRIGGER USER;
"""

# Who was given or lost a role is no secret, and now stands beside the role.
ROLES = """
UPDATE accounts_accessevent SET object_ref = object_ref || ' ' || subject_id
 WHERE object_kind = 'role' AND subject_id IS NOT NULL;
SET CONSTRAINTS ALL IMMEDIATE;
"""

# The chain of one line, in one place: the trigger and a rebuild use it, accounts.audit.chain_of computes the
# same in Python.
CHAIN = """
CREATE OR REPLACE FUNCTION access_event_chain_of(previous bytea, line accounts_accessevent) RETURNS bytea
LANGUAGE sql STABLE AS $$
    SELECT sha256(coalesce(previous, ''::bytea) || convert_to(json_build_array(
        line.id,
        (extract(epoch FROM line.at) * 1000000)::bigint,
        line.action,
        line.user_id,
        line.responsible,
        line.access_point,
        line.object_kind,
        line.object_ref,
        line.{whose},
        line.basis
    )::text, 'UTF8'))
$$;
CREATE OR REPLACE FUNCTION access_event_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    previous bytea;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('accounts_accesslink'));
    SELECT chain INTO previous FROM accounts_accesslink ORDER BY id DESC LIMIT 1;
    INSERT INTO accounts_accesslink (event_id, chain) VALUES (NEW.id, access_event_chain_of(previous, NEW));
    RETURN NULL;
END $$;
DO $$
DECLARE
    previous bytea;
    link record;
BEGIN
    FOR link IN SELECT id, event_id FROM accounts_accesslink ORDER BY id LOOP
        SELECT access_event_chain_of(previous, event) INTO previous
          FROM accounts_accessevent AS event WHERE event.id = link.event_id;
        UPDATE accounts_accesslink SET chain = previous WHERE id = link.id;
    END LOOP;
END $$;
SET CONSTRAINTS ALL IMMEDIATE;
"""


class Migration(migrations.Migration):
    """One transaction: killed in the middle, nothing of it has happened."""

    dependencies = [("accounts", "0004_access_log_record")]

    operations = [
        migrations.RunSQL(OFF, CHAIN.format(whose="subject_id") + ON),
        migrations.RunSQL(ROLES, migrations.RunSQL.noop),
        migrations.RemoveIndex("accessevent", "access_log_of_subject"),
        migrations.RemoveField("accessevent", "subject"),
        migrations.AddIndex(
            "accessevent",
            models.Index(
                fields=["record", "-at"],
                name="access_log_of_record",
                condition=models.Q(record__isnull=False),
            ),
        ),
        migrations.AddIndex(
            "accessevent",
            models.Index(
                fields=["at"], name="access_log_of_worklist", condition=models.Q(object_kind="worklist")
            ),
        ),
        migrations.RunSQL(CHAIN.format(whose="record") + ON, OFF),
    ]
