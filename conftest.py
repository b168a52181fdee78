"""Every test runs against a real PostgreSQL and a real Redis, given by the environment or started here."""

import hypothesis
import pytest
from django.core.cache import cache

# A slow machine is no failure: what is measured is measured in benchmarks/.
hypothesis.settings.register_profile("peersupport", deadline=None)
hypothesis.settings.load_profile("peersupport")


@pytest.fixture(autouse=True)
def _empty_cache():
    """Rate limits and cached figures of one test never reach the next."""
    cache.clear()
