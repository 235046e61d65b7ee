"""One command runs the whole shop, and what dies while it runs comes back."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import psutil
import pytest

from config.demo_accounts import DEMO_ACCOUNTS
from events.heartbeat import STALE_SECONDS
from tests.support.servers import free_port
from tests.support.shop import Shop
from tests.support.waiting import wait_until


@pytest.fixture(scope="module")
def shop(folders: Path) -> Iterator[Shop]:
    shop = Shop(folders / "data", METRICS_PORT=str(free_port())).start()
    try:
        shop.wait_for("Ready after")
        yield shop
    finally:
        shop.stop()


def serves(shop: Shop) -> bool:
    try:
        return shop.get("/healthz")[0] == 200
    except OSError:
        return False


def test_a_started_shop_serves_and_prints_where(shop: Shop) -> None:
    said = shop.said()
    assert f"http://127.0.0.1:{shop.port}/staff/" in said
    assert f"http://127.0.0.1:{shop.port}/api/docs" in said
    for account in DEMO_ACCOUNTS:
        assert account.email in said
        assert account.password in said
    assert shop.get("/api/docs")[0] == 200


def scraped(shop: Shop) -> str:
    try:
        with urlopen(f"http://127.0.0.1:{shop.environment['METRICS_PORT']}/metrics") as answer:
            return str(answer.read().decode())
    except OSError:
        return ""


def test_one_scrape_tells_of_pages_streams_and_worker(shop: Shop) -> None:
    shop.get("/api/docs")
    wait_until(lambda: "counterfoil_effects_total{" in scraped(shop), "the worker's figures")
    said = scraped(shop)
    assert 'counterfoil_requests_total{method="GET",route="api/docs",status="200"}' in said
    assert "counterfoil_database_up 1.0" in said


def test_what_was_counted_outlives_the_process_that_counted(shop: Shop) -> None:
    shop.get("/api/docs")
    shop.child("metrics").kill()
    shop.wait_for("metrics was ended by SIGKILL; starting it again")
    wait_until(lambda: 'route="api/docs"' in scraped(shop), "what was counted before")


def test_the_worker_leaves_a_sign_of_life_that_a_page_process_tells(shop: Shop) -> None:
    def fresh() -> bool:
        seconds = json.loads(shop.get("/readyz")[2])["worker_seconds_ago"]
        return seconds is not None and 0 <= seconds < STALE_SECONDS

    wait_until(fresh, "a fresh sign of life")


def test_a_second_shop_over_the_same_data_is_refused(shop: Shop) -> None:
    assert shop.process is not None
    second = shop.manage("up")
    assert second.returncode == 1
    assert f"already runs from this folder (process {shop.process.pid})" in second.stdout
    assert serves(shop)


def test_another_command_joins_the_running_database(shop: Shop) -> None:
    assert "[X]" in shop.manage("showmigrations", "--plan").stdout
    assert serves(shop)


def test_a_picture_is_kept_for_ever_and_nothing_else_of_its_folder_is_given_out(shop: Shop) -> None:
    media = shop.data / "media"
    picture = media / "pictures" / "3f" / "b1f76b4ba4a183dee2913527c158a3df.webp"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"a picture")
    (media / "front.json").write_text("{}")
    status, headers, body = shop.get("/media/pictures/3f/b1f76b4ba4a183dee2913527c158a3df.webp")
    assert (status, body) == (200, "a picture")
    assert headers["cache-control"] == "max-age=31536000, public, immutable"
    for path in ("/media/front.json", "/media/pictures/../front.json", "/media/pictures/none"):
        status, headers, _ = shop.get(path)
        assert status == 404
        assert "immutable" not in headers.get("cache-control", "")


def test_a_server_that_dies_is_started_again(shop: Shop) -> None:
    shop.child("web").kill()
    shop.wait_for("web was ended by SIGKILL; starting it again")
    wait_until(lambda: serves(shop), "the web server's return")


def test_a_postgresql_that_dies_is_started_again(shop: Shop) -> None:
    pid = int((shop.data / "postgres" / "postmaster.pid").read_text().split()[0])
    psutil.Process(pid).kill()
    shop.wait_for("PostgreSQL ended; starting it again")
    wait_until(lambda: serves(shop), "the return of pages")


def test_a_running_shop_shows_no_traceback(shop: Shop) -> None:
    assert "Traceback" not in shop.said()
