import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

import supporters.models


class Migration(migrations.Migration):
    dependencies = [
        ("hospital", "0002_cover"),
        ("incidents", "0011_always_offered"),
        ("supporters", "0015_appointments_checked"),
    ]

    operations = [
        migrations.AddField(
            model_name="supportpolicy",
            name="always_offered",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
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
                ),
                blank=True,
                db_default=django.db.models.expressions.RawSQL(
                    "'{resuscitation,aggression,violent_death,sudden_death,child_death,suicide,colleague_death,"
                    "large_accident}'::varchar(20)[]",
                    [],
                ),
                default=supporters.models.default_always_offered,
                size=None,
                verbose_name="after these the head of department is asked who was there",
            ),
        ),
        migrations.AddField(
            model_name="supportpolicy",
            name="forgotten_days",
            field=models.PositiveSmallIntegerField(
                db_default=14,
                default=14,
                verbose_name="a head of department adds a forgotten colleague within (days)",
            ),
        ),
        migrations.AddField(
            model_name="supportpolicy",
            name="head_answers_days",
            field=models.PositiveSmallIntegerField(
                db_default=1, default=1, verbose_name="the head says so within (working days)"
            ),
        ),
        migrations.AlterField(
            model_name="corridortalk",
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
            ),
        ),
        migrations.AlterField(
            model_name="intakerule",
            name="event_type",
            field=models.CharField(
                blank=True,
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
                default="",
                max_length=20,
                verbose_name="what happened",
            ),
        ),
        migrations.CreateModel(
            name="HeadQuestion",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("asked_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("named", "Named people"),
                            ("nobody", "Nobody is missing"),
                            ("settled", "Settled by the coordinator"),
                        ],
                        default="",
                        max_length=7,
                    ),
                ),
                (
                    "department",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="hospital.department",
                    ),
                ),
                (
                    "incident",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="head_questions",
                        to="incidents.incident",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("answered_at__isnull", True)),
                        fields=["due_at", "id"],
                        name="head_question_waiting",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("incident", "department"), name="head_question_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("answer", ""), ("answered_at__isnull", True)),
                            models.Q(("answered_at__isnull", False), models.Q(("answer", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="head_question_answered_has_moment",
                    ),
                ],
            },
        ),
    ]
