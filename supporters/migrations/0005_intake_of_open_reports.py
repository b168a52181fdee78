"""Reports of the last 30 days that name nobody become somebody's work, with a term that begins now."""

from datetime import timedelta

from django.db import migrations
from django.utils import timezone

from hospital.clock import OfficeHours


def open_rows(apps, schema_editor):
    Incident = apps.get_model("incidents", "Incident")
    UnnamedReport = apps.get_model("supporters", "UnnamedReport")
    hours = apps.get_model("hospital", "WorkingHours").objects.first()
    office = OfficeHours(hours.starts, hours.ends, frozenset(hours.decreed_days)) if hours else OfficeHours()
    now = timezone.now()
    reports = Incident.objects.filter(
        reported_at__gte=now - timedelta(days=30),
        kind__in=["vim", "calamity", "event"],
        involvements=None,
        withdrawn_at=None,
        joined_into=None,
        unnamed=None,
    )
    UnnamedReport.objects.bulk_create(
        [
            UnnamedReport(
                incident=report,
                # What it did to the patient was not asked until now: a calamity stands on top.
                weight=4 if report.kind == "calamity" else 1,
                opened_at=report.reported_at,
                due_at=office.add_days(now, 1),
            )
            for report in reports.iterator(chunk_size=500)
        ],
        batch_size=500,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("supporters", "0004_intake"),
        ("hospital", "0001_initial"),
    ]

    operations = [migrations.RunPython(open_rows, migrations.RunPython.noop, elidable=True)]
