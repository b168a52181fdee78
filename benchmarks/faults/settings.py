"""The settings of production, its intervals too, by the clock that the faults move."""

import os
from pathlib import Path

os.environ.setdefault("DEBUG", "1")  # stand-ins for the secrets; switched off again below

from benchmarks.faults.clock import Clock
from peersupport.settings import *  # noqa: F403  # the settings are those of production
from peersupport.settings import INSTALLED_APPS, STORAGES

DEBUG = IN_DEVELOPMENT = False
DEMO = False
SECURE_SSL_REDIRECT = False
LANGUAGE_CODE = "en"
INSTALLED_APPS = [*INSTALLED_APPS, "benchmarks.faults"]
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
STATIC_ROOT = None  # type: ignore[assignment]  # nothing was collected
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = False
# Beat sleeps by the machine's clock: it has to look up to see that ours was moved.
CELERY_BEAT_MAX_LOOP_INTERVAL = 0.2

if "FAULTS_CLOCK" in os.environ:
    Clock(Path(os.environ["FAULTS_CLOCK"])).follow()
