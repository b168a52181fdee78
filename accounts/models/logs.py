from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from accounts.enums import AccessAction
from accounts.models.user import User


class AccessEvent(models.Model):
    """One line of the access log: append-only by a database trigger, chained by hash.

    Fields after NEN 7513. `object_ref` is a reference or an id, never a name. `record` is the id of the row
    that ties a person to a case (`incidents.Involvement`): the own page finds its lines by it, and nobody
    does once that row's link to the account is emptied. No line names who received support, or it would
    be known from the log for ever. Written by accounts.audit.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    action = models.CharField(max_length=10, choices=AccessAction.choices)
    user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    responsible = models.CharField(max_length=20, blank=True, default="")  # the role it was done in
    access_point = models.CharField(max_length=60)  # the page or command
    object_kind = models.CharField(max_length=40)
    object_ref = models.CharField(max_length=64)
    record = models.UUIDField(null=True)
    basis = models.CharField(max_length=40)  # why: "coordinator of the case", "own record"

    class Meta:
        indexes = (
            # /access-log/, newest first, by key: all, of one object, of one user.
            models.Index(fields=["-at", "-id"], name="access_log_newest"),
            models.Index(fields=["object_ref", "-at", "-id"], name="access_log_of_object"),
            models.Index(fields=["user", "-at", "-id"], name="access_log_of_user"),
            # The employee's own page: who opened the own case, and when the worklist was opened.
            models.Index(
                fields=["record", "-at"],
                name="access_log_of_record",
                condition=models.Q(record__isnull=False),
            ),
            models.Index(
                fields=["at"], name="access_log_of_worklist", condition=models.Q(object_kind="worklist")
            ),
        )

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action} {self.object_kind} {self.object_ref}"


class AccessLink(models.Model):
    """The place of a line in the chain: SHA-256 over the previous link's chain and the line's fields.

    Written by the database alone, when a line's transaction commits (migration 0002), so `id` follows the
    order of the commits; append-only as the log itself.
    """

    id = models.BigAutoField(primary_key=True)
    event = models.OneToOneField(AccessEvent, models.PROTECT, related_name="link")
    chain = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"{self.id}: {bytes(self.chain).hex()}"


class PolicyChange(models.Model):
    """One field of one policy that somebody changed: append-only by a database trigger (accounts.policy_log).

    `old` and `new` are what JSON can hold of the values: a date or a time as in ISO 8601.
    """

    id = models.BigAutoField(primary_key=True)
    policy = models.CharField(max_length=40)
    field = models.CharField(max_length=120)
    old = models.JSONField(encoder=DjangoJSONEncoder, null=True)
    new = models.JSONField(encoder=DjangoJSONEncoder, null=True)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = (
            # "Who changed what" on the page of a policy, newest first, by key.
            models.Index(fields=["policy", "-id"], name="policy_change_newest"),
        )

    def __str__(self) -> str:
        return f"{self.policy}.{self.field} at {self.at:%Y-%m-%d %H:%M}"
