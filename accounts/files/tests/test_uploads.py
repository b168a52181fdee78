from datetime import UTC, datetime, timedelta

import pytest

from accounts.enums import ImportState
from accounts.files import uploads
from accounts.models import StaffImport
from accounts.staff.tests.test_importing import line, read

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
pytestmark = [pytest.mark.clock(AT), pytest.mark.django_db]


@pytest.mark.parametrize(("age", "thrown"), [(timedelta(days=7), 1), (timedelta(days=6, hours=23), 0)])
def test_a_staff_file_that_nobody_finished_is_thrown_away_after_a_week(age, thrown):
    current = read(line("P1"))
    StaffImport.objects.update(created_at=AT - age)
    assert uploads.discard_forgotten(at=AT) == thrown
    current.refresh_from_db()
    gone = current.state == ImportState.DISCARDED, current.content is None, not current.preview
    assert gone == (bool(thrown),) * 3
    assert uploads.discard_forgotten(at=AT) == 0


def test_a_staff_file_that_is_being_imported_is_not_forgotten():
    read(line("P1"))
    StaffImport.objects.update(created_at=AT - uploads.KEPT, state=ImportState.COMMITTING)
    assert uploads.discard_forgotten(at=AT) == 0
    assert StaffImport.objects.get().content is not None
