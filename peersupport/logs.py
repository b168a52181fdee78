"""Logs without people: JSON lines of moment, level, logger and event, and only values known to be harmless.

A log outlives the retention of a case and is read by others than the case is. So in production (`json`)
the message of a library is written as its template, without the values; an exception as its type and place,
without its text and without local variables; a request as its route, without path, query or user. Of the
evaluation's form nothing is written at all, errors included.
"""

import logging
import logging.config
import sys
import traceback
from collections.abc import MutableMapping
from http import HTTPStatus
from typing import Any

import structlog
from django.core.exceptions import DisallowedHost, ImproperlyConfigured
from django.db.utils import OperationalError
from structlog.typing import Processor

Event = MutableMapping[str, Any]

# Their text is about servers, never about people.
HARMLESS = (ConnectionError, TimeoutError, ImproperlyConfigured, OperationalError, DisallowedHost)
# Loggers whose messages are about processes and sockets, so that their values may be written.
ABOUT_PROCESSES = ("gunicorn", "celery.beat", "celery.apps", "celery.worker.consumer", "psycopg.pool")
TIMESTAMP = structlog.processors.TimeStamper(fmt="iso", utc=True)
SHARED: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    TIMESTAMP,
]


def logging_config(*, json: bool, level: str) -> dict[str, Any]:
    """The setting LOGGING: all to stderr, as JSON without personal data or, in development, readable."""
    if json:
        formatter = {
            "()": structlog.stdlib.ProcessorFormatter,
            "use_get_message": False,
            "pass_foreign_args": True,
            "foreign_pre_chain": [*SHARED, without_values],
            "processors": [
                exception_without_text,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(default=lambda value: type(value).__name__),
            ],
        }
    else:
        formatter = {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": SHARED,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.dev.ConsoleRenderer(
                    exception_formatter=structlog.dev.plain_traceback, colors=False, pad_event_to=0
                ),
            ],
        }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": formatter},
        "filters": {"silence": {"()": "evaluations.anonymity.Silence"}},
        "handlers": {
            "stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["silence"]}
        },
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            # Django puts handlers of its own on these two, and gunicorn on its.
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
            "gunicorn.error": {"handlers": [], "level": level, "propagate": True},
            # Each minute "received"; "succeeded" follows.
            "celery.worker.strategy": {"handlers": [], "level": "WARNING", "propagate": True},
            # No log of who asked for what.
            "gunicorn.access": {"handlers": [], "level": "CRITICAL", "propagate": False},
        },
    }


def configure(config: dict[str, Any]) -> None:
    """What LOGGING_CONFIG names: set up the standard library's logging and structlog alike."""
    logging.config.dictConfig(config)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *SHARED,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )


def without_values(_logger: object, _name: str, event: Event) -> Event:
    """A library's message: its template, and of its values those that cannot name anybody."""
    record: logging.LogRecord = event["_record"]
    args = event.pop("positional_args", None)
    if args and record.name.startswith(ABOUT_PROCESSES) and "request" not in str(event["event"]).lower():
        event["event"] = str(event["event"]) % args
    event["event"] = str(event["event"]).strip()
    if (request := getattr(record, "request", None)) is not None:
        match = getattr(request, "resolver_match", None)
        event["route"] = match.route if match else None
        if status := getattr(record, "status_code", None):
            event["status"] = status
            event["event"] = HTTPStatus(status).phrase  # Django's own template is "%s: %s"
    if isinstance(task := getattr(record, "data", None), dict):
        event.update({key: task[key] for key in ("name", "id", "runtime") if key in task})
    return event


def exception_without_text(_logger: object, _name: str, event: Event) -> Event:
    """`exc_info` as a list of exceptions, first cause last: type, places, and the text only if harmless."""
    exc_info = event.pop("exc_info", None)
    if exc_info is True:
        exc_info = sys.exc_info()
    error = exc_info[1] if isinstance(exc_info, tuple) else exc_info
    chain: list[dict[str, Any]] = []
    while isinstance(error, BaseException) and len(chain) < 10:
        entry: dict[str, Any] = {"type": f"{type(error).__module__}.{type(error).__qualname__}"}
        # SMTP errors are connection errors that quote the recipient.
        if isinstance(error, HARMLESS) and type(error).__module__ != "smtplib":
            entry["text"] = str(error).partition("\n")[0]
        entry["at"] = [
            f"{frame.filename}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(error.__traceback__, limit=-50)
        ]
        chain.append(entry)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if chain:
        event["exceptions"] = chain
    return event
