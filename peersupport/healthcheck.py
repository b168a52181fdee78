"""What a container asks itself: is my web server, my worker or my clock well?"""

import socket
from http.client import HTTPConnection
from urllib.parse import urlsplit

from django.conf import settings

SECONDS = 5


def check(part: str) -> str:
    """Why `part` (web, worker or beat) is not well; empty when it is."""
    return {"web": web, "worker": worker, "beat": beat}[part]()


def web() -> str:
    """Gunicorn answers. Whether people can work is for the load balancer to ask, at /healthz/ready."""
    connection = HTTPConnection("127.0.0.1", settings.PORT, timeout=SECONDS)
    try:
        connection.request("GET", "/healthz/live", headers={"Host": urlsplit(settings.SITE_URL).netloc})
        status = connection.getresponse().status
    except OSError as error:
        return f"The web server does not answer: {error}"
    return "" if status == 200 else f"The web server answers {status}."


def worker() -> str:
    """The worker on this host answers a ping."""
    from peersupport.celery import app  # noqa: PLC0415  # needs the settings

    replies = app.control.ping(destination=[f"celery@{socket.gethostname()}"], timeout=SECONDS)
    return "" if replies else "The worker does not answer."


def beat() -> str:
    """A sweep was done a short while ago: the clock queued it, and a worker did it."""
    import django  # noqa: PLC0415  # needs the settings

    django.setup()
    from peersupport.health import heartbeat  # noqa: PLC0415  # needs the registry of models

    verdict = heartbeat()
    return "" if verdict == "ok" else f"The last sweep: {verdict}."
