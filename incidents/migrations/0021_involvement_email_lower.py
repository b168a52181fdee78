import django.db.models.functions.text
from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("incidents", "0020_one_way_of_reaching")]

    operations = [
        AddConstraintNotValid(
            model_name="involvement",
            constraint=models.CheckConstraint(
                condition=models.Q(("email", django.db.models.functions.text.Lower("email"))),
                name="involvement_email_lower",
            ),
        ),
        ValidateConstraint(model_name="involvement", name="involvement_email_lower"),
    ]
