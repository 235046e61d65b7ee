"""Pages for everybody go past what only a person's own page needs, and are the same pages."""

from collections.abc import Iterator

import pytest
from django.db import OperationalError
from django.test import Client

from modules.customers.models import User
from tests.caching.asking import Front

pytestmark = pytest.mark.django_db

# What protects a reader, whichever way a page came.
PROTECTING = {
    "Content-Security-Policy",
    "Cross-Origin-Opener-Policy",
    "Referrer-Policy",
    "X-Content-Type-Options",
    "X-Frame-Options",
}


@pytest.fixture
def signed_in(shop: None, client: Client) -> Iterator[Client]:
    user = User.objects.create_user("ada@example.com")
    client.force_login(user)
    yield client
    user.delete()


@pytest.mark.parametrize("path", ["/", "/categories/prints/", "/products/moon/", "/delivery/"])
def test_a_shared_page_opens_no_session_and_is_protected_all_the_same(
    signed_in: Client, path: str
) -> None:
    short = signed_in.get(path)
    assert short.status_code == 200
    assert not hasattr(short.wsgi_request, "session")
    own = signed_in.get("/cart/")
    assert hasattr(own.wsgi_request, "session")
    assert {*short.headers} & {*own.headers} >= PROTECTING


def test_whoever_is_to_be_told_something_takes_the_long_way(shop: None, client: Client) -> None:
    client.cookies["messages"] = "anything"
    assert hasattr(client.get("/products/moon/").wsgi_request, "session")


@pytest.mark.parametrize("path", ["/products/none/", "/categories/none/", "/nothing/"])
def test_what_is_not_there_is_said_to_whoever_asks(signed_in: Client, path: str) -> None:
    answer = signed_in.get(path)
    assert answer.status_code == 404
    assert 'id="account-word">Account<' in answer.content.decode()


def test_an_outage_on_the_short_way_is_told_as_one(
    shop: None, front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr("frontend.storefront.catalogue.browse", away)
    answer = front.get("/products/")
    assert answer.status == 503
    assert "catching its breath" in answer.text
