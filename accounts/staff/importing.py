"""The import of staff: one file from upload to commit, all or nothing.

upload → (worker reads) → preview, or refused → confirm → (worker commits) → done. The state is in the row; a
worker that is killed leaves it where it was, and the next sweep goes on. What a worker does it does under a
lock that its database connection holds, so it ends with the worker.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from django.core.cache import cache
from django.db import transaction
from django.db.models import F

from accounts import audit
from accounts.enums import AccessAction, ImportState, Role
from accounts.files import mapped_names
from accounts.files.mapped_names import NameChoice
from accounts.files.spreadsheets import FileRefused, Problem
from accounts.files.uploads import NotReady
from accounts.files.words import mended
from accounts.models import FileName, StaffImport, User
from accounts.policy_log import PolicyLog
from accounts.sign_in import sign_in_changes
from accounts.staff import carry_out, columns
from accounts.staff import plan as staff_plan
from accounts.staff import rows as staff_rows
from accounts.staff.plan import StaffPlan
from accounts.staff.rows import Staff
from hospital.one_worker import alone
from hospital.refused import saying

SHOWN = 200  # people of each kind in the preview, and errors
ATTEMPTS = 3
_LOCK = 0x5AFF  # of hospital.one_worker
_READ = frozenset({ImportState.WAITING, ImportState.READING})


#: Of what the names in staff files stand for.
NAMES = PolicyLog(
    "staff-names",
    FileName,
    Role.ADMIN,
    "settings:staff-import",
    "administration",
    words=mapped_names.in_words,
    said=mapped_names.said,
)


class ImportRunning(Exception):
    """`other` has to be finished or thrown away first."""

    def __init__(self, other: StaffImport | None) -> None:
        super().__init__(str(other))
        self.other = other


class NotSettled(Exception):
    """Somebody has to say first who is who, or what a name stands for."""


class MissingNotMade(Exception):
    """Departments, professions or locations of the file do not exist, and were not asked to be made."""


class ManyLeave(Exception):
    """More than a tenth of the staff would be put out of service, and that was not confirmed."""


def upload(*, content: bytes, file_name: str, complete: bool, by: User | None, at: datetime) -> StaffImport:
    """Keep a file for the worker to read. Raises ImportRunning while another one is open."""
    with saying({"staff_import_one_open": lambda: ImportRunning(open_import())}):
        return StaffImport.objects.create(
            file_name=file_name[-200:],
            content=content,
            is_complete=complete,
            created_by=by,
            created_at=at,
        )


def choose(
    *,
    staff_import: StaffImport,
    digest: str,
    answers: Mapping[str, str],
    choices: Sequence[NameChoice],
    by: User | None,
    at: datetime,
) -> StaffImport:
    """Keep what somebody chose in the preview with `digest`, and have the worker read the file anew by it.

    `answers` says who is who (staff.same_person), for this file; `choices` what names stand for, for the
    next ones too. Raises NotReady when there is no such preview (any more).
    """
    with transaction.atomic():
        current = StaffImport.locked(staff_import.id)
        if current.state != ImportState.PREVIEW or current.preview["digest"] != digest:
            raise NotReady
        if by is not None:
            mapped_names.remember(source=mapped_names.STAFF, choices=choices, log=NAMES, by=by, at=at)
        current.answers = {**current.answers, **answers}
        current.state, current.attempts = ImportState.WAITING, 0
        current.save(update_fields=["answers", "state", "attempts"])
    return current


def confirm(
    *,
    staff_import: StaffImport,
    digest: str,
    make_missing: bool,
    let_many_leave: bool,
    by: User | None,
    at: datetime,
) -> StaffImport:
    """Ask the worker to do what the preview with `digest` shows.

    Raises NotReady when there is no such preview (any more), NotSettled, MissingNotMade, ManyLeave.
    """
    with transaction.atomic():
        current = StaffImport.locked(staff_import.id)
        if current.state != ImportState.PREVIEW or current.preview["digest"] != digest:
            raise NotReady
        if not current.preview["settled"]:
            raise NotSettled
        if any(current.preview["missing"].values()) and not make_missing:
            raise MissingNotMade
        if current.preview["many_leave"] and not let_many_leave:
            raise ManyLeave
        current.state, current.make_missing, current.attempts = ImportState.COMMITTING, make_missing, 0
        current.save(update_fields=["state", "make_missing", "attempts"])
        _write_down(current, by=by, action=AccessAction.CHANGE, at=at)
    return current


def discard(*, staff_import: StaffImport, by: User | None, at: datetime) -> None:
    """Throw the file away. Raises NotReady once it is being committed or finished."""
    with transaction.atomic():
        if not StaffImport.throw_away(at=at, id=staff_import.id):
            raise NotReady
        _write_down(staff_import, by=by, action=AccessAction.ERASE, at=at)


def work(*, import_id: UUID, at: datetime) -> StaffImport:
    """Take the file one step on: read it, or commit it. Does nothing while another worker is at it.

    Returns the import as it is afterwards. Safe to call at any time and any number of times.
    """
    with alone(_LOCK) as is_alone:
        current = StaffImport.objects.get(id=import_id)
        if is_alone and current.is_running:
            StaffImport.objects.filter(id=import_id).update(attempts=F("attempts") + 1)
            if current.attempts >= ATTEMPTS:
                _refuse(current, [Problem(0, "", "gave_up")], at)
            elif current.state in _READ:
                _read(current, at)
            else:
                _commit(current, at)
    return StaffImport.objects.defer("content").get(id=import_id)


def open_import() -> StaffImport | None:
    """The import that keeps others waiting, without its file; None when there is none."""
    everybody = StaffImport.objects.defer("content").select_related("created_by")
    return everybody.filter(finished_at=None).first()


def waiting() -> list[UUID]:
    """The imports that a worker has to take on (at most one, by constraint)."""
    running = StaffImport.objects.filter(finished_at=None).exclude(state=ImportState.PREVIEW)
    return list(running.values_list("id", flat=True))


def progress(import_id: UUID) -> tuple[int, int]:
    """How far the worker is, and out of how much; (0, 1) before it began. For the eye only."""
    done, total = cache.get(_key(import_id)) or (0, 1)
    return min(done, total), max(total, 1)


def _read(current: StaffImport, at: datetime) -> None:
    StaffImport.objects.filter(id=current.id, state__in=_READ).update(state=ImportState.READING)
    try:
        staff = _parse(current, at, of=1)
    except FileRefused as refusal:
        _refuse(current, [Problem(refusal.line, "", refusal.code)], at)
        return
    plan = None if staff.problems else _plan(staff, current, at)
    problems = plan.problems if plan else staff.problems
    if problems or plan is None:
        _refuse(current, problems, at, rows=len(staff.people))
        return
    StaffImport.objects.filter(id=current.id, state=ImportState.READING).update(
        state=ImportState.PREVIEW,
        rows_total=len(staff.people),
        attempts=0,
        preview={
            **staff_plan.preview(plan, cap=SHOWN),
            "ignored": staff.ignored[:40],
            "mended": [asdict(each) for each in mended(staff.cleaned)],
        },
    )


def _commit(current: StaffImport, at: datetime) -> None:
    staff = _parse(current, at, of=2)
    with transaction.atomic():
        locked = StaffImport.locked(current.id)
        if locked.state != ImportState.COMMITTING:
            return
        plan = _plan(staff, locked, at)
        if plan.problems or plan.digest() != current.preview["digest"]:
            # Somebody changed a person or a department since the preview: it must be looked at again.
            StaffImport.objects.filter(id=current.id).update(state=ImportState.WAITING, attempts=0)
            return
        people = len(staff.people)
        with sign_in_changes.watched(
            by=current.created_by, access_point=_access_point(current.created_by), at=at
        ):
            carry_out.apply(plan, at=at, progress=lambda done: _tell(current.id, people + done, 2 * people))
        StaffImport.objects.filter(id=current.id).update(
            state=ImportState.DONE,
            finished_at=at,
            **{**StaffImport.WIPED, "preview": {"counts": current.preview["counts"]}},
        )


def _plan(staff: Staff, current: StaffImport, at: datetime) -> StaffPlan:
    return staff_plan.make(staff, complete=current.is_complete, answers=current.answers, at=at)


def _parse(current: StaffImport, at: datetime, *, of: int) -> Staff:
    table, found = columns.read(bytes(current.content or b""), current.file_name)
    return staff_rows.parse(
        table,
        found,
        this_year=at.year,
        progress=lambda done: _tell(current.id, done, of * max(table.about, done)),
    )


def _refuse(current: StaffImport, problems: list[Problem], at: datetime, *, rows: int = 0) -> None:
    first = sorted(problems, key=lambda problem: problem.line)[:SHOWN]
    StaffImport.objects.filter(id=current.id, finished_at=None).update(
        state=ImportState.REFUSED,
        finished_at=at,
        rows_total=rows,
        errors=[asdict(each) for each in first],
        **{**StaffImport.WIPED, "preview": {"errors": len(problems)}},
    )


def _write_down(staff_import: StaffImport, *, by: User | None, action: AccessAction, at: datetime) -> None:
    audit.record(
        action=action,
        user=by,
        role=Role.ADMIN if by else None,
        access_point=_access_point(by),
        object_kind="staff import",
        object_ref=str(staff_import.id),
        basis="administration",
        at=at,
    )


def _access_point(by: User | None) -> str:
    return "settings:staff-import" if by else "import_staff"


def _key(import_id: UUID) -> str:
    return f"staff-import:{import_id}"


def _tell(import_id: UUID, done: int, total: int) -> None:
    cache.set(_key(import_id), (done, total), timeout=3600)
