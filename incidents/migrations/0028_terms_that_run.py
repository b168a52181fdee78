from datetime import date, timedelta

from django.db import migrations
from django.db.models import Exists, OuterRef
from django.utils import timezone

from hospital.clock import add_working_days, end_of_day, local_day


def notices_of_reported(apps, schema_editor):
    """What was only reported has its notice due by law when the time to establish has run out.

    Migration 0022 emptied the term that did not run, and left it so until something else was changed.
    """
    rows = apps.get_model("incidents", "Milestone").objects.filter(
        step="igj",
        done_at=None,
        statutory_due_at=None,
        incident__kind="calamity",
        incident__established_at=None,
    )
    changed = []
    for row in rows.select_related("incident").iterator(chunk_size=500):
        noticed = row.incident.noticed_at or row.incident.reported_at
        established_by = local_day(noticed) + timedelta(weeks=row.policy.get("establish_weeks", 6))
        decreed = frozenset(map(date.fromisoformat, row.policy.get("decreed_holidays", ())))
        days = row.policy.get("igj_working_days", 3)
        row.statutory_due_at = end_of_day(add_working_days(established_by, days, decreed))
        changed.append(row)
    _store(apps, changed, ["statutory_due_at"], "incidents.law_")


def support_of_nobody(apps, schema_editor):
    """Where nobody is named, nobody waits for support: its clock starts with the first who is."""
    named = apps.get_model("incidents", "Involvement").objects.filter(incident=OuterRef("incident"))
    Milestone = apps.get_model("incidents", "Milestone")
    rows = list(Milestone.objects.filter(~Exists(named), step="support", internal_due_at__isnull=False))
    for row in rows:
        row.internal_due_at = None
    _store(apps, rows, ["internal_due_at"], "incidents.step_")


def _store(apps, rows, fields, kinds):
    """What was to be told of the terms that stood here is told no more; what there must be now is written by
    the nightly reconciliation, from the ladder that begins now.
    """
    now = timezone.now()
    for row in rows:
        if row.done_at is None:
            row.reminded_at = now
    apps.get_model("incidents", "Milestone").objects.bulk_update(rows, [*fields, "reminded_at"], 500)
    apps.get_model("notifications", "Reminder").objects.filter(
        subject_id__in=[row.pk for row in rows],
        kind__startswith=kinds,
        done_at=None,
        cancelled_at=None,
    ).update(cancelled_at=now)


class Migration(migrations.Migration):
    dependencies = [("incidents", "0027_apostrophes"), ("notifications", "0006_bounces")]

    operations = [
        migrations.RunPython(notices_of_reported, migrations.RunPython.noop),
        migrations.RunPython(support_of_nobody, migrations.RunPython.noop),
    ]
