"""Somebody at a browser of their own, in Dutch, and what holds on every page that they meet."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext, override
from playwright.sync_api import Locator, Page

from accounts.models import User
from e2e.browser import Watch, accessibility_problems, overflows

PHONE = {"width": 375, "height": 812}
DESK = {"width": 1280, "height": 900}
PASSWORD = "een lange wandeling naar zee"  # of people who exist in tests only


def days_ago(days: int, time: str) -> str:
    """`time` of a day not long ago, as it is typed: a day that is written down is one day a year ago."""
    return f"{timezone.localdate() - timedelta(days=days)}T{time}"


def nl(text: str, **words: object) -> str:
    """`text` of the code as the interface says it in Dutch, with `words` for its placeholders."""
    with override("nl"):
        said = gettext(text)
        return said % words if words else said


@dataclass
class Visitor:
    """Whoever looks at `page` of the site at the address `site`; `watch` holds what went wrong there."""

    page: Page
    site: str
    watch: Watch
    language: str = "nl"

    def say(self, text: str, **words: object) -> str:
        """`text` in the language of this visitor."""
        return nl(text, **words) if self.language == "nl" else (text % words if words else text)

    def goes_to(self, path: str) -> None:
        """Open `path`, or a whole address of the site, and look the page over."""
        self.page.goto(path if path.startswith("http") else self.site + path)
        self.looks()

    def looks(self) -> None:
        """The page is in the visitor's language, accessible, and no wider than the window."""
        self.page.wait_for_load_state()
        assert self.page.locator("html").get_attribute("lang") == self.language
        # What lies half under the bar at the bottom is no small target; filling a field in scrolls.
        self.page.evaluate("scrollTo(0, 0)")
        assert {self.page.url: accessibility_problems(self.page)} == {self.page.url: []}
        assert {self.page.url: overflows(self.page)} == {self.page.url: {}}

    def button(self, text: str, **words: object) -> Locator:
        return self.page.get_by_role("button", name=self.say(text, **words), exact=True)

    def link(self, text: str, **words: object) -> Locator:
        return self.page.get_by_role("link", name=self.say(text, **words))

    def presses(self, text: str, **words: object) -> None:
        """Press the button that says `text`, which leads to a page; look that over."""
        self._to_another_page(self.button(text, **words))

    def follows(self, text: str, **words: object) -> None:
        """Follow the link that says `text`, and look over where it leads."""
        self._to_another_page(self.link(text, **words))

    def signs_in(self, user: User) -> None:
        """On the page to sign in, with name and password."""
        self.page.locator("[name=login]").fill(user.username)
        self.page.locator("[name=password]").fill(PASSWORD)
        self.presses("Sign in")

    def reads(self) -> str:
        """What the page says, but for when: that is said in words that change by the minute."""
        self.page.evaluate(
            "document.querySelectorAll('main time').forEach((time) => { time.textContent = '' })"
        )
        return self.page.locator("main").inner_text()

    def _to_another_page(self, pressed: Locator) -> None:
        with self.page.expect_navigation():
            pressed.click()
        self.looks()
