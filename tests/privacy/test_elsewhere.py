"""What else could hold a name: mails in a folder, queued messages, logs, limits in the cache."""

import logging
from hashlib import sha256
from pathlib import Path
from typing import Any

import dramatiq
import pytest
import redis
from django.conf import settings
from django.core.cache import cache
from django.core.mail import EmailMessage
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from config.cache import stored_key
from events.relay import drain, relay_due
from modules.checkout.contracts import Placed
from tests.privacy.planted import EMAIL, MARKS, found_in_redis, trade
from tests.support.trade import buy

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]


@pytest.fixture
def folder(tmp_path: Path, settings: pytest.FixtureRequest) -> Path:
    """A shop without a mail server, which keeps its mails in files."""
    backend = "django.core.mail.backends.filebased.EmailBackend"
    folder = tmp_path / "mail"
    settings.MAILERS = {  # type: ignore[attr-defined]
        "default": {"BACKEND": backend, "OPTIONS": {"file_path": str(folder)}}
    }
    return folder


def marks_in(text: str) -> list[str]:
    return [mark for mark in MARKS if mark in text.lower()]


def mails(folder: Path) -> str:
    return "".join(path.read_text() for path in folder.glob("*.log"))


def erase() -> None:
    call_command("customer_erase", EMAIL, "--yes", verbosity=0)


def test_mails_kept_in_a_folder_of_the_shop_are_erased_and_those_of_others_stay(
    folder: Path,
) -> None:
    trade()
    other = buy(prints=1)
    EmailMessage("Your password", "…", "shop@shop.test", [EMAIL]).send()
    drain()
    assert {"quaxilda", "zornwhistle"} <= set(marks_in(mails(folder)))
    erase()
    assert marks_in(mails(folder)) == []
    assert other.number in mails(folder)


def test_mails_of_what_the_same_person_orders_later_stay(folder: Path) -> None:
    trade()
    drain()
    erase()
    later = trade()
    drain()
    call_command("customer_erase", "--reapply", verbosity=0)
    assert later.number in mails(folder)


def test_no_message_to_a_worker_ever_names_anybody(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[bytes] = []
    enqueue = dramatiq.get_broker().enqueue

    def keep(message: dramatiq.Message[Any], **more: Any) -> dramatiq.Message[Any]:
        sent.append(message.encode())
        return enqueue(message, **more)

    monkeypatch.setattr(dramatiq.get_broker(), "enqueue", keep)
    trade()
    relay_due()
    assert sent
    assert marks_in(b"".join(sent).decode()) == []


def test_a_whole_trade_is_never_logged_with_a_name(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        placed: Placed = trade()
        drain()
        Client().get(f"/orders/{placed.token}/")
        erase()
    assert caplog.records
    assert marks_in(caplog.text) == []


def test_tries_to_sign_in_are_counted_under_names_that_cannot_be_guessed() -> None:
    key = "allauth:rl:allauth.account:login_failed:5/300/key:1d0e8b7c6a5f4e3d"
    assert "1d0e8b7c6a5f4e3d" not in stored_key(key, "shop", 1)
    assert stored_key(key, "shop", 1) == stored_key(key, "shop", 1) != stored_key(key, "shop", 2)
    assert stored_key("catalogue", "shop", 1) == "shop:1:catalogue"
    cache.set(key, [1.0], 60)
    assert cache.get(key) == [1.0]
    cache.delete(key)


def test_signing_in_leaves_no_plain_hash_of_an_address_in_the_cache() -> None:
    Client().post(reverse("account_login"), {"login": EMAIL, "password": "wrong"})
    store = redis.Redis.from_url(str(settings.CACHES["default"]["LOCATION"]))
    names = [name for key in store.scan_iter() if "allauth:" in (name := key.decode())]
    assert names
    digest = sha256(EMAIL.encode()).hexdigest()
    assert [name for name in names if digest in name or "127.0.0.1" in name] == []
    assert found_in_redis() == []
