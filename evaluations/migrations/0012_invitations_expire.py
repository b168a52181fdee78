from datetime import timedelta

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Now

EXPIRE = """
    UPDATE evaluations_invitation SET expires_at = invited_at + make_interval(days => coalesce(
        (SELECT valid_days FROM evaluations_evaluationpolicy WHERE id = 1), 30)::int)
"""


class Migration(migrations.Migration):
    """While people work: outside a transaction, so that no table is locked."""

    atomic = False
    dependencies = [("evaluations", "0011_surveys_kept")]

    operations = [
        migrations.AddField(
            model_name="invitation",
            name="expires_at",
            field=models.DateTimeField(db_default=Now() + timedelta(days=30)),
        ),
        migrations.RunSQL(EXPIRE, migrations.RunSQL.noop),
        AddIndexConcurrently(
            model_name="invitation",
            index=models.Index(fields=["expires_at"], name="invitation_expires"),
        ),
        RemoveIndexConcurrently(model_name="invitation", name="invitation_invited"),
    ]
