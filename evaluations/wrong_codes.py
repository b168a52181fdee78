"""How many wrong codes come in, from anywhere together: nothing is kept of who sent them."""

import time

from django.core.cache import cache
from redis.exceptions import RedisError

#: Seconds, and how many wrong codes are judged in them.
WITHIN = 600
MOST = 100


def too_many() -> bool:
    """Note a wrong code; whether there were so many lately that no more are judged.

    A code of ours is always taken, so nobody can keep others from answering. Without Redis none are counted.
    """
    key = f"evaluation-wrong-codes:{int(time.time() / WITHIN)}"
    try:
        cache.add(key, 0, WITHIN)
        return cache.incr(key) > MOST
    except (RedisError, ValueError):
        return False
