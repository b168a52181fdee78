"""How gunicorn serves the site, in development and in production alike."""

import logging
import os
from pathlib import Path

from django.conf import settings
from gunicorn.workers.base import Worker

bind = f"{settings.HOST}:{settings.PORT}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "gthread"
threads = int(os.environ.get("WEB_THREADS", "4"))
timeout = 30  # seconds
graceful_timeout = 5 if settings.IN_DEVELOPMENT else 20  # seconds
keepalive = 5  # seconds
# A slow leak never becomes an outage.
max_requests = 0 if settings.IN_DEVELOPMENT else 10_000
max_requests_jitter = 1_000
memory = Path("/dev/shm")  # nosec B108  # gunicorn's own advice
worker_tmp_dir = str(memory) if memory.is_dir() else None
logconfig_dict = settings.LOGGING
control_socket_disable = True
# Nobody's visits are written down.
accesslog = None

reload = settings.IN_DEVELOPMENT
if reload:
    reload_extra_files = [
        str(path)
        for folder, pattern in (("templates", "**/*.html"), ("locale", "**/*.mo"))
        for path in (settings.BASE_DIR / folder).glob(pattern)
    ]


def worker_exit(server: object, worker: Worker) -> None:
    """Taking an interpreter down costs a second of the processor and frees nothing that ending does not."""
    if worker.booted:
        logging.shutdown()
        os._exit(0)
