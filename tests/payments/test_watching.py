"""An authorisation ends by itself: renewed in time, or known to have lapsed and paid again."""

from datetime import timedelta
from uuid import UUID

import pytest
import time_machine
from django.core import mail
from django.test import Client
from pytest_django import Settings

from events.relay import drain
from events.store import read_stream
from modules.checkout.contracts import Placed
from modules.kernel.clock import now
from modules.orders.selectors import order_counts, payable_minor
from modules.payments.commands import resolve_unknown
from modules.payments.selectors import payments_of
from tests.frontend.storefront.shopping import text
from tests.payments.stripe_letters import (
    bring,
    deliver,
    dispute,
    event,
)
from tests.support.stripe_process import StandIn
from tests.support.trade import begin, buy, order_of, payment_of, ship

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]


@pytest.fixture
def kept(stripe: StandIn, settings: Settings) -> StandIn:
    """Stripe, asked to keep the card."""
    settings.STRIPE_KEEP_CARDS = True
    return stripe


def authorised(stripe: StandIn) -> Placed:
    placed = buy(method="stripe")
    stripe.pay(begin(placed, method="stripe").redirect_url)
    resolve_unknown(placed.payment_id)
    drain()
    return placed


def days_later(days: float) -> time_machine.travel:
    return time_machine.travel(now() + timedelta(days=days))


def statuses(placed: Placed) -> list[str]:
    return [payment.status for payment in payments_of(placed.order_id)]


def ended_at_stripe(stripe: StandIn, name: str) -> None:
    """Stripe ends an authorisation by itself, and its letter is lost."""
    stripe.http.post(f"/v1/payment_intents/{name}/cancel")


def test_a_day_before_its_end_it_is_renewed_with_the_card_that_stripe_kept(kept: StandIn) -> None:
    placed = authorised(kept)
    with days_later(5.9):
        drain()
        assert statuses(placed) == ["authorised"]
    with days_later(6.1):
        drain()
    assert statuses(placed) == ["voided", "authorised"]
    assert payment_of(placed).authorised_minor == placed.total_minor
    assert order_of(placed).status == "confirmed"
    ship(placed)
    assert payment_of(placed).captured_minor == placed.total_minor


def test_a_renewal_that_is_declined_leaves_the_old_authorisation_in_force(kept: StandIn) -> None:
    placed = authorised(kept)
    kept.arrange("payment_intents", "decline")
    with days_later(6.1):
        drain()
    assert statuses(placed) == ["authorised", "declined"]
    ship(placed)
    assert payments_of(placed.order_id)[0].captured_minor == placed.total_minor


def test_a_renewal_whose_answer_got_lost_is_found_again(kept: StandIn) -> None:
    placed = authorised(kept)
    kept.arrange("payment_intents", "lost")
    with days_later(6.1):
        drain()
    with days_later(6.2):
        drain()
    assert statuses(placed) == ["voided", "authorised"]


def test_what_was_shipped_meanwhile_is_not_renewed(kept: StandIn) -> None:
    placed = authorised(kept)
    ship(placed)
    with days_later(6.1):
        drain()
    assert statuses(placed) == ["captured"]


def test_an_authorisation_that_ended_unheard_is_found_out(stripe: StandIn) -> None:
    placed = authorised(stripe)
    ended_at_stripe(stripe, payment_of(placed).provider_reference)
    for days in (6.1, 7.2):
        with days_later(days):
            drain()
    assert statuses(placed) == ["expired"]
    assert payable_minor(placed.order_id) == placed.total_minor
    assert order_of(placed).status == "confirmed"


def test_the_shopper_is_sent_a_link_and_pays_the_open_amount_with_it(stripe: StandIn) -> None:
    placed = authorised(stripe)
    ship(placed, prints=1)
    drain()
    open_minor = placed.total_minor - payment_of(placed).captured_minor
    assert payable_minor(placed.order_id) == open_minor > 0
    (letter,) = [each for each in mail.outbox if "reste à faire" in each.subject]
    link = f"/orders/{placed.token.partition(':')[0]}"
    assert link in letter.body
    browser = Client()
    assert "Payment is open" in text(browser.get(f"/orders/{placed.token}/"))
    page = browser.post(f"/orders/{placed.token}/pay/", {"payment": "stripe"})
    stripe.pay(page.headers["Location"])
    again = payment_of(placed)
    assert again.amount_minor == open_minor
    resolve_unknown(again.id)
    assert statuses(placed) == ["captured", "authorised"]
    assert payable_minor(placed.order_id) == 0
    assert "Payment is open" not in text(browser.get(f"/orders/{placed.token}/"))


def test_what_is_paid_after_everything_was_sent_is_taken_at_once(stripe: StandIn) -> None:
    placed = authorised(stripe)
    ship(placed)
    bring(stripe, placed.payment_id)
    charged_back(placed)
    assert payable_minor(placed.order_id) == placed.total_minor
    step = begin(placed, method="stripe")
    stripe.pay(step.redirect_url)
    resolve_unknown(step.payment_id)
    drain()
    assert payment_of(placed).captured_minor == placed.total_minor


def test_a_dispute_that_is_won_after_all_gives_back_what_was_paid_again(stripe: StandIn) -> None:
    placed = authorised(stripe)
    ship(placed)
    charged_back(placed)
    step = begin(placed, method="stripe")
    stripe.pay(step.redirect_url)
    resolve_unknown(step.payment_id)
    drain()
    charged_back(placed, status="won")
    drain()
    held = [each.kept_minor - each.refunded_minor for each in payments_of(placed.order_id)]
    assert held == [placed.total_minor, 0]


def test_a_charge_back_shows_as_a_problem_of_the_order(stripe: StandIn) -> None:
    placed = authorised(stripe)
    ship(placed)
    charged_back(placed)
    assert order_of(placed).payment_status == "charged-back"
    assert order_counts().problem == 1
    assert topics(placed.payment_id)[-1] == "payments.payment.charged_back.v1"


def charged_back(placed: Placed, status: str = "needs_response") -> None:
    """The payer disputes the first payment of an order; `status` is how it stands."""
    about = dispute(placed.payment_id, amount=placed.total_minor, status=status)
    deliver(event("charge.dispute.created" if status != "won" else "charge.dispute.closed", about))


def topics(stream_id: UUID) -> list[str]:
    return [row.topic for row in read_stream(stream_id)]
