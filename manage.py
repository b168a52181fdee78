#!/usr/bin/env python
"""Django's command line for Peersupport."""

import sys

from peersupport.startup import run_command

if __name__ == "__main__":
    run_command(sys.argv)
