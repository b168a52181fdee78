"""Every test runs against a real PostgreSQL and a real Redis, given by the environment or started here."""

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def _empty_cache():
    """Rate limits and cached figures of one test never reach the next."""
    cache.clear()
