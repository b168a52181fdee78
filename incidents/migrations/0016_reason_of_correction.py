from django.db import migrations, models


class Migration(migrations.Migration):
    """Why a moment was corrected, beside who did it and what stood there before."""

    dependencies = [("incidents", "0015_hours_of_the_hospital")]

    operations = [
        migrations.AddField(
            model_name="trackevent",
            name="reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("typed", "Typed wrong"),
                    ("learned", "Known better since"),
                    ("read", "Another moment is the one that counts"),
                    ("import", "As the VIM system has it"),
                    ("update", "Put in order by an update of Peersupport"),
                ],
                db_default="",
                default="",
                max_length=8,
            ),
        ),
    ]
