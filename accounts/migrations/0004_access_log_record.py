import hashlib
import json
from datetime import UTC, datetime, timedelta

from django.db import migrations, models

# As the chain was computed until here (accounts.audit then): the log may not be rewritten unseen, so what it
# was before the coming rewrite is written down in it.
FIELDS = (
    "event_id",
    "event__at",
    "event__action",
    "event__user_id",
    "event__responsible",
    "event__access_point",
    "event__object_kind",
    "event__object_ref",
    "event__subject_id",
    "event__basis",
)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def note_head(apps, schema_editor):
    """One line that keeps the head of the old chain; and one that names the first broken line, if any."""
    AccessEvent = apps.get_model("accounts", "AccessEvent")
    AccessLink = apps.get_model("accounts", "AccessLink")
    last = AccessLink.objects.order_by("-id").first()
    if last is None:
        return
    lines = [("upgrade", bytes(last.chain).hex())]
    broken = first_broken(AccessLink.objects.all())
    if broken is not None:
        lines.append(("broken before the upgrade", str(broken)))
    for basis, reference in lines:
        AccessEvent.objects.create(
            at=datetime.now(UTC),
            action="change",
            user=None,
            access_point="migrate",
            object_kind="access log",
            object_ref=reference,
            basis=basis,
        )


def first_broken(links):
    previous = b""
    lines = links.order_by("id").values_list("chain", *FIELDS)
    for chain, number, at, *rest in lines.iterator(chunk_size=5_000):
        moment = (at - EPOCH) // timedelta(microseconds=1)
        canonical = [number, moment, *(None if value is None else str(value) for value in rest)]
        line = json.dumps(canonical, ensure_ascii=False).encode()
        if hashlib.sha256(previous + line).digest() != bytes(chain):
            return number
        previous = bytes(chain)
    return None


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_policychange")]

    operations = [
        migrations.AddField("accessevent", "record", models.UUIDField(null=True)),
        migrations.RunPython(note_head, migrations.RunPython.noop),
    ]
