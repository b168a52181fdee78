"""What every browser test watches: the policy, script errors, accessibility, width, size of targets."""

from dataclasses import dataclass, field

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import ConsoleMessage, Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
#: To which a page can be enlarged without scrolling to both sides (WCAG 2.2, 1.4.10).
SMALLEST = 320
LISTENER = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`CSP ${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}`));
"""


@dataclass
class Watch:
    """Violations of the policy and script errors seen on `page` since it was opened."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.add_init_script(LISTENER)
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))

    def _hear(self, said: ConsoleMessage) -> None:
        """Every error, but for the status of the page itself: a test opens pages that are refused."""
        own = said.text.startswith("Failed to load resource") and said.location["url"] == self.page.url
        if said.type in {"error", "warning"} and not own:
            self.complaints.append(f"{self.page.url}: {said.text}")


def accessibility_problems(page: Page) -> list[str]:
    """What axe finds on the page as it stands: rule, and the first elements it names.

    Only that: to name every element that is in order takes axe longer than to look at it.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found: list[str] = page.evaluate(
        """async (options) => (await axe.run(options)).violations.map(
             ({id, nodes}) => `${id}: ${JSON.stringify(nodes.slice(0, 3).map((node) => node.target))}`)""",
        {"runOnly": RULES, "resultTypes": ["violations"]},
    )
    return found


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than the window."""
    width: int = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return max(0, width)


def overflows(page: Page) -> dict[int, int]:
    """By how many pixels the page is wider than the window, where it is: the window as it is, and, of a
    telephone, a small one too.
    """
    size = page.viewport_size
    assert size
    found = {size["width"]: overflow(page)}
    if size["width"] < 400:
        page.set_viewport_size({**size, "width": SMALLEST})
        found[SMALLEST] = overflow(page)
        page.set_viewport_size(size)
    return {width: over for width, over in found.items() if over}


def small_targets(page: Page, *, least: int) -> list[str]:
    """Visible controls lower than `least` pixels; links in running text are exempt (WCAG 2.2, 2.5.8)."""
    found: list[str] = page.evaluate(
        """(least) => [...document.querySelectorAll("button, summary, select, label:has(> input), .btn, "
             + ".form-check, .places a, .filters a, .tabs a, .round-link, .help-now, .choice, .call, "
             + "input:not([type=hidden], [type=radio], [type=checkbox])")]
           .filter((e) => e.checkVisibility() && !e.closest(".visually-hidden"))
           .filter((e) => e.getBoundingClientRect().height < least - 0.5)
           .map((e) => `${e.className || e.tagName} ${e.textContent.trim().slice(0, 30)} `
             + `${e.getBoundingClientRect().height}`)""",
        least,
    )
    return found
