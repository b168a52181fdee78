import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
from django.db import migrations, models


class Migration(migrations.Migration):
    """A release has its version; what is there, and what 0.1.0 still writes meanwhile, is of the first.

    The constraint cannot be built beside the table in use: it is, for a table of some forty rows that is
    written once in three months, there in milliseconds.
    """

    dependencies = [("dashboards", "0002_append_only")]

    operations = [
        migrations.AddField(
            model_name="release",
            name="version",
            field=models.PositiveSmallIntegerField(db_default=1, default=2),
        ),
        migrations.AddConstraint(
            model_name="release",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("version__gte", 2)),
                expressions=[
                    (
                        models.Func(
                            "starts_on",
                            "ends_on",
                            models.Value("[]"),
                            function="daterange",
                            output_field=django.contrib.postgres.fields.ranges.DateRangeField(),
                        ),
                        "&&",
                    )
                ],
                name="release_periods_apart",
            ),
        ),
    ]
