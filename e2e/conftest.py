import os
from pathlib import Path

import pytest

from e2e.browser import Watch
from e2e.visitor import DESK, Visitor

# Playwright's own loop runs in the thread of the test, which also speaks to the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

#: Without the windows that nobody sees it is a third lighter.
CHROMIUM = Path("/usr/bin/chromium-headless-shell")


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


@pytest.fixture
def arrive(new_context, live_server):
    """`arrive(user, size=…)`: signs in by name and password, in a browser that is shared with nobody.

    Without `user` the visitor stays in front of the door. `language` is "nl" or "en"; `**more` are options of
    the browser's context. A test in which any visitor's page complained fails.
    """
    visitors = []

    def come(user=None, *, size=DESK, language="nl", **more):
        locale = {"nl": "nl-NL", "en": "en-GB"}[language]
        page = new_context(viewport=size, locale=locale, **more).new_page()
        visitor = Visitor(page, live_server.url, Watch(page), language)
        visitors.append(visitor)
        if user is not None:
            visitor.goes_to("/")
            visitor.signs_in(user)
        return visitor

    yield come
    assert [complaint for visitor in visitors for complaint in visitor.watch.complaints] == []
