import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("incidents", "0007_index_not_erased"),
    ]

    operations = [
        migrations.CreateModel(
            name="LaterMoment",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "incident",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="later_moments",
                        to="incidents.incident",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("feedback", "Feedback: what was found"),
                            ("interview", "Interview for the analysis"),
                            ("hearing", "Hearing"),
                            ("verdict", "Verdict"),
                            ("public", "The report is made public"),
                            ("press", "Attention in the press"),
                        ],
                        max_length=9,
                        verbose_name="what",
                    ),
                ),
                ("planned_for", models.DateTimeField()),
                (
                    "way",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("meeting", "In a meeting"),
                            ("ward", "On the ward"),
                            ("telephone", "By telephone"),
                        ],
                        default="",
                        max_length=9,
                        verbose_name="how",
                    ),
                ),
                ("place", models.CharField(blank=True, default="", max_length=60, verbose_name="where")),
                ("set_at", models.DateTimeField()),
                ("changed_at", models.DateTimeField()),
                ("cancelled_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.AddField(
            model_name="trackevent",
            name="later",
            field=models.CharField(
                blank=True,
                choices=[
                    ("feedback", "Feedback: what was found"),
                    ("interview", "Interview for the analysis"),
                    ("hearing", "Hearing"),
                    ("verdict", "Verdict"),
                    ("public", "The report is made public"),
                    ("press", "Attention in the press"),
                ],
                db_default="",
                default="",
                max_length=9,
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
                    ("later_set", "Moment for those involved set"),
                    ("later_cancelled", "Moment for those involved cancelled"),
                ],
                max_length=22,
            ),
        ),
        migrations.AddConstraint(
            model_name="latermoment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("cancelled_at__isnull", True)),
                fields=("incident", "kind", "planned_for"),
                name="later_moment_once",
                violation_error_message="This moment is already listed here.",
            ),
        ),
        migrations.AddConstraint(
            model_name="latermoment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("kind__in", ("feedback", "interview", "hearing")),
                        models.Q(("way", ""), _negated=True),
                    ),
                    models.Q(
                        models.Q(("kind__in", ("feedback", "interview", "hearing")), _negated=True),
                        ("place", ""),
                        ("way", ""),
                    ),
                    _connector="OR",
                ),
                name="later_moment_way_where_people_meet",
            ),
        ),
        migrations.AddConstraint(
            model_name="latermoment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("changed_at__gte", models.F("set_at")),
                    models.Q(
                        ("cancelled_at__isnull", True),
                        ("cancelled_at", models.F("changed_at")),
                        _connector="OR",
                    ),
                ),
                name="later_moment_changes_in_order",
            ),
        ),
    ]
