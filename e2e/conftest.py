import os
from pathlib import Path

import pytest

from e2e.browser import Watch

# Playwright's own loop runs in the thread of the test, which also speaks to the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """The system's Chromium where there is one, else Playwright's own; it asks nobody for updates."""
    quiet = ["background-networking", "component-update", "sync", "dev-shm-usage", "gpu"]
    args = ["--no-sandbox", *(f"--disable-{name}" for name in quiet)]
    if CHROMIUM.exists():
        return {**browser_type_launch_args, "executable_path": str(CHROMIUM), "args": args}
    return {**browser_type_launch_args, "args": args}


@pytest.fixture
def watch(page):
    """Watches `page`; a test that ends with a complaint fails."""
    watching = Watch(page)
    yield watching
    assert watching.complaints == []
