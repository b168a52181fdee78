"""The Celery application: broker and schedule from the settings (`CELERY_…`), tasks from `<app>/tasks.py`."""

import os
import signal

from celery import Celery
from celery.signals import setup_logging, worker_process_init

from peersupport.embedded import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "peersupport.settings")

app = Celery("peersupport")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def _keep_djangos_logging(**_: object) -> None:
    """With a receiver here Celery leaves logging as the settings have set it up."""


@worker_process_init.connect
def _end_with_the_worker(**_: object) -> None:
    """A worker that is killed leaves no process of its pool behind, waiting for work for ever."""
    die_with_parent(signal.SIGKILL)
