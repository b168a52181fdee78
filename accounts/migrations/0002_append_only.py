from django.db import migrations

# Shared by every append-only table of the house: access log, contact log, track of a calamity, published figures.
REFUSE_CHANGE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER accessevent_append_only BEFORE UPDATE OR DELETE ON accounts_accessevent
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER accessevent_no_truncate BEFORE TRUNCATE ON accounts_accessevent
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER accesslink_append_only BEFORE UPDATE OR DELETE ON accounts_accesslink
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER accesslink_no_truncate BEFORE TRUNCATE ON accounts_accesslink
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER policychange_append_only BEFORE UPDATE OR DELETE ON accounts_policychange
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER policychange_no_truncate BEFORE TRUNCATE ON accounts_policychange
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""

# The chain is made when the transaction commits: the lock, one for the whole log, is taken last and held
# shortest. `zz_` puts it after the foreign key checks of the same row. accounts.audit.chain_of computes the
# same in Python.
CHAIN = """
CREATE FUNCTION access_event_chain_of(previous bytea, line accounts_accessevent) RETURNS bytea
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
        line.record,
        line.basis
    )::text, 'UTF8'))
$$;
CREATE FUNCTION access_event_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    previous bytea;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('accounts_accesslink'));
    SELECT chain INTO previous FROM accounts_accesslink ORDER BY id DESC LIMIT 1;
    INSERT INTO accounts_accesslink (event_id, chain) VALUES (NEW.id, access_event_chain_of(previous, NEW));
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER zz_access_event_chain AFTER INSERT ON accounts_accessevent
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION access_event_chain();
"""

# A session of before somebody was put out of service never opens again, whoever or whatever wrote that.
LEFT = """
CREATE FUNCTION user_left() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Never back, also when somebody writes a row that was read before.
    NEW.times_left := OLD.times_left + (OLD.is_active AND NOT NEW.is_active)::int;
    RETURN NEW;
END $$;
CREATE TRIGGER user_left BEFORE UPDATE ON accounts_user
    FOR EACH ROW WHEN (OLD.is_active OR NEW.times_left < OLD.times_left) EXECUTE FUNCTION user_left();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.RunSQL(REFUSE_CHANGE, "DROP FUNCTION refuse_change() CASCADE;"),
        migrations.RunSQL(
            CHAIN,
            """
            DROP FUNCTION access_event_chain() CASCADE;
            DROP FUNCTION access_event_chain_of(bytea, accounts_accessevent);
            """,
        ),
        migrations.RunSQL(LEFT, "DROP FUNCTION user_left() CASCADE;"),
    ]
