"""A small open shop for the tests that need one."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.payments.stripe_letters import OLD_SECRET, SECRET
from tests.support.stripe_process import KEY, StandIn, stand_in
from tests.support.trade import open_shop


@pytest.fixture
def shop(db: None) -> None:
    open_shop()


@pytest.fixture(scope="session")
def stand_in_process() -> Iterator[StandIn]:
    with stand_in() as running:
        yield running


@pytest.fixture
def stripe(stand_in_process: StandIn, settings: Settings) -> StandIn:
    """A shop with Stripe switched on, and the stand-in that plays Stripe."""
    settings.STRIPE_SECRET_KEY = KEY
    settings.STRIPE_API_BASE = stand_in_process.base
    settings.STRIPE_WEBHOOK_SECRETS = (SECRET, OLD_SECRET)
    settings.PAYMENT_PROVIDERS = (
        "modules.payments.gateways.stripe.gateway.Stripe",
        *settings.PAYMENT_PROVIDERS,
    )
    return stand_in_process
