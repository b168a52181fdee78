"""What an installation runs: ``python -m peersupport web``, ``worker``, ``beat``, in development ``run``.

Each starts only with complete settings and servers that answer; otherwise it ends with one line on why.
"""

import argparse
import os
import sys
import warnings

from peersupport.startup import CannotStart, prepare, read_settings, require_port, require_servers


def web() -> None:
    """Gunicorn, as gunicorn.conf.py says."""
    # Before the settings are read: only the web keeps a pool of connections.
    os.environ.setdefault("DATABASE_POOL", "1")
    prepare()
    require_servers()
    require_port()
    from gunicorn.app.wsgiapp import run as gunicorn  # noqa: PLC0415  # needs the settings

    sys.argv = ["gunicorn", "peersupport.wsgi"]
    gunicorn()


def worker() -> None:
    """A Celery worker; WORKER_CONCURRENCY processes."""
    from peersupport.celery import app  # noqa: PLC0415  # needs the settings

    prepare()
    require_servers()
    # Tasks come as JSON only, so that root, in a container of its own, is no danger.
    warnings.filterwarnings("ignore", message="You're running the worker with superuser privileges")
    app.worker_main(["worker", "--without-gossip", "--without-mingle", "--pidfile="])


def beat() -> None:
    """Celery's clock: queues each entry of CELERY_BEAT_SCHEDULE when it is due."""
    from peersupport.celery import app  # noqa: PLC0415  # needs the settings

    prepare()
    require_servers()
    app.start(["beat", "--pidfile="])


def build() -> None:
    """Compile the texts and collect the static files for production. Needs no servers and no secrets."""
    os.environ.update(DEBUG="1", DEMO="0", STATIC_MANIFEST="1")
    read_settings()
    import django  # noqa: PLC0415  # needs the settings
    from django.core.management import call_command  # noqa: PLC0415  # needs the settings

    from development.messages import compile_catalogs  # noqa: PLC0415  # no part of an installation

    compile_catalogs()
    django.setup()
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)


def run() -> None:
    """The development tree: servers, database, demo hospital, then web, worker and beat until Ctrl-C."""
    from development.process_tree import run as supervise  # noqa: PLC0415  # no part of an installation

    supervise()


def demo_reset() -> None:
    """Throw the development database away and build it anew, with the demo hospital."""
    from development.process_tree import reset  # noqa: PLC0415  # no part of an installation

    reset()


def healthcheck(part: str) -> None:
    """Exit code 0 when `part` (web, worker or beat) of this installation is well."""
    from peersupport.healthcheck import check  # noqa: PLC0415  # needs the settings

    prepare()
    if complaint := check(part):
        raise CannotStart(complaint)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m peersupport", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for function in (web, worker, beat, build, run, demo_reset, healthcheck):
        name = function.__name__.replace("_", "-")
        command = commands.add_parser(name, help=function.__doc__)
        command.set_defaults(function=function)
        if function is healthcheck:
            command.add_argument("part", choices=["web", "worker", "beat"])
    arguments = vars(parser.parse_args())
    arguments.pop("function")(**arguments)


if __name__ == "__main__":
    main()
