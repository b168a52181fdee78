from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("evaluations", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="evaluationpolicy",
            name="period",
            field=models.CharField(
                choices=[("quarter", "a quarter"), ("half_year", "half a year"), ("year", "a year")],
                db_default="quarter",
                default="quarter",
                max_length=9,
                verbose_name="period of figures and evaluations",
            ),
        ),
    ]
