from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    """While people work: the constraint is looked at in every line, without a lock that stops them."""

    atomic = False
    dependencies = [("supporters", "0025_active_is_trained")]

    operations = [ValidateConstraint(model_name="supporter", name="supporter_active_is_trained")]
