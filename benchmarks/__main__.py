"""`make bench`: what the pages cost, as ratios to a bare Django page and a bare POST in the same run.

A goal is missed only when the whole 90% interval of a ratio misses it. `QUICK=1` leaves out the largest size
and takes fewer rounds.
"""

import os
import sys

import django

from peersupport.startup import prepare

if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    prepare()
    django.setup()
    from benchmarks.suite import main  # needs the apps

    sys.exit(main())
