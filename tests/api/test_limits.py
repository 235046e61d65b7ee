"""Guests are counted by the address that cannot be made up; keys are not counted."""

from collections.abc import Callable, Iterator

import pytest
from django.core.cache import cache
from django.test import RequestFactory
from pytest_django.fixtures import Settings

from config.api_limits import GuestLimit
from modules.wire import neighbourhood, sender
from tests.api.conftest import Caller
from tests.support.moments import between_turns


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    cache.clear()
    with between_turns():
        yield
    cache.clear()


def test_a_guest_who_asks_too_often_is_told_when_to_come_back(
    guest: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("config.api.BASKETS.limit", 2)
    answers = [guest("POST", "/api/carts", {}) for _ in range(4)]
    assert [answer.status for answer in answers] == [201, 201, 429, 429]
    assert answers[-1].code == "too-many-requests"
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60


def test_a_key_is_not_counted(
    machine: Callable[..., Caller], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("config.api.BASKETS.limit", 1)
    keyholder = machine("carts:write")
    assert [keyholder("POST", "/api/carts", {}).status for _ in range(3)] == [201, 201, 201]


def test_a_made_up_forwarded_address_changes_nothing(guest: Caller, settings: Settings) -> None:
    request = RequestFactory().get("/", headers={"X-Forwarded-For": "1.2.3.4, 5.6.7.8"})
    settings.SECURE_PROXY_SSL_HEADER = None
    assert sender(request) == "127.0.0.1"
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert sender(request) == "5.6.7.8"


def test_an_ipv6_network_is_one_neighbourhood() -> None:
    assert neighbourhood("2001:db8::1") == neighbourhood("2001:db8::ffff")
    assert neighbourhood("2001:db8::1") != neighbourhood("2001:db8:0:1::1")
    assert neighbourhood("not an address") == "unknown"


def test_without_its_cache_the_shop_lets_everybody_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise ValueError("the key is gone")

    monkeypatch.setattr(cache, "add", lambda *_: False)
    monkeypatch.setattr(cache, "incr", away)
    assert GuestLimit("anything", 0).allow_request(RequestFactory().get("/"))
