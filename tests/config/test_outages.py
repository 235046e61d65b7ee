"""A database or disk that is out answers 503 with words, never with a traceback."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings
from django.test import Client, override_settings

from config.embedded import EmbeddedPostgres
from config.outage import POLICY, explain
from tests.support.shop import Shop

# Alive, started, ready.
PROBES = ("/healthz", "/startupz", "/readyz")


@pytest.fixture
def client() -> Iterator[Client]:
    with override_settings(ROOT_URLCONF="tests.config.failing"):
        yield Client(raise_request_exception=False)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/database/", "catching its breath"),
        ("/table-space/", "storage is full"),
        ("/disk/", "storage is full"),
        ("/deadlock/", "very busy"),
    ],
)
def test_an_outage_is_a_page_that_says_what_to_do(client: Client, path: str, words: str) -> None:
    response = client.get(path)
    page = response.content.decode()
    assert response.status_code == 503
    assert int(response["Retry-After"]) > 0
    assert response["Content-Security-Policy"] == POLICY
    assert words in page
    assert "<h1>" in page
    assert "hidden" not in page


def test_an_outage_under_the_api_is_a_problem_document(client: Client) -> None:
    response = client.get("/api/database")
    assert response.status_code == 503
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["status"] == 503
    assert response.json()["type"].endswith("/problems/database-unavailable")


def test_an_outage_after_a_press_of_a_button_says_that_pressing_again_is_safe(
    client: Client,
) -> None:
    assert "pressing twice counts once" in client.post("/database/").content.decode()


def test_an_outage_in_middleware_is_an_outage_too() -> None:
    middleware = [*settings.MIDDLEWARE, "tests.config.failing.DatabaseMiddleware"]
    with override_settings(ROOT_URLCONF="tests.config.failing", MIDDLEWARE=middleware):
        response = Client(raise_request_exception=False).get("/fine/")
    assert response.status_code == 503
    assert "catching its breath" in response.content.decode()


def test_a_mistake_of_ours_is_not_called_an_outage(client: Client) -> None:
    assert client.get("/mistake/").status_code == 500
    assert client.get("/fine/").status_code == 200


def test_the_command_line_names_the_server_and_no_password() -> None:
    words = explain(psycopg.OperationalError("connection refused"))
    assert "does not answer: connection refused" in words
    assert "DATABASE_URL" in words


def test_pages_recover_by_themselves_when_the_database_returns(folder: Path) -> None:
    server = EmbeddedPostgres(folder / "server")
    shop = Shop(folder / "data", DATABASE_URL=server.acquire())
    # A session makes the page look the visitor up.
    cookie = f"{settings.SESSION_COOKIE_NAME}={'a' * 32}"
    try:
        shop.start().wait_for("Ready after")
        assert shop.get("/accounts/login/", Cookie=cookie)[0] == 200
        assert [shop.get(path)[0] for path in PROBES] == [200, 200, 200]
        server.release()
        status, headers, page = shop.get("/accounts/login/", Cookie=cookie)
        assert (status, headers["Retry-After"]) == (503, "5")
        assert "catching its breath" in page
        assert [shop.get(path)[0] for path in PROBES] == [200, 200, 503]
        server.acquire()
        assert shop.get("/accounts/login/", Cookie=cookie)[0] == 200
    finally:
        shop.stop()
        server.release()
