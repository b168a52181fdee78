"""The settings of the tests for a worker whose clock stands still but when the test moves it."""

import os
from pathlib import Path

from celery.signals import before_task_publish, task_postrun, task_revoked
from redis import Redis

from benchmarks.faults.clock import StillClock
from peersupport.server_urls import redis_client
from peersupport.settings_test import *  # noqa: F403  # nothing else is changed
from peersupport.settings_test import REDIS_URL

StillClock(Path(os.environ["STILL_CLOCK"])).follow()

_redis = Redis.from_url(redis_client(REDIS_URL))


@before_task_publish.connect
def _asked(**_: object) -> None:
    _redis.incr("still:asked")


@task_postrun.connect
@task_revoked.connect
def _done(**_: object) -> None:
    _redis.incr("still:done")
