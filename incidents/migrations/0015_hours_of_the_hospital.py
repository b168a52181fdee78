from django.db import migrations


class Migration(migrations.Migration):
    """Working hours and days off are the hospital's (hospital.WorkingHours), not those of calamities alone."""

    dependencies = [
        ("hospital", "0001_initial"),
        ("incidents", "0014_no_truncate"),
    ]

    operations = [
        migrations.RunSQL(
            """
            INSERT INTO hospital_workinghours (id, starts, ends, decreed_days)
            SELECT id, work_starts, work_ends, decreed_holidays FROM incidents_policy
                ON CONFLICT (id) DO UPDATE SET starts = excluded.starts, ends = excluded.ends,
                                               decreed_days = excluded.decreed_days
            """,
            """
            UPDATE incidents_policy SET work_starts = starts, work_ends = ends, decreed_holidays = decreed_days
              FROM hospital_workinghours
            """,
        ),
        migrations.RemoveConstraint(model_name="policy", name="policy_working_day_has_length"),
        migrations.RemoveField(model_name="policy", name="decreed_holidays"),
        migrations.RemoveField(model_name="policy", name="work_ends"),
        migrations.RemoveField(model_name="policy", name="work_starts"),
    ]
