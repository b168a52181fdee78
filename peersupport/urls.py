"""Every address of the site: each app names its own in `<app>/urls.py`, from the root on."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

APPS = ["accounts", "notifications", "incidents", "supporters", "evaluations", "dashboards"]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include(f"{app}.urls")) for app in APPS if find_spec(f"{app}.urls")
]
