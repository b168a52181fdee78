from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("evaluations", "0012_invitations_expire")]

    operations = [
        migrations.AddField(
            model_name="survey",
            name="everybody",
            field=models.BooleanField(
                db_default=False, default=False, verbose_name="The whole staff is asked"
            ),
        ),
    ]
