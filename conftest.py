"""Every test runs against a real PostgreSQL and a real Redis: those of the environment, or embedded ones."""

import hypothesis
import pytest
from django.conf import settings
from django.core.cache import cache

from notifications.tests.smtp_sink import Sink, SinkServer
from peersupport import embedded, messages

# A slow machine is no failure: what is measured is measured in benchmarks/.
hypothesis.settings.register_profile("peersupport", deadline=None)
hypothesis.settings.load_profile("peersupport")


def pytest_sessionstart(session):
    messages.compile_catalogs()
    embedded.start_missing(settings.EMBEDDED_SERVERS)


@pytest.fixture(autouse=True)
def _empty_cache():
    """Rate limits and cached figures of one test never reach the next."""
    cache.clear()


@pytest.fixture
def smtp(settings):
    """A real SMTP server, and Django's mail pointed at it."""
    with SinkServer(Sink()) as sink:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
        yield sink
