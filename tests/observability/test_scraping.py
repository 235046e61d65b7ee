"""`/metrics` adds up what all processes counted, and shows it to nobody who may not see it."""

import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.environment import Environment, EnvironmentRefused, read_environment
from config.metrics import MetricsServer, exposition
from config.metrics_files import FOLDER, files, keep_in_files
from tests.support.servers import ROOT
from tests.support.waiting import LIMIT_SECONDS

COUNT = (
    "from events.metrics import count_request as c; [c('p', 'GET', 200, 0.02) for _ in range(3)]"
)

type Ask = Callable[..., tuple[int, str]]


def count_in(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    environment = {"PATH": os.environ["PATH"], FOLDER: str(folder), "PYTHONPATH": str(ROOT)}
    subprocess.run([sys.executable, "-c", COUNT], check=True, env=environment, cwd=ROOT)


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[Ask]:
    server = MetricsServer("127.0.0.1", 0, tmp_path, "a-token")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()

    def get(path: str, token: str = "") -> tuple[int, str]:
        request = urllib.request.Request(f"http://127.0.0.1:{server.server_port}{path}")
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        try:
            with urllib.request.urlopen(request, timeout=LIMIT_SECONDS) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    yield get
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.django_db
def test_processes_of_all_folders_are_added_up(tmp_path: Path) -> None:
    count_in(tmp_path / "web")
    count_in(tmp_path / "web")
    count_in(tmp_path / "worker")
    text = exposition(tmp_path).decode()
    assert 'counterfoil_requests_total{method="GET",route="p",status="200"} 9.0' in text
    assert 'counterfoil_request_seconds_bucket{le="0.025",method="GET",route="p"} 9.0' in text
    assert "counterfoil_database_up 1.0" in text


def test_without_the_token_nothing_is_shown(ask: Ask) -> None:
    assert ask("/metrics")[0] == 401
    assert ask("/metrics", "another")[0] == 401
    assert ask("/healthz") == (200, "ok\n")
    assert ask("/orders/")[0] == 404


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "metrics.example"])
def test_an_address_for_others_wants_a_token(monkeypatch: pytest.MonkeyPatch, host: str) -> None:
    monkeypatch.setenv("METRICS_PORT", "9464")
    monkeypatch.setenv("METRICS_HOST", host)
    with pytest.raises(EnvironmentRefused, match="METRICS_TOKEN: is empty"):
        read_environment()
    monkeypatch.setenv("METRICS_TOKEN", "a-token")
    assert read_environment().metrics_port == 9464


def test_what_a_replaced_container_counted_is_forgotten_after_a_week(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER, "")
    found = Environment.model_construct(data_directory=tmp_path, metrics_port=9464)
    ages = {"web-gone": 8, "web-quiet": 6, "live-other": 8}
    for name, days in ages.items():
        folder = files(found) / name
        folder.mkdir(parents=True)
        long_ago = time.time() - days * 86_400
        os.utime(folder, (long_ago, long_ago))
    keep_in_files(found, "web")
    left = {each.name for each in files(found).iterdir()} - {Path(os.environ[FOLDER]).name}
    assert left == {"web-quiet", "live-other"}


def test_without_a_port_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(FOLDER, raising=False)
    keep_in_files(Environment.model_construct(data_directory=tmp_path, metrics_port=0), "web")
    assert FOLDER not in os.environ
    assert list(tmp_path.iterdir()) == []
