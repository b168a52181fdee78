"""The settings of production, with the floors beside the pages that are held against them."""

import os

os.environ["DEBUG"] = "1"  # lets the embedded servers stand in; switched off again below

from peersupport.settings import *

DEBUG = False
TEMPLATES[0]["OPTIONS"].pop("debug", None)
INSTALLED_APPS = [*INSTALLED_APPS, "benchmarks"]
ROOT_URLCONF = "benchmarks.urls"
LOGGING = {"version": 1, "disable_existing_loggers": True}
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
