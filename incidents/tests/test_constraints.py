"""What the database holds, whatever the code does."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.tests.factories import DepartmentFactory, UserFactory
from incidents.models import Policy, TrackEvent, VimImport, VimMapping
from incidents.tests.factories import IncidentFactory

AT = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
pytestmark = [pytest.mark.django_db, pytest.mark.clock(AT)]

DONE = {"kind": "step_done", "step": "igj", "moment": AT}
CORRECTED = {"kind": "noticed_corrected", "moment": AT, "reason": "typed"}
NONE = {"kind": "no_calamity", "ground": "no_harm"}
NAMED = {"kind": "department_named", "step": "alignment"}


@pytest.mark.parametrize(
    ("line", "wrong", "constraint"),
    [
        (DONE, {"step": ""}, "track_event_step"),
        (CORRECTED, {"step": "igj"}, "track_event_step"),
        (DONE, {"moment": None}, "track_event_moment"),
        (CORRECTED, {"moment": None}, "track_event_moment"),
        (NONE, {"moment": AT}, "track_event_moment"),
        (DONE, {"previous": AT}, "track_event_previous"),
        (DONE, {"kind": "step_corrected"}, "track_event_previous"),
        (DONE, {"kind": "step_reopened", "moment": None}, "track_event_previous"),
        (DONE, {"ground": "no_harm"}, "track_event_ground"),
        (NONE, {"ground": ""}, "track_event_ground"),
        (DONE, {"reason": "typed"}, "track_event_reason"),
        (CORRECTED, {"reason": ""}, "track_event_reason"),
        (NAMED, {"department": None}, "track_event_department"),
        (DONE, {"department": ...}, "track_event_department"),
    ],
)
def test_what_stands_in_a_line_of_the_log_follows_from_its_kind(line, wrong, constraint):
    department = DepartmentFactory()
    right = {"incident": IncidentFactory(), "at": AT, **line}
    if line is NAMED:
        right["department"] = department
    TrackEvent.objects.create(**right)
    wrong = {name: department if value is ... else value for name, value in wrong.items()}
    with pytest.raises(IntegrityError, match=f'"{constraint}"'), transaction.atomic():
        TrackEvent.objects.create(**{**right, **wrong})


@pytest.mark.parametrize(
    "more",
    [{"igj_working_days": 4}, {"igj_working_days": 0}, {"establish_weeks": 7}, {"final_report_weeks": 9}],
)
def test_no_policy_gives_more_time_than_the_law(more):
    Policy.current()
    with pytest.raises(IntegrityError, match="policy_within_the_law"), transaction.atomic():
        Policy.objects.update(**more)


@pytest.fixture
def upload():
    return VimImport.objects.create(
        file_name="vim.csv", content=b"names", created_by=UserFactory(), created_at=AT
    )


@pytest.mark.parametrize("wrong", [{"finished_at": AT}, {"content": None}, {"counts": {"new": 3}}])
def test_an_upload_has_its_content_until_it_is_finished(upload, wrong):
    with (
        pytest.raises(IntegrityError, match="vim_import_finished_keeps_no_content"),
        transaction.atomic(),
    ):
        VimImport.objects.update(**wrong)
    VimImport.objects.update(finished_at=AT, content=None, counts={"new": 3})


def test_a_coordinator_has_one_upload_open(upload):
    again = VimImport(file_name="2.csv", content=b"", created_by=upload.created_by, created_at=AT)
    with pytest.raises(IntegrityError, match="vim_import_one_open_each"), transaction.atomic():
        again.save()
    VimImport.objects.update(finished_at=AT + timedelta(hours=1), content=None)
    again.save(force_insert=True)


@pytest.mark.parametrize(
    ("name", "constraint"), [("Ons systeem", "vim_mapping_name_once"), ("", "vim_mapping_has_a_name")]
)
def test_the_columns_of_an_export_stand_under_a_name_of_their_own(name, constraint):
    VimMapping.objects.create(name="Ons systeem", columns={})
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        VimMapping.objects.create(name=name, columns={})
