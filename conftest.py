"""Every test runs against a real PostgreSQL and a real Redis: those of the environment, or embedded ones."""

from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import hypothesis
import pytest
import time_machine
from django.core.cache import cache
from django.db import connection, transaction

from development import messages
from notifications.tests.smtp_sink import Sink, SinkServer
from peersupport.startup import prepare

ROOT = Path(__file__).resolve().parent
# A slow machine is no failure: what is measured is measured in benchmarks/.
hypothesis.settings.register_profile("peersupport", deadline=None)
hypothesis.settings.load_profile("peersupport")

#: Coverage is that of the rooms' own tests: these go through much at once, which says little of a line, and
#: measuring them would take half as long again.
NOT_MEASURED = {"benchmarks", "demo", "development", "e2e"}


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.relative_to(ROOT).parts[0] in NOT_MEASURED:
            item.add_marker(pytest.mark.no_cover)


def pytest_sessionstart(session):
    messages.compile_catalogs()
    prepare()


@pytest.fixture(autouse=True, scope="session")
def _emptied_between_tests():
    """Between tests that commit the database is emptied, also of the logs that nobody may empty otherwise."""
    operations = type(connection.ops)
    flush = operations.execute_sql_flush

    def emptied(self, statements):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgname LIKE '%%_no_truncate'"
            )
            found = cursor.fetchall()
            for switched in ("DISABLE", "ENABLE"):
                if switched == "ENABLE":
                    flush(self, statements)
                for table, trigger in found:
                    cursor.execute(f"ALTER TABLE {table} {switched} TRIGGER {trigger}")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operations, "execute_sql_flush", emptied)
        yield


@pytest.fixture(autouse=True)
def _clock(request):
    """Stops the clock at the moment that the test is marked with, so that nothing in it asks the real one."""
    mark = request.node.get_closest_marker("clock")
    with time_machine.travel(mark.args[0], tick=False) if mark else nullcontext():
        yield


@pytest.fixture(autouse=True)
def _somebody_can_be_asked(request, monkeypatch):
    """What is promised is what a hospital promises that has a pool and a coordinator, in all tests but those
    that are marked `whole_pool`: few of them fill it.
    """
    if not request.node.get_closest_marker("whole_pool"):
        there = SimpleNamespace(rows=lambda **_given: [{"who": "pool"}, {"who": "desk"}])
        monkeypatch.setattr("supporters.pool.members._WHO", there)


@pytest.fixture(autouse=True)
def _empty_cache():
    """Rate limits and cached figures of one test never reach the next."""
    cache.clear()


@pytest.fixture(autouse=True)
def _drawn_anew(settings):
    """Where nothing is committed, nothing takes away what was drawn."""
    yield
    for kept in settings.EVALUATION_KEY_DIR.glob("*.drawn"):
        kept.unlink()


@pytest.fixture
def smtp(settings):
    """A real SMTP server, and Django's mail pointed at it."""
    with SinkServer(Sink()) as sink:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        yield sink
