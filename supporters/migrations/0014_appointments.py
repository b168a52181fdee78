import uuid

import django.db.models.deletion
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("supporters", "0013_norm_of_coverage"),
    ]

    operations = [
        migrations.CreateModel(
            name="MeetingPlace",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("name", models.CharField(max_length=60, verbose_name="place")),
                ("in_use", models.BooleanField(default=True)),
            ],
        ),
        migrations.CreateModel(
            name="Appointment",
            fields=[
                (
                    "planned_by",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="supporters.contactevent",
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="appointments",
                        to="supporters.contact",
                    ),
                ),
                (
                    "place",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="supporters.meetingplace",
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "mode",
                    models.CharField(
                        choices=[
                            ("in_person", "in person"),
                            ("telephone", "by telephone"),
                            ("video", "by video"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "planned"),
                            ("held", "held"),
                            ("missed", "did not happen"),
                            ("cancelled", "cancelled"),
                        ],
                        default="open",
                        max_length=9,
                    ),
                ),
                ("sequence", models.PositiveSmallIntegerField(default=0)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="contactevent",
            name="contact_event_mode_of_conversation",
        ),
        migrations.AlterField(
            model_name="contact",
            name="next_step",
            field=models.CharField(
                choices=[
                    ("answer", "Say whether you can"),
                    ("call", "Call"),
                    ("call_again", "Try again"),
                    ("call_later", "Call, as agreed"),
                    ("planned", "Talk, as agreed"),
                    ("arrange", "Agree on another moment"),
                    ("talk", "Have the conversation"),
                    ("plan", "Plan a follow-up call"),
                    ("follow_up", "Follow up"),
                    ("close", "Close, or plan another call"),
                    ("wait", "Wait: the coordinator decides"),
                    ("nothing", "Nothing"),
                ],
                db_default="answer",
                max_length=10,
            ),
        ),
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
        migrations.AddConstraint(
            model_name="meetingplace",
            constraint=models.UniqueConstraint(
                fields=("name",),
                name="meeting_place_once",
                violation_error_message="This place is on the list already.",
            ),
        ),
        migrations.AddField(
            model_name="contactevent",
            name="place",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="supporters.meetingplace",
            ),
        ),
        AddConstraintNotValid(
            model_name="contactevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("mode", ""),
                    (
                        "kind__in",
                        ["conversation", "follow_up_held", "appointment_planned", "appointment_moved"],
                    ),
                    _connector="OR",
                ),
                name="contact_event_mode_of_talk",
            ),
        ),
        AddConstraintNotValid(
            model_name="contactevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("place__isnull", True),
                    models.Q(
                        ("kind__in", ["appointment_planned", "appointment_moved"]), ("mode", "in_person")
                    ),
                    _connector="OR",
                ),
                name="contact_event_place_of_appointment",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")),
                fields=("contact",),
                name="appointment_one_open_per_contact",
                violation_error_message="A talk is planned already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="appointment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("mode", "in_person"), ("place__isnull", False)),
                    models.Q(("mode__in", ["telephone", "video"]), ("place__isnull", True)),
                    _connector="OR",
                ),
                name="appointment_place_in_person",
            ),
        ),
    ]
