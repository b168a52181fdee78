from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("evaluations", "0010_surveys_stay_as_begun")]

    operations = [
        migrations.AddField(
            model_name="survey",
            name="everybody",
            field=models.BooleanField(
                db_default=False, default=False, verbose_name="The whole staff is asked"
            ),
        ),
    ]
