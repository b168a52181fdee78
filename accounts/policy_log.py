"""Who changed which setting of a policy, when, from what to what: written with the change and kept for good.

A room declares its policy once, and its page saves and shows by it::

    LOG = PolicyLog("calamities", Policy, Role.ADMIN, "calamity-policy", "administration")

    LOG.keep(policy=form.instance, fields=form.changed_data, by=request.user, at=now)
    render(…, {"form": form, "history": LOG.history(request.GET)})

and the template includes ``components/policy_log.html``.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import FieldDoesNotExist
from django.db import models, transaction
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.formats import date_format, time_format
from django.utils.text import capfirst
from django.utils.translation import gettext

from accounts import audit, by_key
from accounts.enums import AccessAction, Role
from accounts.models import PolicyChange, User

SIZE = 20
#: Said of what has no value, on every page.
NO_VALUE = "–"


def _said(value: Any) -> str:
    """`value` in words of the reader's language."""
    if value is None or value in ("", []):
        return NO_VALUE
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, (list, tuple)):
        return ", ".join(map(_said, value))
    if isinstance(value, time):
        return time_format(value, "H:i")
    if isinstance(value, date) and not isinstance(value, datetime):
        return date_format(value, "j F Y")
    return str(value)


@dataclass(frozen=True)
class PolicyLine:
    """One line of the history, in words."""

    at: datetime
    by: str
    what: str
    old: str
    new: str


@dataclass(frozen=True)
class History:
    """Changes, newest first; `older` is the query string of the next page, empty where there is none."""

    changes: list[PolicyLine]
    older: str


@dataclass(frozen=True)
class PolicyLog:
    """The history of one policy: its name, its model, who keeps it (`role`, for the access log's `basis`) on
    which page. Of a field that the model does not have `words` says what it is called, `said` what it holds.
    """

    name: str
    model: type[models.Model]
    role: Role
    page: str
    basis: str
    words: Callable[[str], str] = str
    said: Callable[[Any], str] = _said

    def keep(
        self, *, policy: models.Model, fields: Iterable[str], by: User, at: datetime
    ) -> list[PolicyChange]:
        """Save those of `fields` in which `policy` differs from the database, with a line for each.

        One transaction; a second one waits for the row. Nothing is written where nothing differs. The access
        log gets its line as well.
        """
        rows: QuerySet[models.Model] = QuerySet(self.model)
        with transaction.atomic():
            rows.get_or_create(pk=policy.pk)
            stored = rows.select_for_update().get(pk=policy.pk)
            differing = {
                name: (getattr(stored, name), getattr(policy, name))
                for name in fields
                if getattr(stored, name) != getattr(policy, name)
            }
            if differing:
                policy.save(force_update=True, update_fields=list(differing))
            return self.record(differing, by=by, at=at)

    def record(
        self,
        changes: Mapping[str, tuple[Any, Any]],
        *,
        by: User,
        at: datetime,
        role: Role | None = None,
    ) -> list[PolicyChange]:
        """Write a line for each of `changes` (field: old and new value), in the caller's transaction.

        `role` is the one it was done in, where more than one keeps the policy.
        """
        if not changes:
            return []
        audit.record(
            action=AccessAction.CHANGE,
            user=by,
            role=role or self.role,
            access_point=self.page,
            object_kind="policy",
            object_ref=self.name,
            basis=self.basis,
            at=at,
        )
        return PolicyChange.objects.bulk_create(
            PolicyChange(policy=self.name, field=field, old=_plain(old), new=_plain(new), by=by, at=at)
            for field, (old, new) in changes.items()
        )

    def history(self, query: QueryDict) -> History:
        """Twenty changes, newest first; `query` may hold ``before``, the key of an older page."""
        rows = PolicyChange.objects.filter(policy=self.name).select_related("by")
        before = query.get("before", "")
        key = (int(before),) if before.isdecimal() and len(before) < 19 else None
        found = by_key.cut(rows, ("-id",), size=SIZE, behind=key)
        older = f"?before={found.rows[-1].id}#history" if found.more_behind else ""
        return History([self._in_words(row) for row in found.rows], older)

    def _in_words(self, row: PolicyChange) -> PolicyLine:
        try:
            field = self.model._meta.get_field(row.field)  # noqa: SLF001  # public, for all its underscore
        except FieldDoesNotExist:
            # A field of an earlier version, or a name that the room gave itself.
            old, new = (NO_VALUE if value is None else self.said(value) for value in (row.old, row.new))
            return PolicyLine(row.at, row.by.name, self.words(row.field), old, new)
        assert isinstance(field, models.Field)
        old, new = (_said(_value(field, value)) for value in (row.old, row.new))
        return PolicyLine(row.at, row.by.name, capfirst(str(field.verbose_name)), old, new)


def _plain(value: Any) -> Any:
    return sorted(value) if isinstance(value, (set, frozenset)) else value


def _value(field: "models.Field[Any, Any]", value: Any) -> Any:
    """`value` as the field holds it, or the label of a choice."""
    if isinstance(field, ArrayField):
        return [_value(field.base_field, one) for one in value or []]
    if field.choices:
        return dict(field.flatchoices).get(value, value)
    return field.to_python(value)
