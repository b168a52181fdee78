import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("incidents", "0009_log_of_later_moments"),
        ("supporters", "0011_one_line_indexes"),
    ]

    operations = [
        migrations.AddField(
            model_name="offer",
            name="ask_again_since",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="supportpolicy",
            name="ask_again_days",
            field=models.PositiveSmallIntegerField(
                db_default=730,
                default=730,
                help_text="After a calamity, where a hearing or a verdict may come late. They can take it back.",
                verbose_name="who asked to be asked again is erased after (days)",
            ),
        ),
        migrations.CreateModel(
            name="RenewedOffer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "moment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="incidents.latermoment",
                    ),
                ),
                (
                    "offer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="renewed",
                        to="supporters.offer",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("offer", "moment"), name="renewed_offer_once_per_moment")
                ],
            },
        ),
        migrations.RunSQL(
            """
            CREATE TRIGGER renewedoffer_append_only BEFORE UPDATE ON supporters_renewedoffer
                FOR EACH ROW EXECUTE FUNCTION refuse_change();
            CREATE TRIGGER renewedoffer_no_truncate BEFORE TRUNCATE ON supporters_renewedoffer
                FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
            """,
            """
            DROP TRIGGER renewedoffer_no_truncate ON supporters_renewedoffer;
            DROP TRIGGER renewedoffer_append_only ON supporters_renewedoffer;
            """,
        ),
    ]
