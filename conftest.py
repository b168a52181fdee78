"""Every test runs against a real PostgreSQL and a real Redis: those of the environment, or embedded ones."""

import hypothesis
import pytest
from django.conf import settings
from django.core.cache import cache

from peersupport import embedded

# A slow machine is no failure: what is measured is measured in benchmarks/.
hypothesis.settings.register_profile("peersupport", deadline=None)
hypothesis.settings.load_profile("peersupport")


def pytest_sessionstart(session):
    embedded.start_missing(settings.EMBEDDED_SERVERS)


@pytest.fixture(autouse=True)
def _empty_cache():
    """Rate limits and cached figures of one test never reach the next."""
    cache.clear()
