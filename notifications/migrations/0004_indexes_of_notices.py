from django.db import migrations

INDEXES = {
    "notice_awaits_digest": "INDEX {} ON notifications_notice (created_at) WHERE awaits_digest",
    "notice_of_digest": "INDEX {} ON notifications_notice (digest_id) WHERE digest_id IS NOT NULL",
    "notice_one_unread_bundle": (
        "UNIQUE INDEX {} ON notifications_notice (user_id, kind) WHERE count > 1 AND read_at IS NULL"
    ),
}


class Migration(migrations.Migration):
    """The indexes that 0002 declared, without locking out who writes notices; no row of before is in one.

    Where 0002 made them itself, in its first days, they are there already.
    """

    atomic = False

    dependencies = [("notifications", "0003_retry_of_a_mail")]

    operations = [
        migrations.RunSQL(
            "CREATE " + definition.replace("INDEX {}", f"INDEX CONCURRENTLY IF NOT EXISTS {name}"),
            f"DROP INDEX CONCURRENTLY IF EXISTS {name}",
        )
        for name, definition in INDEXES.items()
    ]
