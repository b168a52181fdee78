from django.db import migrations

# `refuse_change` is shared by every append-only table of the house: access log, contact log, published
# figures.
REFUSE_CHANGE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER accessevent_append_only BEFORE UPDATE OR DELETE ON accounts_accessevent
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER accesslink_append_only BEFORE UPDATE OR DELETE ON accounts_accesslink
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""

# The chain is made when the transaction commits: the lock, one for the whole log, is taken last and held
# shortest. `zz_` puts it after the foreign key checks of the same row. accounts.audit.chain_of computes the
# same in Python.
CHAIN = """
CREATE FUNCTION access_event_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    previous bytea;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('accounts_accesslink'));
    SELECT chain INTO previous FROM accounts_accesslink ORDER BY id DESC LIMIT 1;
    INSERT INTO accounts_accesslink (event_id, chain) VALUES (
        NEW.id,
        sha256(coalesce(previous, ''::bytea) || convert_to(json_build_array(
            NEW.id,
            (extract(epoch FROM NEW.at) * 1000000)::bigint,
            NEW.action,
            NEW.user_id,
            NEW.responsible,
            NEW.access_point,
            NEW.object_kind,
            NEW.object_ref,
            NEW.subject_id,
            NEW.basis
        )::text, 'UTF8'))
    );
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER zz_access_event_chain AFTER INSERT ON accounts_accessevent
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION access_event_chain();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.RunSQL(
            REFUSE_CHANGE,
            """
            DROP TRIGGER accesslink_append_only ON accounts_accesslink;
            DROP TRIGGER accessevent_append_only ON accounts_accessevent;
            DROP FUNCTION refuse_change();
            """,
        ),
        migrations.RunSQL(
            CHAIN,
            """
            DROP TRIGGER zz_access_event_chain ON accounts_accessevent;
            DROP FUNCTION access_event_chain();
            """,
        ),
    ]
