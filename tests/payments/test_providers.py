"""What every provider has to keep to, the example of the guide included."""

import re
from pathlib import Path
from types import ModuleType
from typing import cast
from uuid import UUID

import pytest

from modules.kernel.identity import new_id
from modules.payments.contracts import NotificationRefused
from modules.payments.domain.provider import Find, Gateway, Operate, Start
from modules.payments.domain.reports import Report
from modules.payments.gateways.invoice import Invoice
from modules.payments.gateways.testbank import bank
from modules.payments.gateways.testbank.gateway import TestBank

pytestmark = pytest.mark.django_db

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "payments.md"
PAYMENT = UUID(int=1)


def voucher() -> Gateway:
    (source,) = re.findall(r"```python\n(.+?)```", GUIDE.read_text(), re.DOTALL)
    module = ModuleType("voucher")
    exec(source, module.__dict__)
    return cast("Gateway", module.__dict__["Voucher"]())


@pytest.fixture(params=[TestBank, Invoice, voucher], ids=lambda made: made.__name__.lower())
def provider(request: pytest.FixtureRequest) -> Gateway:
    return cast("Gateway", request.param())


def authorised(provider: Gateway) -> UUID:
    """An attempt of 100.00 EUR that went well."""
    attempt_id = new_id()
    said = provider.start(wanted(attempt_id))
    if said.kind == "challenged":
        bank.decide(said.provider_reference, "approve")
    return attempt_id


def wanted(attempt_id: UUID) -> Start:
    return Start(
        payment_id=PAYMENT,
        attempt_id=attempt_id,
        description="Something",
        amount_minor=10_000,
        currency="EUR",
        return_url="https://shop.test/back/",
    )


def operation(attempt_id: UUID, amount_minor: int) -> Operate:
    return Operate(
        payment_id=PAYMENT,
        attempt_id=attempt_id,
        operation_id=new_id(),
        provider_reference="",
        amount_minor=amount_minor,
        currency="EUR",
    )


def said_about(said: Report, request: Operate) -> bool:
    asked = (request.payment_id, request.operation_id, request.amount_minor, request.currency)
    return (said.payment_id, said.operation_id, said.amount_minor, said.currency) == asked


def test_it_introduces_itself(provider: Gateway) -> None:
    assert re.fullmatch(r"[a-z0-9-]{1,50}", provider.code)
    assert provider.title
    assert provider.description
    assert isinstance(provider.needs_shopper, bool)
    assert isinstance(provider.manual, bool)
    assert not (provider.local and provider.needs_shopper)


def test_a_start_is_answered_and_the_same_start_is_the_same_answer(provider: Gateway) -> None:
    attempt_id = new_id()
    first, second = (provider.start(wanted(attempt_id)) for _ in range(2))
    assert first == second
    assert first.kind == ("challenged" if provider.needs_shopper else "authorised")
    assert bool(first.redirect_url) == provider.needs_shopper
    assert (first.payment_id, first.attempt_id, first.currency) == (PAYMENT, attempt_id, "EUR")


def test_what_it_knows_can_be_asked_for(provider: Gateway) -> None:
    attempt_id = authorised(provider)
    question = Find(
        payment_id=PAYMENT,
        attempt_id=attempt_id,
        provider_reference="",
        amount_minor=10_000,
        currency="EUR",
    )
    (said,) = provider.find(question)
    assert (said.kind, said.attempt_id, said.amount_minor) == ("authorised", attempt_id, 10_000)


def test_it_takes_releases_and_gives_back_once_for_each_id(provider: Gateway) -> None:
    attempt_id = authorised(provider)
    for act, kind, amount_minor in (
        (provider.capture, "captured", 4_000),
        (provider.void, "voided", 6_000),
        (provider.refund, "refunded", 1_000),
    ):
        request = operation(attempt_id, amount_minor)
        first, second = act(request), act(request)
        assert first == second
        assert first.kind == kind
        assert said_about(first, request)


def test_it_believes_no_letter_that_it_did_not_write(provider: Gateway) -> None:
    for headers in ({}, {"signature": "x"}, {"bank-signature": "t=1,v1=x"}):
        with pytest.raises(NotificationRefused):
            provider.read_notification(headers, b"{}")
