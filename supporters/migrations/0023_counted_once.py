import django.db.models.deletion
from django.db import migrations, models

#: What goes on with another was counted with it; what is open for somebody is counted with the first of it.
COUNTED = """
    UPDATE supporters_offer SET counted_with_id = continues_id WHERE continues_id IS NOT NULL;
    UPDATE supporters_offer AS offer SET counted_with_id = first.id
      FROM incidents_involvement AS involved,
           (SELECT DISTINCT ON (involved.employee_id) involved.employee_id, offer.id
              FROM supporters_offer AS offer
              JOIN incidents_involvement AS involved ON involved.id = offer.involvement_id
             WHERE offer.closed_at IS NULL AND offer.continues_id IS NULL AND involved.employee_id IS NOT NULL
             ORDER BY involved.employee_id, offer.opened_at, offer.id) AS first
     WHERE involved.id = offer.involvement_id AND first.employee_id = involved.employee_id
       AND offer.closed_at IS NULL AND offer.continues_id IS NULL AND first.id <> offer.id;
"""


class Migration(migrations.Migration):
    dependencies = [("supporters", "0022_sooner_after_all")]

    operations = [
        migrations.AddField(
            model_name="offer",
            name="counted_with",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="counted_along",
                to="supporters.offer",
            ),
        ),
        migrations.RunSQL(COUNTED, migrations.RunSQL.noop),
    ]
