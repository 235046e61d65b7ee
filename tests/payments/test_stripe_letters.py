"""What Stripe writes: believed by its signature alone, held against what was asked for."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from events.store import read_stream
from modules.kernel.clock import now
from modules.payments.commands import (
    receive_notification,
    refund_payment,
    resolve_unknown,
    settle,
)
from modules.payments.contracts import (
    AmountRefused,
    NotificationRefused,
    PaymentDetail,
    ProviderMessage,
    RefundPayment,
)
from modules.payments.models import ProviderReport
from modules.payments.selectors import notifications, parked, tallies_of
from tests.payments.bank import AMOUNT, found, opened, start
from tests.payments.stripe_letters import (
    ADDRESS,
    OLD_SECRET,
    about,
    deliver,
    dispute,
    event,
    intent,
    intent_of,
    post,
    signed,
)
from tests.payments.test_stripe import authorised, capture, refund
from tests.support.stripe_process import StandIn

pytestmark = pytest.mark.django_db

STATEMENTS = 20
AUTHORISED = "payment_intent.amount_capturable_updated"


def begun() -> tuple[UUID, UUID]:
    """A payment at Stripe's page and its attempt."""
    payment_id, attempt_id = opened("stripe"), uuid4()
    start(payment_id, attempt_id)
    return payment_id, attempt_id


def said(payment_id: UUID) -> list[ProviderMessage]:
    return [each for each in notifications(payment_id) if each.source == "notification"]


def captured(stripe: StandIn) -> UUID:
    capture(payment_id := authorised(stripe))
    return payment_id


def sums(payment: PaymentDetail) -> tuple[int, int, int]:
    return payment.captured_minor, payment.refunded_minor, payment.charged_back_minor


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, 204),
        ({"secret": OLD_SECRET}, 204),
        ({"secret": "whsec_of_somebody_else"}, 400),
        ({"seconds": -299}, 204),
        ({"seconds": -302}, 400),
        ({"seconds": 302}, 400),
    ],
    ids=["new secret", "old secret", "foreign", "young enough", "stale", "from the future"],
)
def test_fault_35_a_letter_counts_by_its_signature(
    stripe: StandIn, changes: dict[str, Any], status: int
) -> None:
    payment_id, attempt_id = begun()
    letter = event(AUTHORISED, intent(payment_id, attempt_id))
    assert post(letter, **changes) == status
    assert (found(payment_id).status == "authorised") == (status == 204)
    assert bool(said(payment_id)) == (status == 204)
    refused = tallies_of(timedelta(hours=2)).get("notification-refused:stripe", 0)
    assert refused == (0 if status == 204 else 1)


def test_a_secret_that_was_exchanged_is_good_no_longer(stripe: StandIn, settings: Settings) -> None:
    payment_id, attempt_id = begun()
    settings.STRIPE_WEBHOOK_SECRETS = ("whsec_newest",)
    letter = event(AUTHORISED, intent(payment_id, attempt_id))
    assert post(letter) == 400
    assert post(letter, secret="whsec_newest") == 204


def test_every_byte_of_the_body_is_signed(stripe: StandIn) -> None:
    payment_id, attempt_id = begun()
    body = json.dumps(event(AUTHORISED, intent(payment_id, attempt_id))).encode()
    headers = signed(body)
    for place in range(0, len(body), 7):
        forged = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
        with pytest.raises(NotificationRefused):
            receive_notification("stripe", headers, forged)
    assert said(payment_id) == []


def test_check_23_a_live_letter_never_touches_a_sandbox_and_the_reverse(
    stripe: StandIn, settings: Settings
) -> None:
    payment_id, attempt_id = begun()
    thing = intent(payment_id, attempt_id)
    assert post(event(AUTHORISED, thing, livemode=True)) == 400
    settings.STRIPE_SECRET_KEY = "sk_live_pretended"
    assert post(event(AUTHORISED, thing)) == 400
    assert found(payment_id).status == "pending"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"amount_capturable": 9_999}, "It says 9999 minor units; 10000 were asked for."),
        ({"currency": "usd"}, "It says USD; the payment is in EUR."),
    ],
)
def test_check_22_a_signed_letter_that_contradicts_us_is_parked(
    stripe: StandIn, changes: dict[str, Any], reason: str
) -> None:
    payment_id, attempt_id = begun()
    assert post(event(AUTHORISED, intent(payment_id, attempt_id, **changes))) == 204
    assert (found(payment_id).status, parked()[0].reason) == ("pending", reason)


def test_a_letter_about_another_order_moves_no_money_of_either(stripe: StandIn) -> None:
    (mine, attempt_id), (other, _) = begun(), begun()
    assert post(event(AUTHORISED, intent(other, attempt_id))) == 204
    assert {found(each).status for each in (mine, other)} == {"pending"}
    assert parked()[0].outcome == "waiting"


@pytest.mark.parametrize(
    "thing",
    [
        {"id": "pi_1", "status": "succeeded", "amount": 1, "currency": "eur"},
        {"id": "pi_1", "status": "succeeded", "amount": 1, "metadata": {"payment_id": "x"}},
    ],
    ids=["no tags", "unreadable tags"],
)
def test_what_is_not_ours_is_acknowledged_and_counted(
    stripe: StandIn, thing: dict[str, Any]
) -> None:
    assert post(event("payment_intent.succeeded", thing)) == 204
    assert post(event("customer.created", {"id": "cus_1"})) == 204
    assert post(event("of.tomorrow", [{"nobody": "knows"}])) == 204  # type: ignore[arg-type]
    assert tallies_of(timedelta(hours=2))["notification-foreign:stripe"] == 3


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"\xff",
        b'{"id":"evt_1"}',
        b"{" * 5_000,
        json.dumps(event(AUTHORISED, {"id": 7})).encode(),
        json.dumps(event(AUTHORISED, {}, created=10**30)).encode(),
        json.dumps(event("charge.dispute.created", {"id": "du_1", "amount": "many"})).encode(),
    ],
    ids=["empty", "list", "no text", "incomplete", "deep", "wrong id", "no moment", "no number"],
)
def test_a_body_that_is_no_event_is_a_bad_request(stripe: StandIn, body: bytes) -> None:
    if body.isascii():
        assert post(body) == 400
    with pytest.raises(NotificationRefused):
        receive_notification("stripe", {"Stripe-Signature": "t=1,v1=x"}, body)


def test_check_21_a_letter_that_comes_again_is_one(stripe: StandIn) -> None:
    payment_id, attempt_id = begun()
    letter = event(AUTHORISED, intent(payment_id, attempt_id))
    assert [post(letter) for _ in range(3)] == [204] * 3
    assert [(each.outcome, each.times) for each in said(payment_id)] == [("applied", 3)]


def test_fault_33_a_letter_that_overtakes_our_own_record_waits_for_it(stripe: StandIn) -> None:
    payment_id, attempt_id = opened("stripe"), uuid4()
    deliver(event(AUTHORISED, intent(payment_id, attempt_id)))
    assert said(payment_id)[0].outcome == "waiting"
    start(payment_id, attempt_id)
    assert found(payment_id).status == "authorised"


def test_a_refund_made_in_stripes_dashboard_is_recorded(stripe: StandIn) -> None:
    payment_id = captured(stripe)
    thing = {
        "id": "re_dashboard",
        "amount": 2_500,
        "currency": "eur",
        "status": "succeeded",
        "payment_intent": intent_of(payment_id),
    }
    for _ in range(2):
        deliver(event("refund.created", thing))
    assert sums(found(payment_id)) == (AMOUNT, 2_500, 0)


def test_a_refund_that_comes_back_raises_what_is_kept_again(stripe: StandIn) -> None:
    payment_id = captured(stripe)
    refund(payment_id, 4_000)
    (made,) = about(stripe, payment_id, "refund.created")
    gone = made["data"]["object"] | {"status": "failed", "failure_reason": "lost_or_stolen_card"}
    deliver(event("refund.failed", gone))
    payment = found(payment_id)
    assert (sums(payment), payment.refundable_minor) == ((AMOUNT, 0, 0), AMOUNT)
    assert (payment.refunds[0].status, payment.refunds[0].message) == (
        "failed",
        "Stripe: lost_or_stolen_card",
    )


@pytest.mark.parametrize(
    ("status", "final", "topic"),
    [
        ("won", (AMOUNT, 0, 0), "payments.payment.charge_back_reversed.v1"),
        ("lost", (AMOUNT, 0, AMOUNT), "payments.payment.charge_back_lost.v1"),
    ],
)
@pytest.mark.parametrize("backwards", [False, True])
def test_a_dispute_takes_the_money_and_winning_it_brings_it_back(
    stripe: StandIn, status: str, final: tuple[int, int, int], topic: str, backwards: bool
) -> None:
    payment_id = captured(stripe)
    letters = [
        event("charge.dispute.created", dispute(payment_id)),
        event("charge.dispute.funds_withdrawn", dispute(payment_id)),
        event("charge.dispute.closed", dispute(payment_id, status=status)),
    ]
    for each in reversed(letters) if backwards else letters:
        deliver(each)
    assert sums(found(payment_id)) == final
    assert found(payment_id).refundable_minor == final[0] - final[2]
    assert [row.topic for row in read_stream(payment_id)][-2:] == [
        "payments.payment.charged_back.v1",
        topic,
    ]


def test_an_inquiry_moves_no_money_and_is_noted(stripe: StandIn) -> None:
    payment_id = captured(stripe)
    deliver(event("charge.dispute.created", dispute(payment_id, status="warning_needs_response")))
    assert sums(found(payment_id)) == (AMOUNT, 0, 0)
    assert said(payment_id)[-1].outcome == "noted"


def test_nothing_is_refunded_that_was_charged_back(stripe: StandIn) -> None:
    payment_id = captured(stripe)
    deliver(event("charge.dispute.created", dispute(payment_id, amount=7_000)))
    assert found(payment_id).refundable_minor == 3_000
    with pytest.raises(AmountRefused):
        refund_payment(
            RefundPayment(
                payment_id=payment_id, refund_id=uuid4(), amount_minor=3_001, reason="returned"
            )
        )
    refund(payment_id, 3_000)
    assert found(payment_id).status == "charged-back"


def test_an_authorisation_that_stripe_ended_lapses(stripe: StandIn) -> None:
    payment_id = authorised(stripe)
    attempt_id = UUID(
        about(stripe, payment_id, AUTHORISED)[0]["data"]["object"]["metadata"]["attempt_id"]
    )
    ended = intent(
        payment_id, attempt_id, id=intent_of(payment_id), status="canceled", amount_capturable=0
    )
    deliver(event("payment_intent.canceled", ended))
    payment = found(payment_id)
    assert (payment.status, payment.lapsed_minor, payment.capturable_minor) == (
        "expired",
        AMOUNT,
        0,
    )


def test_fault_34_letters_three_days_late_change_nothing_that_was_decided(stripe: StandIn) -> None:
    payment_id = captured(stripe)
    settle(payment_id)
    version = found(payment_id).version
    old = int((now() - timedelta(days=3)).timestamp())
    for each in reversed(about(stripe, payment_id)):
        deliver(each | {"created": old})
    assert found(payment_id).version == version
    assert resolve_unknown(payment_id).status == "captured"


def test_what_stripe_writes_of_persons_is_not_kept(stripe: StandIn) -> None:
    payment_id, attempt_id = begun()
    person = {"customer_details": {"email": "lea@example.org", "name": "Lea Martin"}}
    tags = {"payment_id": str(payment_id), "attempt_id": str(attempt_id)}
    session = {"id": "cs_1", "status": "complete", "currency": "eur", "metadata": tags, **person}
    deliver(event("checkout.session.completed", session))
    (row,) = ProviderReport.objects.filter(payment_id=payment_id, source="notification")
    assert "cs_1" in row.body
    kept = f"{row.body}{row.content}"
    assert "lea@example.org" not in kept
    assert "Lea Martin" not in kept


def test_a_notification_opens_no_session_and_leaves_no_cookie(stripe: StandIn) -> None:
    payment_id, attempt_id = begun()
    body = json.dumps(event(AUTHORISED, intent(payment_id, attempt_id))).encode()
    with CaptureQueriesContext(connection) as captured:
        answer = Client().post(ADDRESS, body, content_type="application/json", headers=signed(body))
    assert (answer.status_code, answer.cookies) == (204, {})
    assert not [each for each in captured if "django_session" in each["sql"]]
    assert len(captured) <= STATEMENTS
