"""Every address of the site: each app names its own in `<app>/urls.py`, from the root on."""

from importlib.util import find_spec

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from peersupport import health

APPS = ["accounts", "notifications", "incidents", "supporters", "training", "evaluations", "dashboards"]
if settings.DEMO:
    APPS.append("demo")

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz/live", health.live, name="live"),
    path("healthz/ready", health.ready, name="ready"),
    *(path("", include(f"{app}.urls")) for app in APPS if find_spec(f"{app}.urls")),
]
