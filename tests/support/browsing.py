"""What every test with a browser needs: the programme's switches, patience, and axe."""

from playwright.sync_api import Browser, Page

from frontend.vendoring import TESTS
from tests.support.waiting import LIMIT_SECONDS

# Of every step and of every expectation.
WAIT_MILLISECONDS = LIMIT_SECONDS * 1000
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What is half faded in has not the colours that it will have; a spinner never ends.
SETTLED = """Promise.all(document.getAnimations()
  .filter((each) => Number.isFinite(each.effect.getComputedTiming().endTime))
  .map((each) => each.finished.catch(() => null)))"""


def patient_page(browser: Browser, **options: object) -> Page:
    """Opens a page whose steps end only when something is wrong."""
    page = browser.new_page(**options)  # type: ignore[arg-type]
    page.set_default_timeout(WAIT_MILLISECONDS)
    return page


def barriers(page: Page) -> list[str]:
    """Returns what axe finds once the page moves no more: each rule with the first element."""
    axe = next(TESTS.glob("axe-core-*/axe.min.js")).read_text()
    page.evaluate(SETTLED)
    found = page.evaluate(f"{axe}; axe.run(document, {{runOnly: {RULES}}})")
    return [f"{rule['id']}: {rule['nodes'][0]['html'][:200]}" for rule in found["violations"]]
