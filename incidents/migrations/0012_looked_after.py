import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("incidents", "0011_always_offered"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CareArrangement",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "what",
                    models.CharField(
                        choices=[
                            ("patient", "Patient"),
                            ("family", "Family"),
                            ("department", "Department"),
                            ("staff", "Staff"),
                            ("hospital", "Hospital"),
                            ("spokesperson", "Speaks for the hospital"),
                            ("family_contact", "The family’s contact person"),
                            ("patient_support", "Patient support"),
                            ("case_meeting", "M&M meeting"),
                        ],
                        max_length=15,
                    ),
                ),
                ("on", models.DateField(verbose_name="on")),
                ("changed_at", models.DateTimeField()),
                (
                    "employee",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "incident",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="arrangements",
                        to="incidents.incident",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="TrainedCoach",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("added_at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="trackevent",
            name="looked_after",
            field=models.CharField(
                blank=True,
                choices=[
                    ("patient", "Patient"),
                    ("family", "Family"),
                    ("department", "Department"),
                    ("staff", "Staff"),
                    ("hospital", "Hospital"),
                    ("spokesperson", "Speaks for the hospital"),
                    ("family_contact", "The family’s contact person"),
                    ("patient_support", "Patient support"),
                    ("case_meeting", "M&M meeting"),
                ],
                db_default="",
                default="",
                max_length=15,
            ),
        ),
        migrations.AlterField(
            model_name="trackevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("step_done", "Step done"),
                    ("step_corrected", "Step corrected"),
                    ("step_reopened", "Step open again"),
                    ("established", "Established as a calamity"),
                    ("established_corrected", "Moment of establishing corrected"),
                    ("noticed_given", "Moment of noticing given"),
                    ("noticed_corrected", "Moment of noticing corrected"),
                    ("occurred_corrected", "Moment it happened corrected"),
                    ("in_doubt", "In doubt whether it is a calamity"),
                    ("made_calamity", "Taken as a calamity"),
                    ("no_calamity", "No calamity: the clocks have ended"),
                    ("violence", "Notice due: violence in the care relationship"),
                    ("dismissal", "Notice due: dismissal for dysfunctioning"),
                    ("department_named", "Other department named"),
                    ("department_dropped", "Other department taken off"),
                    ("department_confirmed", "Other department aligned"),
                    ("extension_asked", "Extension asked for"),
                    ("extension_granted", "Extension granted"),
                    ("extension_refused", "Extension refused"),
                    ("letter", "Term set by the inspectorate’s letter"),
                    ("report_asked", "The inspectorate asks for the report"),
                    ("report_not_asked", "The inspectorate asks for no report"),
                    ("term_taken_back", "Extension, confirmation or letter taken back"),
                    ("analysis_started", "Analysis: started"),
                    ("analysis_interviews", "Analysis: interviews begun"),
                    ("analysis_concept", "Analysis: draft report ready"),
                    ("disclosure_planned", "Talk planned"),
                    ("disclosure_cancelled", "Talk cancelled"),
                    ("disclosure_held", "Talk held"),
                    ("coach_asked", "Disclosure coach asked for"),
                    ("coach_found", "Disclosure coach found"),
                    ("report_joined", "Another report of the same event joined"),
                    ("term_computed", "Legal term, by the corrected moments"),
                    ("arranged", "Arranged"),
                    ("arranged_no_more", "Not arranged after all"),
                    ("later_set", "Moment for those involved set"),
                    ("later_cancelled", "Moment for those involved cancelled"),
                ],
                max_length=22,
            ),
        ),
        migrations.AddConstraint(
            model_name="carearrangement",
            constraint=models.UniqueConstraint(fields=("incident", "what"), name="arrangement_once"),
        ),
        migrations.AddConstraint(
            model_name="carearrangement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("employee__isnull", True), ("what__in", ("patient_support", "case_meeting"))),
                    models.Q(("employee__isnull", False), ("what__in", ("spokesperson", "family_contact"))),
                    ("what__in", ("patient", "family", "department", "staff", "hospital")),
                    _connector="OR",
                ),
                name="arrangement_by_somebody",
            ),
        ),
    ]
