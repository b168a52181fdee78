from django.db import migrations, models


class Migration(migrations.Migration):
    """The name of somebody with an account is no longer copied: the column keeps what is typed in."""

    dependencies = [("incidents", "0018_incident_moments_in_order")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveConstraint(model_name="involvement", name="involvement_erased_is_empty"),
                migrations.RenameField(model_name="involvement", old_name="name", new_name="typed_name"),
                migrations.AlterField(
                    model_name="involvement",
                    name="typed_name",
                    field=models.CharField(
                        blank=True, db_column="name", default="", max_length=150, verbose_name="name"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="involvement",
                    constraint=models.CheckConstraint(
                        condition=models.Q(
                            ("erased_at__isnull", True),
                            models.Q(
                                ("email", ""),
                                ("employee__isnull", True),
                                ("telephone", ""),
                                ("typed_name", ""),
                            ),
                            _connector="OR",
                        ),
                        name="involvement_erased_is_empty",
                    ),
                ),
            ]
        )
    ]
