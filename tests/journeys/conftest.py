"""A running demo shop and a Chromium for all journeys of a test process."""

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from config.demo_accounts import DemoAccount
from tests.support.browsing import WAIT_MILLISECONDS
from tests.support.shop import Shop

SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
# An expectation's own limit would be 5 s, whatever that of the steps.
expect.set_options(timeout=WAIT_MILLISECONDS)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the journeys, which `-m "not browser"` leaves out."""
    for item in items:
        if "tests/journeys" in str(item.path):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def shop() -> Iterator[Shop]:
    # Not pytest's own folder: every pytest that starts closes that to PostgreSQL's user again.
    folder = Path(tempfile.mkdtemp(prefix="counterfoil-journeys-"))
    # All journeys are one network address, which tries to pay more often than a shopper may.
    running = Shop(folder / "data", LOAD_DEMO="yes", GUEST_LIMITS="no").start()
    try:
        running.wait_for("Ready after")
        yield running
    finally:
        running.stop()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found, args=list(SWITCHES), timeout=WAIT_MILLISECONDS
        )
        yield browser
        browser.close()


@dataclass
class Shopper:
    """A browser window of somebody, and everything its console complained of."""

    page: Page
    base: str
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        self.page.goto(f"{self.base}{path}")

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name).first.click()

    def sees(self, words: str) -> None:
        expect(self.page.locator("body")).to_contain_text(words)

    def sign_in(self, account: DemoAccount) -> None:
        self.go("/accounts/login/")
        self.page.fill("input[name=login]", account.email)
        self.page.fill("input[name=password]", account.password)
        self.page.locator("main form button[type=submit]").first.click()
        self.page.wait_for_url("**/account/**")

    def add_to_basket(self, product: str) -> None:
        self.go(f"/products/{product}/")
        self.press("Add to basket")
        expect(self.page.locator("#basket-count")).not_to_have_text("0")

    def fill_in_the_checkout(self, *, email: str = "ada@example.org") -> None:
        for name, value in {
            "email": email,
            "delivery_name": "Ada Lovelace",
            "delivery_line1": "12 rue des Fleurs",
            "delivery_postcode": "69001",
            "delivery_city": "Lyon",
        }.items():
            self.page.fill(f"#{name}", value)

    def order(self, product: str, *, payment: str = "testbank") -> None:
        """Buys one piece as a guest, up to the bank's page or the order's."""
        self.add_to_basket(product)
        self.go("/checkout/")
        self.fill_in_the_checkout()
        self.page.locator(f"input[name=payment][value={payment}]").check()
        self.page.get_by_role("button", name="Pay").last.click()
        self.page.wait_for_url("**/bank/**" if payment == "testbank" else "**/orders/**")

    def order_number(self) -> str:
        words = self.page.locator(".eyebrow").first.inner_text()
        return words.split()[-1].upper()


def watch(page: Page, complaints: list[str]) -> None:
    """A refused form and a missing page are statuses, not complaints; all else is."""
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda message: (
            complaints.append(message.text)
            if message.type == "error" and "server responded with" not in message.text
            else None
        ),
    )


@pytest.fixture
def window(chromium: Browser, shop: Shop) -> Iterator[BrowserContext]:
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(WAIT_MILLISECONDS)
    yield context
    context.close()


@pytest.fixture
def shopper(window: BrowserContext, shop: Shop) -> Iterator[Shopper]:
    somebody = Shopper(page=window.new_page(), base=f"http://127.0.0.1:{shop.port}")
    watch(somebody.page, somebody.complaints)
    yield somebody
    assert not somebody.complaints, "\n".join(somebody.complaints)


@pytest.fixture
def colleague(chromium: Browser, shop: Shop) -> Iterator[Shopper]:
    """Somebody else, in a browser of their own."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(WAIT_MILLISECONDS)
    yield Shopper(page=context.new_page(), base=f"http://127.0.0.1:{shop.port}")
    context.close()


@pytest.fixture
def without_script(chromium: Browser, shop: Shop) -> Iterator[Shopper]:
    context = chromium.new_context(java_script_enabled=False)
    context.set_default_timeout(WAIT_MILLISECONDS)
    yield Shopper(page=context.new_page(), base=f"http://127.0.0.1:{shop.port}")
    context.close()
