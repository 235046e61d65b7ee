"""A start that cannot work says why and what to do, and shows no traceback."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.servers import free_port
from tests.support.shop import Shop


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def refusal(shop: Shop) -> tuple[int, str]:
    ended = shop.manage("up")
    said = ended.stdout + ended.stderr
    assert "Traceback" not in said
    return ended.returncode, said


def test_a_chosen_port_in_use_is_named_with_its_user_and_a_free_one(
    folder: Path, taken: int
) -> None:
    code, said = refusal(Shop(folder / "data", PORT=str(taken)))
    assert code == 1
    assert f"Port {taken} is in use by" in said
    assert "choose another: PORT=" in said


def test_both_ports_in_use_are_named_at_once(folder: Path, taken: int) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        live = other.getsockname()[1]
        code, said = refusal(Shop(folder / "data", PORT=str(taken), LIVE_PORT=str(live)))
    assert code == 1
    assert f"Port {taken}" in said
    assert f"Port {live}" in said


def test_a_default_port_in_use_is_avoided_in_the_demo_shop(folder: Path) -> None:
    shop = Shop(folder / "data")
    del shop.environment["PORT"]
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", 8000))
            listener.listen()
        except OSError:
            pass  # Somebody else has it, which serves as well.
        try:
            said = shop.start().wait_for("Ready after")
        finally:
            shop.stop()
    assert "Port 8000 is in use" in said
    assert "PORT=... chooses another" in said


def test_malformed_variables_are_all_named(folder: Path) -> None:
    code, said = refusal(Shop(folder / "data", DATABASE_URL="mysql://x/y", PORT="many"))
    assert code == 2
    assert "2 environment variables cannot be used" in said
    assert "DATABASE_URL" in said
    assert "PORT" in said


def test_other_commands_refuse_a_malformed_environment_too(folder: Path) -> None:
    ended = Shop(folder / "data", REDIS_URL="nonsense").manage("check")
    assert ended.returncode == 2
    assert "REDIS_URL" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_database_that_is_down_at_the_start_is_named(folder: Path) -> None:
    address = f"127.0.0.1:{free_port()}"
    url = f"postgresql://shop:hidden@{address}/shop"
    code, said = refusal(Shop(folder / "data", DATABASE_URL=url))
    assert code == 1
    assert f"PostgreSQL at {address}/shop does not answer" in said
    assert "DATABASE_URL" in said
    assert "hidden" not in said


def test_a_data_directory_that_cannot_be_made_is_named(folder: Path) -> None:
    (folder / "file").write_text("in the way")
    code, said = refusal(Shop(folder / "file" / "data"))
    assert code == 1
    assert "DATA_DIRECTORY" in said
