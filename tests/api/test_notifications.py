"""Providers notify without cookie, key or CSRF token: their signature over the bytes is all."""

import json
from datetime import timedelta

import pytest
from django.test import Client

from modules.kernel.clock import now
from modules.payments.gateways.testbank.signature import HEADER, sign
from modules.payments.selectors import notifications, payment
from tests.api.conftest import Answer, Caller, ordered
from tests.payments.bank import letter

ADDRESS = "/api/payments/notifications/testbank"


@pytest.fixture
def bank(committed_guest: Caller) -> Caller:
    """The bank as the network sees it: a client that enforces every check on cookies."""
    return Caller(Client(enforce_csrf_checks=True))


def paying(guest: Caller) -> str:
    return str(ordered(guest, provider="testbank")["payment_id"])


def told(bank: Caller, payment_id: str, *, age_seconds: int = 0, edit: bytes = b"") -> Answer:
    message = letter(payment_id, amount=3070)  # type: ignore[arg-type]
    body = json.dumps(message).encode()
    signature = sign(body, now() - timedelta(seconds=age_seconds))
    return bank("POST", ADDRESS, body + edit, **{HEADER: signature})


def test_a_signed_notification_is_stored_and_acknowledged(
    bank: Caller, committed_guest: Caller
) -> None:
    payment_id = paying(committed_guest)
    assert told(bank, payment_id).status == 204
    assert payment(payment_id).status == "authorised"  # type: ignore[arg-type]


def test_the_same_notification_again_is_one(bank: Caller, committed_guest: Caller) -> None:
    payment_id = paying(committed_guest)
    assert [told(bank, payment_id).status for _ in range(3)] == [204, 204, 204]
    assert payment(payment_id).authorised_minor == 3070  # type: ignore[arg-type]


@pytest.mark.parametrize("age_seconds", [301, -301])
def test_a_stale_notification_is_refused(
    bank: Caller, committed_guest: Caller, age_seconds: int
) -> None:
    payment_id = paying(committed_guest)
    answer = told(bank, payment_id, age_seconds=age_seconds)
    assert (answer.status, answer.code) == (400, "payment-notification-refused")
    assert payment(payment_id).status == "pending"  # type: ignore[arg-type]


def test_an_edited_notification_is_refused_and_not_stored(
    bank: Caller, committed_guest: Caller
) -> None:
    payment_id = paying(committed_guest)
    before = notifications(payment_id)  # type: ignore[arg-type]
    assert told(bank, payment_id, edit=b" ").status == 400
    assert notifications(payment_id) == before  # type: ignore[arg-type]


def test_a_notification_without_a_signature_is_refused(bank: Caller) -> None:
    assert bank("POST", ADDRESS, b"{}").code == "payment-notification-refused"


def test_a_provider_that_nobody_knows_is_not_found(bank: Caller) -> None:
    answer = bank("POST", "/api/payments/notifications/nobody", b"{}")
    assert (answer.status, answer.code) == (404, "payment-provider-unknown")


def test_ten_megabytes_are_not_read(bank: Caller) -> None:
    assert bank("POST", ADDRESS, b" " * 10_000_000).status == 413
