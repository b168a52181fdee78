"""The settings of production, with the floors beside the pages that are held against them."""

import os

os.environ.setdefault("DEBUG", "1")  # lets the embedded servers stand in; switched off again below

from peersupport.settings import *  # noqa: F403  # the settings are those of production
from peersupport.settings import INSTALLED_APPS, STORAGES

DEBUG = False
DEMO = False
SECOND_FACTOR = False  # nobody who measures has one
SECURE_SSL_REDIRECT = False
INSTALLED_APPS = [*INSTALLED_APPS, "benchmarks"]
ROOT_URLCONF = "benchmarks.urls"
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = False
