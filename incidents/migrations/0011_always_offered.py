from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("incidents", "0010_involvement_by_email"),
    ]

    operations = [
        migrations.AlterField(
            model_name="incident",
            name="event_type",
            field=models.CharField(
                choices=[
                    ("safety", "Safety incident in care"),
                    ("resuscitation", "Resuscitation"),
                    ("aggression", "Aggression or violence"),
                    ("complaint", "Complaint or claim"),
                    ("disciplinary", "Disciplinary case"),
                    ("violent_death", "Violent death of a patient"),
                    ("sudden_death", "Sudden death of a patient"),
                    ("child_death", "Death of a child"),
                    ("suicide", "Suicide or attempt"),
                    ("colleague_death", "Death of a colleague"),
                    ("large_accident", "Large accident or disaster"),
                    ("non_medical", "Non-medical incident"),
                    ("other", "Something else"),
                ],
                max_length=20,
                verbose_name="what happened",
            ),
        ),
    ]
