"""The Celery application: broker and schedule from the settings (`CELERY_…`), tasks from each `tasks.py`."""

import ctypes
import os
import signal
import sys

from celery import Celery
from celery.signals import beat_embedded_init, setup_logging, task_prerun, worker_process_init
from django.db import close_old_connections

from hospital import names

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "peersupport.settings")

_PR_SET_PDEATHSIG = 1  # from <linux/prctl.h>

app = Celery("peersupport")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["accounts.sign_in", "accounts.staff"])


@setup_logging.connect
def _keep_djangos_logging(**_: object) -> None:
    """With a receiver here Celery leaves logging as the settings have set it up."""


@beat_embedded_init.connect
@worker_process_init.connect
def _end_with_the_worker(**_: object) -> None:
    """A worker that is killed leaves no process of its pool behind, and no beat, waiting for ever."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)


@task_prerun.connect
def _begin(**_: object) -> None:
    """As Django does before a request: PostgreSQL may have ended the connection since the last task, and the
    hospital may call something otherwise.

    Celery keeps a connection for CELERY_DB_REUSE_MAX tasks, a broken one too: without this a restart of the
    database stops every sweep for an hour.
    """
    close_old_connections()
    names.begin()
