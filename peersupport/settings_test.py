"""Settings for the tests: those of development, quicker, and in English, as the texts in the source are."""

import os

os.environ.setdefault("DEBUG", "1")
os.environ.setdefault("DEMO", "1")

from peersupport.server_urls import redis_client, redis_database  # after the defaults above
from peersupport.settings import *  # noqa: F403  # the tests change a few of them
from peersupport.settings import CACHES, DATA_DIR, INSTALLED_APPS, REDIS_URL

DEBUG = False
INSTALLED_APPS = [*INSTALLED_APPS, "django_migration_linter"]  # for `make lint`
LANGUAGE_CODE = "en"
SECOND_FACTOR = False  # accounts/sign_in/tests/test_second_factor.py switches it on
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

# Tests flush their Redis database: the last ones, one a worker of pytest-xdist, never the one of development.
# The keys of evaluations are a worker's own too: a release destroys those that its database does not know.
_worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
EVALUATION_KEY_DIR = DATA_DIR / "test" / f"keys{_worker}"
REDIS_URL = redis_database(REDIS_URL, 15 - _worker)
CACHES = {"default": {**CACHES["default"], "LOCATION": redis_client(REDIS_URL), "KEY_PREFIX": "test"}}
CELERY_BROKER_URL = REDIS_URL
