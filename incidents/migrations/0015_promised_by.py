from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("incidents", "0014_end_of_number")]

    operations = [
        migrations.AddField(
            model_name="incident",
            name="promised_by",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
