"""Redis may vanish at any moment; pages then work without what it had cached."""

from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.core.cache.backends.base import BaseCache

from config.cache import ANSWERS_WHILE_AWAY, PAUSE_SECONDS, VanishingRedisCache
from tests.support.servers import free_port


@pytest.fixture
def cache() -> Iterator[BaseCache]:
    cache = VanishingRedisCache(
        str(settings.CACHES["default"]["LOCATION"]), {"KEY_PREFIX": "vanish"}
    )
    yield cache
    cache.delete_many(["a", "b", "n"])


@pytest.fixture
def away() -> BaseCache:
    options = {"socket_connect_timeout": 0.5}
    return VanishingRedisCache(f"redis://127.0.0.1:{free_port()}/0", {"OPTIONS": options})


def test_a_present_redis_keeps_what_it_is_given(cache: BaseCache) -> None:
    cache.set("a", {"x": 1}, 30)
    cache.set_many({"b": 2}, 30)
    assert cache.get_many(["a", "b"]) == {"a": {"x": 1}, "b": 2}
    assert cache.add("a", 1, 30) is False
    assert cache.incr("b") == 3
    assert cache.delete("a") is True
    assert cache.get("a", "nothing") == "nothing"


def test_an_absent_redis_holds_nothing_and_refuses_nothing(away: BaseCache) -> None:
    away.set("a", 1, 30)
    away.set_many({"b": 2}, 30)
    assert away.get("a", "nothing") == "nothing"
    assert away.get_many(["a", "b"]) == {}
    assert away.has_key("a") is False
    assert away.add("n", 1, 30) is True
    assert away.incr("n") == 1
    assert away.delete("a") is False
    away.delete_many(["a", "b"])
    away.clear()


def test_every_operation_of_the_client_has_an_answer_while_redis_is_away() -> None:
    client = VanishingRedisCache("redis://127.0.0.1:1/0", {})._cache
    shipped = {"add", "get", "set", "touch", "delete", "get_many", "has_key", "incr", "set_many"}
    shipped |= {"delete_many", "clear"}
    assert shipped == set(ANSWERS_WHILE_AWAY)
    assert shipped <= {name for name in dir(client) if not name.startswith("_")}


def test_an_absent_redis_is_not_waited_for_again_at_once(
    away: BaseCache, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = [0.0]
    monkeypatch.setattr("config.cache.time", SimpleNamespace(monotonic=lambda: 100 + seconds[0]))
    for _ in range(200):
        away.get("a")
    # It warns each time that it has waited.
    assert caplog.text.count("Redis does not answer") == 1
    seconds[0] = PAUSE_SECONDS
    away.get("a")
    assert caplog.text.count("Redis does not answer") == 2
