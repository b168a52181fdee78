from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("supporters", "0021_told_of_moment"),
    ]

    operations = [
        migrations.AlterField(
            model_name="contactevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("assigned", "Asked"),
                    ("accepted", "Accepted"),
                    ("handed_back", "Handed back"),
                    ("attempt_failed", "Tried, not reached"),
                    ("reached", "Reached"),
                    ("offer_declined", "Does not want support"),
                    ("offer_later", "Not now, later"),
                    ("offer_sooner", "Sooner after all"),
                    ("conversation", "Conversation held"),
                    ("follow_up_planned", "Follow-up planned"),
                    ("follow_up_held", "Follow-up held"),
                    ("appointment_planned", "Talk planned"),
                    ("appointment_moved", "Talk moved"),
                    ("appointment_cancelled", "Talk cancelled"),
                    ("appointment_missed", "Talk did not happen"),
                    ("coordinator_called_in", "Coordinator alerted"),
                    ("coordinator_answered", "Coordinator answered"),
                    ("unreached", "Not reached after several attempts"),
                    ("talk_granted", "One more talk agreed"),
                    ("closed", "Closed"),
                    ("corrected", "Undone"),
                ],
                max_length=22,
            ),
        ),
    ]
