"""The shell in a real Chromium: no barrier that axe finds, no breach of the policy, focus kept."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, sync_playwright
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from tests.support.browsing import WAIT_MILLISECONDS, barriers, patient_page

pytestmark = [
    pytest.mark.browser,
    pytest.mark.urls("tests.frontend.shell.guide_urls"),
    # Sessions are rows, and the server answers in threads of its own.
    pytest.mark.django_db(transaction=True),
]
PAGES = [
    "/styleguide/",
    "/styleguide/staff/",
    "/styleguide/auditor/",
    "/accounts/login/",
    "/accounts/signup/",
    "/errors/403/",
    "/errors/404/",
    "/errors/410/",
    "/errors/500/",
    "/errors/503/",
]
# A message leaves after seven seconds, which a busy machine may take to look at it.
MESSAGES_STAY = """const later = window.setTimeout
window.setTimeout = (act, wait, ...rest) => later(act, wait === 7000 ? 1e8 : wait, ...rest)"""
SIZES = {"desktop": (1280, 900), "phone": (320, 700)}


@pytest.fixture(autouse=True)
def development(settings: Settings) -> None:
    settings.DEBUG = True


@contextmanager
def chromium() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
    switches = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    # Closed inside the test: its event loop would forbid Django to clean the database up.
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found, args=switches, timeout=WAIT_MILLISECONDS
        )
        yield browser
        browser.close()


def watched(page: Page) -> list[str]:
    """Collects what the console complains of; a status that is itself an error is no complaint."""
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda message: (
            complaints.append(message.text)
            if message.type in ("error", "warning") and "server responded with" not in message.text
            else None
        ),
    )
    return complaints


@pytest.mark.parametrize(("theme", "size"), [("light", "desktop"), ("dark", "phone")])
def test_no_page_has_a_barrier_a_breach_or_a_sideways_scroll(
    live_server: LiveServer, theme: str, size: str
) -> None:
    width, height = SIZES[size]
    problems = {}
    with chromium() as browser:
        for path in PAGES:
            page = patient_page(
                browser,
                color_scheme="dark" if theme == "dark" else "light",
                viewport={"width": width, "height": height},
            )
            complaints = watched(page)
            page.goto(f"{live_server.url}{path}")
            page.wait_for_load_state("load")
            wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
            problems[path] = [*barriers(page), *complaints, *(["scrolls sideways"] * wide)]
            page.close()
    assert {path: found for path, found in problems.items() if found} == {}


def test_the_basket_opens_takes_the_focus_and_gives_it_back(live_server: LiveServer) -> None:
    with chromium() as browser:
        page = patient_page(browser)
        complaints = watched(page)
        page.add_init_script(MESSAGES_STAY)
        page.goto(f"{live_server.url}/styleguide/")
        page.get_by_role("button", name="Add to basket: Dune Light").click()
        page.wait_for_selector("dialog#basket[open]")
        assert page.evaluate("document.activeElement.closest('dialog').id") == "basket"
        page.wait_for_selector("dialog .toast")
        assert page.inner_text("dialog .toast p") == "Dune Light is in your basket"
        assert barriers(page) == []
        page.keyboard.press("Escape")
        page.wait_for_selector("dialog#basket", state="hidden")
        name = page.evaluate("document.activeElement.getAttribute('aria-label')")
        assert (name, complaints) == ("Add to basket: Dune Light", [])


def test_a_quantity_is_sent_once_after_the_last_press(live_server: LiveServer) -> None:
    with chromium() as browser:
        page = patient_page(browser)
        page.goto(f"{live_server.url}/styleguide/")
        sent: list[str] = []
        page.on("request", lambda asked: sent.append(asked.post_data or ""))
        page.click("[data-opens=basket]")
        # From here on no time passes but what the test lets pass, however slow the presses are.
        page.clock.install()
        page.clock.pause_at(datetime.now(UTC) + timedelta(hours=1))
        more = page.get_by_role("button", name="One more of Dune Light").last
        for _ in range(3):
            more.click()
            page.clock.run_for(300)
        with page.expect_response("**/cart/change/"):
            page.clock.run_for(200)
        page.clock.run_for(5_000)
        changes = [data for data in sent if "quantity=" in data]
        assert len(changes) == 1
        assert "quantity=4" in changes[0]


def test_a_failure_says_so_and_leaves_the_page_as_it_was(live_server: LiveServer) -> None:
    with chromium() as browser:
        page = patient_page(browser)
        page.add_init_script(MESSAGES_STAY)
        page.goto(f"{live_server.url}/styleguide/")
        page.click("[data-opens=basket]")
        page.get_by_role("button", name="Remove Dune Light").click()
        page.wait_for_selector(".toast[data-tone=bad]")
        assert page.locator(".toast").count() == 1
        assert page.locator("#basket .basket-lines > li").count() == 2
        page.click("[data-dismiss]")
        assert page.locator(".toast").count() == 0


def test_the_keyboard_reaches_search_menu_and_errors(live_server: LiveServer) -> None:
    with chromium() as browser:
        page = patient_page(browser)
        page.goto(f"{live_server.url}/styleguide/")
        assert page.evaluate("document.activeElement.matches('[data-error-summary]')")
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.id") == "search"
        # Suggestions for the first letters may come first; the last answer is the one to wait for.
        with page.expect_response("**/suggestions/?q=dune*"):
            page.keyboard.type("dune")
        page.wait_for_selector(".suggestions a")
        page.wait_for_load_state("networkidle")
        page.keyboard.press("ArrowDown")
        page.wait_for_function("document.activeElement.innerText === 'Dune Light'")
        page.keyboard.press("ArrowUp")
        page.wait_for_function("document.activeElement.value === 'dune'")
        page.set_viewport_size({"width": 390, "height": 844})
        page.locator("[data-menu] > summary").press("Enter")
        assert page.locator("[data-menu]").get_attribute("open") is not None
        page.keyboard.press("Escape")
        assert page.evaluate("document.activeElement.localName") == "summary"
        assert page.locator("[data-menu]").get_attribute("open") is None


def test_without_a_script_links_and_fields_remain(live_server: LiveServer) -> None:
    with chromium() as browser:
        page = patient_page(browser, java_script_enabled=False)
        page.goto(f"{live_server.url}/styleguide/")
        assert page.locator("[data-step]:visible").count() == 0
        page.locator("[data-opens=basket]").click()
        page.wait_for_url("**/cart/")
