from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    """Whoever was not trained yet pauses until they are; nobody could ask them before either."""

    dependencies = [("supporters", "0024_counted_along")]

    operations = [
        migrations.RunSQL(
            "UPDATE supporters_supporter SET status = 'paused' WHERE status = 'active' AND trained_on IS NULL",
            migrations.RunSQL.noop,
        ),
        AddConstraintNotValid(
            model_name="supporter",
            constraint=models.CheckConstraint(
                condition=models.Q(("status", "active"), _negated=True) | models.Q(trained_on__isnull=False),
                name="supporter_active_is_trained",
                violation_error_message="Whoever was not trained yet cannot be asked.",
            ),
        ),
    ]
