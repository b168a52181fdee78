from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("incidents", "0007_analysis_team")]

    operations = [migrations.RemoveField(model_name="incident", name="analysts")]
