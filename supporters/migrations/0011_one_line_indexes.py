from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

#: Under its name as a constraint: what is refused by it is told by that name.
UNIQUE = """
    CREATE UNIQUE INDEX CONCURRENTLY contact_one_open_per_person
        ON supporters_contact (open_for_id) WHERE open_for_id IS NOT NULL
"""


class Migration(migrations.Migration):
    """While people work: outside a transaction, so that no table is locked."""

    atomic = False
    dependencies = [("supporters", "0010_saved_filters")]

    operations = [
        AddIndexConcurrently(
            model_name="offer",
            index=models.Index(
                fields=["continues"], name="offer_goes_on", condition=models.Q(continues__isnull=False)
            ),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(UNIQUE, "DROP INDEX CONCURRENTLY contact_one_open_per_person")
            ],
            state_operations=[
                migrations.AddConstraint(
                    model_name="contact",
                    constraint=models.UniqueConstraint(
                        fields=["open_for"],
                        condition=models.Q(open_for__isnull=False),
                        name="contact_one_open_per_person",
                        violation_error_message="Somebody supports this colleague already.",
                    ),
                )
            ],
        ),
    ]
