"""What every provider has to keep to: the contract suite, the example of the guide included.

To have another provider tested, add it to `PROVIDERS`: how it is made, and how whoever plays the
shopper pays at its page (nothing, where it needs no shopper).
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
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
from modules.payments.gateways.stripe.gateway import Stripe
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


@dataclass(frozen=True)
class Tried:
    """A provider, and its shopper."""

    gateway: Gateway
    pay: Callable[[Report], object] = lambda said: None


def a_testbank(request: pytest.FixtureRequest) -> Tried:
    return Tried(TestBank(), lambda said: bank.decide(said.provider_reference, "approve"))


def an_invoice(request: pytest.FixtureRequest) -> Tried:
    return Tried(Invoice())


def a_stripe(request: pytest.FixtureRequest) -> Tried:
    stand_in = request.getfixturevalue("stripe")
    return Tried(Stripe(), lambda said: stand_in.pay(said.redirect_url))


def an_example(request: pytest.FixtureRequest) -> Tried:
    return Tried(voucher())


PROVIDERS = (a_testbank, an_invoice, a_stripe, an_example)


@pytest.fixture(params=PROVIDERS, ids=lambda made: made.__name__)
def tried(request: pytest.FixtureRequest) -> Tried:
    return cast("Tried", request.param(request))


@pytest.fixture
def provider(tried: Tried) -> Gateway:
    return tried.gateway


def authorised(tried: Tried) -> UUID:
    """An attempt of 100.00 EUR that went well."""
    attempt_id = new_id()
    said = tried.gateway.start(wanted(attempt_id))
    if said.kind == "challenged":
        tried.pay(said)
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


def test_what_it_knows_can_be_asked_for(tried: Tried) -> None:
    attempt_id, provider = authorised(tried), tried.gateway
    question = Find(
        payment_id=PAYMENT,
        attempt_id=attempt_id,
        provider_reference="",
        amount_minor=10_000,
        currency="EUR",
    )
    (said,) = provider.find(question)
    assert (said.kind, said.attempt_id, said.amount_minor) == ("authorised", attempt_id, 10_000)


def test_it_takes_releases_and_gives_back_once_for_each_id(tried: Tried) -> None:
    attempt_id, provider = authorised(tried), tried.gateway
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
    forged = "t=1,v1=x"
    for headers in ({}, {"signature": "x"}, {"bank-signature": forged, "stripe-signature": forged}):
        with pytest.raises(NotificationRefused):
            provider.read_notification(headers, b"{}")


def test_what_never_reached_it_is_nothing_to_it(provider: Gateway) -> None:
    attempt_id = new_id()
    question = Find(
        payment_id=PAYMENT,
        attempt_id=attempt_id,
        provider_reference="",
        amount_minor=10_000,
        currency="EUR",
    )
    if provider.needs_shopper:
        assert provider.find(question) == ()
        assert provider.void(operation(attempt_id, 0)).kind == "voided"


def test_it_never_takes_more_than_it_holds(tried: Tried) -> None:
    attempt_id, provider = authorised(tried), tried.gateway
    if not provider.needs_shopper:
        return  # nobody holds anything: the shop's own sums are all there is
    request = operation(attempt_id, 10_001)
    assert provider.capture(request).kind == "capture-failed"
    provider.capture(operation(attempt_id, 10_000))
    assert provider.refund(operation(attempt_id, 10_001)).kind == "refund-failed"
