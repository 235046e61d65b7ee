"""Acceptance scenarios 57 to 72: payments and webhooks."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from pytest_django import Settings

from events.context import acting
from events.errors import CommandReused
from events.relay import drain
from events.store import read_stream
from modules.checkout.commands import pay
from modules.kernel.identity import new_id
from modules.kernel.money import Money, MoneyError
from modules.orders import commands as orders
from modules.orders.contracts import RefundOrder
from modules.orders.selectors import payable_minor
from modules.payments.commands import (
    capture_payment,
    receive_notification,
    refund_payment,
    resolve_unknown,
    settle,
)
from modules.payments.contracts import (
    AmountRefused,
    CapturePayment,
    PaymentDetail,
    RefundPayment,
    RequestDiffers,
)
from modules.payments.domain.payment import Payment
from modules.payments.domain.reports import Report, ReportKind, fold, fold_all
from modules.payments.gateways.stripe.amounts import from_stripe, to_stripe
from modules.payments.gateways.testbank.messages import post
from modules.payments.hearing import Hear, hear
from modules.payments.models import BankOperation, BankRecord
from modules.payments.selectors import notifications, parked, payments_of
from tests.payments.bank import AMOUNT, decide, found, letter, opened, start
from tests.payments.story import (
    ATTEMPT,
    CAPTURE,
    REFUND,
    REQUESTED,
    SECOND_ATTEMPT,
    STARTED,
    authorised,
    capture_requested,
    captured_whole,
    refund_requested,
    refunded,
    report,
)
from tests.payments.test_notifications import deliver
from tests.support.given import given
from tests.support.trade import (
    at_bank,
    begin,
    buy,
    cancel,
    open_shop,
    order_of,
    paid,
    payment_of,
    ship,
)

DISPUTE = UUID("00000000-0000-7000-8000-0000000000e1")

pytestmark = pytest.mark.django_db


def held() -> UUID:
    """A payment of 100.00 EUR that the test bank authorised."""
    step = start(opened())
    decide(step, "approve")
    resolve_unknown(step.payment_id)
    return step.payment_id


def capture(payment_id: UUID, amount_minor: int | None, capture_id: UUID | None = None) -> None:
    capture_payment(
        CapturePayment(
            payment_id=payment_id, capture_id=capture_id or new_id(), amount_minor=amount_minor
        )
    )
    settle(payment_id)


def refund(payment_id: UUID, amount_minor: int) -> None:
    refund_payment(
        RefundPayment(
            payment_id=payment_id, refund_id=new_id(), amount_minor=amount_minor, reason="returned"
        )
    )
    settle(payment_id)


def bank_operations(kind: str) -> int:
    return BankOperation.objects.filter(kind=kind).count()


def test_scenario_57_of_100_authorised_200_is_refused() -> None:
    with pytest.raises(AmountRefused):
        capture(held(), 2 * AMOUNT)


def test_scenario_57_of_100_authorised_99_then_2_is_refused_and_two_halves_succeed() -> None:
    capture(payment_id := held(), 9_900)
    with pytest.raises(AmountRefused):
        capture(payment_id, 200)
    halves = held()
    for _ in range(2):
        capture(halves, AMOUNT // 2)
    assert (found(halves).status, found(halves).captured_minor) == ("captured", AMOUNT)


def test_scenario_58_capturing_all_again_calls_nobody_and_captures_nothing() -> None:
    capture(payment_id := held(), None)
    before = found(payment_id).version
    capture(payment_id, None)
    assert (found(payment_id).version, bank_operations("capture")) == (before, 1)


def test_scenario_59_more_than_was_captured_is_not_given_back() -> None:
    capture(payment_id := held(), AMOUNT // 2)
    with pytest.raises(AmountRefused):
        refund(payment_id, AMOUNT)


def test_scenario_59_of_100_captured_50_then_60_is_refused() -> None:
    capture(payment_id := held(), None)
    refund(payment_id, 5_000)
    with pytest.raises(AmountRefused):
        refund(payment_id, 6_000)
    assert found(payment_id).refunded_minor == 5_000


def test_scenario_60_a_report_that_comes_again_is_known_already() -> None:
    start(payment_id := opened())
    said = letter(payment_id)
    for _ in range(2):
        deliver(said)
    message = notifications(payment_id)[-1]
    assert (message.outcome, message.times, found(payment_id).authorised_minor) == (
        "applied",
        2,
        AMOUNT,
    )


def test_scenario_60_the_same_name_with_another_amount_is_an_error_that_is_kept() -> None:
    start(payment_id := opened())
    deliver(letter(payment_id))
    deliver(letter(payment_id, amount=1))
    assert [(each.outcome, each.amount_minor) for each in parked()] == [("refused", 1)]
    assert found(payment_id).authorised_minor == AMOUNT


def test_scenario_61_a_second_authorisation_is_not_counted() -> None:
    second = given(Payment, REQUESTED, STARTED).aggregate
    fold(second, report("declined"))
    second.start(SECOND_ATTEMPT)
    for attempt_id in (SECOND_ATTEMPT, ATTEMPT):
        fold(second, report("authorised", attempt_id=attempt_id))
    assert second.state.authorised_minor == AMOUNT
    assert second.state.attempt(ATTEMPT).status == "surplus"  # type: ignore[union-attr]


def adjusted(amount_minor: int, minute: int) -> Report:
    moment = datetime(2026, 3, 1, 12, minute, tzinfo=UTC)
    return report("adjusted", amount_minor=amount_minor, occurred_at=moment)


def test_scenario_61_an_adjustment_replaces_the_authorised_amount_and_the_latest_counts() -> None:
    for order in (
        [adjusted(8_000, 1), adjusted(9_000, 2)],
        [adjusted(9_000, 2), adjusted(8_000, 1)],
    ):
        aggregate = authorised().aggregate
        fold_all(aggregate, order)
        assert (aggregate.state.authorised_minor, aggregate.state.open_minor) == (9_000, 9_000)


@pytest.mark.parametrize("amount_minor", [3_999, 10_001])
def test_scenario_61_an_adjustment_below_what_is_used_or_above_what_was_asked_is_refused(
    amount_minor: int,
) -> None:
    aggregate = authorised(capture_requested(4_000)).aggregate
    assert fold(aggregate, adjusted(amount_minor, 1)).outcome == "refused"
    assert aggregate.state.authorised_minor == AMOUNT


def test_scenario_63_a_charge_without_an_answer_is_pending_and_not_available() -> None:
    state = authorised(capture_requested(4_000)).aggregate.state
    assert (state.pending_captures_minor, state.capturable_minor) == (4_000, 6_000)


def dispute(kind: ReportKind, amount_minor: int = AMOUNT) -> Report:
    return report(kind, operation_id=DISPUTE, amount_minor=amount_minor, message="fraudulent")


def test_scenario_64_a_charge_back_lowers_what_is_kept_and_winning_raises_it_again() -> None:
    aggregate = captured_whole().aggregate
    fold(aggregate, dispute("disputed"))
    assert (aggregate.state.left_minor, aggregate.status) == (0, "charged-back")
    fold(aggregate, dispute("dispute-won"))
    assert (aggregate.state.left_minor, aggregate.status) == (AMOUNT, "captured")


def test_scenario_64_a_refund_that_comes_back_raises_what_is_kept_again() -> None:
    aggregate = captured_whole(refund_requested(4_000), refunded(4_000)).aggregate
    back = report("refund-reversed", operation_id=REFUND, amount_minor=4_000, message="no card")
    assert [fold(aggregate, back).outcome for _ in range(2)] == ["applied", "repeated"]
    assert (aggregate.state.left_minor, aggregate.state.refundable_minor) == (AMOUNT, AMOUNT)


def test_scenario_65_a_capture_that_is_reported_again_captures_nothing() -> None:
    aggregate = authorised(capture_requested(AMOUNT)).aggregate
    done = report("captured", operation_id=CAPTURE, amount_minor=AMOUNT)
    assert [fold(aggregate, done).outcome for _ in range(2)] == ["applied", "repeated"]
    assert aggregate.state.captured_minor == AMOUNT


def test_scenario_65_an_authorisation_confirms_the_order_and_leaves_a_balance_due() -> None:
    open_shop()
    placed = paid()
    assert (order_of(placed).status, payment_of(placed).captured_minor) == ("confirmed", 0)
    assert payment_of(placed).capturable_minor == placed.total_minor


def test_scenario_66_a_letter_after_the_end_of_the_order_is_still_recorded() -> None:
    open_shop()
    placed = buy()
    at_bank(begin(placed), "timeout")
    cancel(placed)
    headers, body = post(letter(placed.payment_id, amount=placed.total_minor))
    receive_notification("testbank", headers, body)
    topics = [row.topic for row in read_stream(placed.payment_id)]
    assert "payments.payment.authorised.v1" in topics
    drain()
    assert BankRecord.objects.get().voided_minor == placed.total_minor


def test_scenario_68_a_key_with_other_content_is_refused_before_the_provider_is_called() -> None:
    payment_id, capture_id = held(), new_id()
    capture(payment_id, 4_000, capture_id)
    with pytest.raises(RequestDiffers):
        capture(payment_id, 5_000, capture_id)
    assert bank_operations("capture") == 1
    with acting(command_id=uuid4()):
        capture_payment(CapturePayment(payment_id=payment_id, capture_id=new_id(), amount_minor=1))
        with pytest.raises(CommandReused):
            capture_payment(
                CapturePayment(payment_id=payment_id, capture_id=new_id(), amount_minor=2)
            )


def end_authorisation(payment_id: UUID) -> None:
    """The bank holds the rest of what it authorised no longer, and says so when asked."""
    ended = Report(
        kind="lapsed",
        payment_id=payment_id,
        attempt_id=BankRecord.objects.get(payment_id=payment_id).attempt_id,
        currency="EUR",
        message="It took too long.",
    )
    hear(Hear(provider="testbank", source="enquiry", payment_id=payment_id, reports=(ended,)))


def covered_by_two(settings: Settings) -> tuple[UUID, list[PaymentDetail]]:
    """An order of which one payment took the first parcel and another, by link, the rest."""
    open_shop()
    settings.SHOP_CAPTURE = "on-shipment"
    placed = paid()
    ship(placed, prints=1)
    end_authorisation(placed.payment_id)
    step = pay(
        order_id=placed.order_id,
        provider="testbank",
        attempt_id=new_id(),
        return_url="https://shop.test/back/",
    )
    at_bank(step)
    resolve_unknown(step.payment_id)
    ship(placed, prints=2, cards=1)
    return placed.order_id, list(payments_of(placed.order_id))


def test_scenario_70_refunds_over_two_payments_stay_within_each(settings: Settings) -> None:
    order_id, (first, second) = covered_by_two(settings)
    whole = first.captured_minor + second.captured_minor
    assert payable_minor(order_id) == 0
    for amount_minor in (second.captured_minor + 100, whole - second.captured_minor - 100):
        orders.refund_order(
            RefundOrder(
                order_id=order_id, refund_id=new_id(), amount_minor=amount_minor, reason="Returned"
            )
        )
    orders.settle(order_id)
    refunded_each = [each.refunded_minor for each in payments_of(order_id)]
    assert refunded_each == [first.captured_minor, second.captured_minor]
    with pytest.raises(AmountRefused):
        orders.refund_order(
            RefundOrder(order_id=order_id, refund_id=new_id(), amount_minor=1, reason="More")
        )


def test_scenario_71_another_method_ends_open_payments_and_keeps_completed_ones() -> None:
    open_shop()
    placed = buy()
    begin(placed)
    assert begin(placed, method="invoice").status == "authorised"
    drain()
    again = begin(placed, method="testbank")
    assert (again.payment_id, again.status) == (payments_of(placed.order_id)[-1].id, "authorised")
    assert [each.status for each in payments_of(placed.order_id)] == ["voided", "authorised"]


@pytest.mark.parametrize(
    ("typed", "currency", "minor", "at_stripe"),
    [("1234", "JPY", 1_234, 1_234), ("1.230", "BHD", 1_230, 1_230), ("11", "ISK", 11, 1_100)],
)
def test_scenario_72_minor_units_follow_the_currency_there_and_back(
    typed: str, currency: str, minor: int, at_stripe: int
) -> None:
    money = Money.parse(typed, currency)
    assert (money.minor, to_stripe(money.minor, currency)) == (minor, at_stripe)
    assert from_stripe(at_stripe, currency) == minor
    assert str(money).split()[0] == typed


@pytest.mark.parametrize(("typed", "currency"), [("1.1", "ISK"), ("1.128", "USD")])
def test_scenario_72_what_is_finer_than_the_currency_is_refused_at_input(
    typed: str, currency: str
) -> None:
    with pytest.raises(MoneyError):
        Money.parse(typed, currency)
