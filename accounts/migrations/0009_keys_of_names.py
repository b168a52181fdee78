from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_sessions_end_with_service")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="search_key",
            field=models.TextField(db_default="", default="", editable=False),
        ),
        migrations.AddField(
            model_name="user",
            name="sort_key",
            field=models.TextField(db_collation="C", db_default="", default="", editable=False),
        ),
    ]
