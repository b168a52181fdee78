from collections import defaultdict
from datetime import date, timedelta
from fractions import Fraction

from django.conf import settings
from django.db import migrations
from nacl.public import PrivateKey

from evaluations import keyed
from evaluations.batch_keys import BatchKeyMissingError, BatchKeys
from evaluations.discrete_gaussian import draw
from evaluations.persons import hashed, seal

# As they were declared when this was written: what a migration does never changes.
FEELINGS = ("blame", "shame", "incompetent", "isolated")
OF_ONE_TO_FIVE = tuple("12345")
COUNTS = {
    "helped": OF_ONE_TO_FIVE,
    "same_field": OF_ONE_TO_FIVE,
    "for_everybody": OF_ONE_TO_FIVE,
    "mark": tuple(map(str, range(11))),
    "recommend": ("yes", "no"),
}
OF_COUNTS, OF_SUMS = Fraction(676, 25), Fraction(576)


def draw_tallies(apps, schema_editor):
    """The exact counts of each quarter become numbers with noise; the counts go, with the file they lie in."""
    schema_editor.execute("LOCK TABLE evaluations_tally IN EXCLUSIVE MODE")
    quarters = defaultdict(lambda: defaultdict(dict))
    tallies = apps.get_model("evaluations", "Tally").objects.values_list(
        "quarter", "question", "value", "count"
    )
    for quarter, question, value, count in tallies:
        quarters[quarter][question][value] = count
    Opening = apps.get_model("evaluations", "Opening")
    for starts_on, counted in sorted(quarters.items()):
        tables = {
            question: _table({cell: counted[question].get(cell, 0) for cell in cells}, OF_COUNTS)
            for question, cells in COUNTS.items()
        }
        tables["feelings"] = _table(_sums(counted), OF_SUMS)
        after = date(starts_on.year + starts_on.month // 10, (starts_on.month + 2) % 12 + 1, 1)
        Opening.objects.create(starts_on=starts_on, ends_on=after - timedelta(days=1), tables=tables)
    schema_editor.execute("DROP TABLE evaluations_tally")


def keep_an_empty_table(apps, schema_editor):
    """What was drawn is not exact again."""
    schema_editor.create_model(apps.get_model("evaluations", "Tally"))


def _sums(counted):
    sums = {f"{feeling}_{moment}": 0 for feeling in FEELINGS for moment in ("before", "after")}
    for feeling in FEELINGS:
        for pair, count in counted[feeling].items():
            for moment, value in zip(("before", "after"), pair.split("-"), strict=True):
                sums[f"{feeling}_{moment}"] += (2 * int(value) - 3) * count
    return sums


def _table(exact, variance):
    return {
        "cells": {cell: number + draw(variance) for cell, number in exact.items()},
        "variances": dict.fromkeys(exact, str(variance)),
    }


def acknowledge_key(apps, schema_editor):
    """The batch that takes envelopes is ours where its private key fits; else answers are refused until the
    worker, or IT, has put that right.
    """
    keys = BatchKeys(settings.EVALUATION_KEY_DIR)
    for batch in apps.get_model("evaluations", "Batch").objects.filter(released_at=None):
        try:
            private = PrivateKey(keys.load(batch.pk))
        except BatchKeyMissingError:
            continue
        if bytes(private.public_key) == bytes(batch.public_key):
            batch.key_mac = keyed.digest(b"batch", batch.pk.bytes + bytes(batch.public_key))
            batch.save(update_fields=["key_mac"])


def keep_who_counts_once(apps, schema_editor):
    """Whose name is erased already counts by the invitation."""
    batch = apps.get_model("evaluations", "Batch").objects.filter(released_at=None).first()
    if batch is None:
        return
    invitations = list(
        apps.get_model("evaluations", "Invitation")
        .objects.filter(answered=False)
        .select_related("contact__offer__involvement")
        .order_by("?")
    )
    involved = [invitation.contact.offer.involvement for invitation in invitations]
    users = apps.get_model("accounts", "User").objects
    accounts = dict(users.filter(email__in={one.email for one in involved} - {""}).values_list("email", "id"))
    people = [
        hashed(one.employee_id or accounts.get(one.email) or one.email or invitation.pk)
        for invitation, one in zip(invitations, involved, strict=True)
    ]
    for invitation, person in zip(invitations, seal(people, bytes(batch.public_key)), strict=True):
        invitation.person = person
    apps.get_model("evaluations", "Invitation").objects.bulk_update(invitations, ["person"], batch_size=1_000)


class Migration(migrations.Migration):
    dependencies = [
        ("evaluations", "0003_openings"),
        ("accounts", "0001_initial"),
        ("supporters", "0001_initial"),
    ]

    operations = [
        migrations.RunPython(draw_tallies, keep_an_empty_table, elidable=False),
        migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel("Tally")]),
        migrations.RunPython(acknowledge_key, migrations.RunPython.noop, elidable=False),
        migrations.RunPython(keep_who_counts_once, migrations.RunPython.noop, elidable=False),
    ]
