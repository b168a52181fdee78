"""Wiring only: settings, addresses, Celery, the embedded servers and the process tree of `make run`."""

from peersupport.celery import app as celery_app

__all__ = ["celery_app"]
