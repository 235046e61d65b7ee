"""No answer is not a no: it is asked for, and settled either way without a second effect."""

from datetime import timedelta
from uuid import UUID

import pytest
import time_machine
from django.db.transaction import atomic
from pytest_django import Settings

from events.relay import drain
from modules.kernel.clock import now
from modules.kernel.identity import new_id
from modules.payments.commands import (
    bank_mishap,
    capture_payment,
    perform_outstanding,
    receive_notification,
    refund_payment,
    resolve_unknown,
    settle,
    void_payment,
)
from modules.payments.contracts import (
    BankMishap,
    CapturePayment,
    ProviderUnavailable,
    RefundPayment,
    VoidPayment,
)
from modules.payments.domain.provider import Start
from modules.payments.domain.reports import Report
from modules.payments.gateways.testbank import bank
from modules.payments.gateways.testbank.gateway import TestBank
from modules.payments.gateways.testbank.messages import about_decision, post
from modules.payments.models import BankOperation, BankRecord
from modules.payments.selectors import history
from tests.payments.bank import AMOUNT, decide, found, opened, session, start

pytestmark = pytest.mark.django_db


def trouble(payment_id: UUID, operation: str, mishap: str, times: int = 1) -> None:
    bank_mishap(
        BankMishap(payment_id=payment_id, operation=operation, mishap=mishap, times=times)  # type: ignore[arg-type]
    )


def authorised() -> UUID:
    decide(start(payment_id := opened()), "approve")
    resolve_unknown(payment_id)
    return payment_id


def capture(payment_id: UUID, amount_minor: int | None = None) -> None:
    capture_payment(
        CapturePayment(payment_id=payment_id, capture_id=new_id(), amount_minor=amount_minor)
    )


def test_fault_29_a_start_that_worked_without_an_answer_is_found_by_asking() -> None:
    trouble(payment_id := opened(), "start", "reply-lost")
    step = start(payment_id)
    assert (step.status, step.redirect_url) == ("pending", "")
    assert "no answer" in step.message
    step = resolve_unknown(payment_id)
    assert step.redirect_url == f"https://shop.test/bank/{session(payment_id).id}/"


def test_fault_29_the_same_attempt_again_is_the_same_session() -> None:
    trouble(payment_id := opened(), "start", "reply-lost")
    attempt_id = new_id()
    start(payment_id, attempt_id)
    assert start(payment_id, attempt_id).redirect_url
    assert BankRecord.objects.filter(payment_id=payment_id).count() == 1


def test_fault_30_a_start_that_never_arrived_leaves_the_payment_payable() -> None:
    trouble(payment_id := opened(), "start", "unreachable")
    assert start(payment_id).status == "pending"
    assert resolve_unknown(payment_id).status == "failed"
    assert start(payment_id).redirect_url


def test_a_new_attempt_asks_about_the_old_one_first() -> None:
    trouble(payment_id := opened(), "start", "unreachable")
    start(payment_id)
    assert start(payment_id).redirect_url
    assert BankRecord.objects.filter(payment_id=payment_id).count() == 1


def test_a_bank_that_says_nothing_is_asked_by_a_worker() -> None:
    decide(start(payment_id := opened()), "timeout")
    with pytest.raises(ProviderUnavailable):
        resolve_unknown(payment_id)
    assert found(payment_id).status == "pending"
    with time_machine.travel(now() + timedelta(minutes=2)):
        drain()
    assert found(payment_id).status == "authorised"


def test_a_late_decision_is_open_until_it_comes() -> None:
    decide(start(payment_id := opened()), "approve-late")
    assert resolve_unknown(payment_id).status == "pending"
    with time_machine.travel(now() + timedelta(seconds=20)):
        drain()
    assert found(payment_id).status == "authorised"


def test_a_shopper_who_comes_back_goes_on_where_they_left() -> None:
    first = start(payment_id := opened())
    assert start(payment_id).redirect_url == first.redirect_url


def test_fault_29_a_capture_whose_answer_got_lost_is_taken_once() -> None:
    payment_id = authorised()
    trouble(payment_id, "capture", "reply-lost")
    capture(payment_id, 4_000)
    settle(payment_id)
    assert (found(payment_id).captured_minor, found(payment_id).pending_minor) == (0, 4_000)
    settle(payment_id)
    assert found(payment_id).captured_minor == session(payment_id).captured_minor == 4_000


def test_fault_31_a_capture_that_did_not_arrive_is_repeated_by_a_worker() -> None:
    payment_id = authorised()
    trouble(payment_id, "capture", "unreachable", times=2)
    capture(payment_id)
    settle(payment_id)
    drain()
    with time_machine.travel(now() + timedelta(minutes=1)):
        drain()
    assert found(payment_id).captured_minor == session(payment_id).captured_minor == AMOUNT


def test_the_answer_and_the_notification_of_one_capture_are_one_capture() -> None:
    payment_id = authorised()
    capture(payment_id)
    settle(payment_id)
    drain()
    assert found(payment_id).captured_minor == AMOUNT
    assert BankOperation.objects.filter(session__payment_id=payment_id).count() == 1


def test_a_refund_and_a_void_survive_lost_answers_too() -> None:
    payment_id = authorised()
    for operation in ("refund", "void"):
        trouble(payment_id, operation, "reply-lost")
    capture(payment_id, 4_000)
    settle(payment_id)
    void_payment(VoidPayment(payment_id=payment_id, reason="rest not needed"))
    refund_payment(
        RefundPayment(payment_id=payment_id, refund_id=new_id(), amount_minor=500, reason="late")
    )
    for _ in range(2):
        settle(payment_id)
    payment = found(payment_id)
    assert (payment.voided_minor, payment.refunded_minor) == (6_000, 500)
    assert (session(payment_id).voided_minor, session(payment_id).refunded_minor) == (6_000, 500)


def test_ending_an_open_session_ends_it_at_the_bank() -> None:
    step = start(payment_id := opened())
    void_payment(VoidPayment(payment_id=payment_id, reason="cancelled"))
    settle(payment_id)
    assert (found(payment_id).status, session(payment_id).status) == ("voided", "cancelled")
    decide(step, "approve")
    drain()
    assert found(payment_id).status == "voided"


def test_an_approval_that_crossed_the_end_is_recorded() -> None:
    step = start(payment_id := opened())
    decide(step, "approve-late")
    void_payment(VoidPayment(payment_id=payment_id, reason="cancelled"))
    settle(payment_id)
    assert found(payment_id).status == "voided"
    with time_machine.travel(now() + timedelta(seconds=20)):
        drain()
    payment = found(payment_id)
    assert (payment.authorised_minor, payment.capturable_minor) == (AMOUNT, AMOUNT)


def test_a_second_authorisation_of_one_payment_is_given_back_at_the_bank() -> None:
    payment_id = opened()
    for decision in ("decline", "approve"):
        decide(start(payment_id), decision)
        resolve_unknown(payment_id)
    first = BankRecord.objects.filter(payment_id=payment_id).earliest("created_at")
    BankRecord.objects.filter(id=first.id).update(status="authorised")
    headers, body = post(
        {**about_decision(BankRecord.objects.get(id=first.id)), "id": "an afterthought"}
    )
    receive_notification("testbank", headers, body)
    drain()
    assert found(payment_id).authorised_minor == AMOUNT
    assert BankRecord.objects.get(id=first.id).voided_minor == AMOUNT
    assert [entry.title for entry in history(payment_id)][-2:] == [
        "Authorised a second time",
        "Second authorisation given back",
    ]


def test_fault_32_no_provider_is_called_inside_a_transaction() -> None:
    payment_id = authorised()
    capture(payment_id)
    with atomic(), pytest.raises(RuntimeError):
        perform_outstanding(payment_id)
    with atomic(), pytest.raises(RuntimeError):
        bank.open_session(
            Start(
                payment_id=payment_id,
                attempt_id=new_id(),
                description="",
                amount_minor=1,
                currency="EUR",
                return_url="",
            )
        )
    assert session(payment_id).captured_minor == 0


class HastyBank(TestBank):
    """Approves and notifies before its own answer is on the way."""

    def start(self, request: Start) -> Report:
        report = super().start(request)
        bank.decide(report.provider_reference, "approve")
        drain()
        return report


class BrokenBank(TestBank):
    def start(self, request: Start) -> Report:
        raise ValueError("a provider's bug")


def test_fault_33_a_notification_may_overtake_the_answer(settings: Settings) -> None:
    settings.PAYMENT_PROVIDERS = [f"{__name__}.HastyBank"]
    step = start(payment_id := opened())
    assert (step.status, step.redirect_url) == ("authorised", "")
    assert found(payment_id).authorised_minor == AMOUNT


def test_a_provider_that_breaks_leaves_the_outcome_open(settings: Settings) -> None:
    settings.PAYMENT_PROVIDERS = [f"{__name__}.BrokenBank"]
    assert start(opened()).status == "pending"


def test_a_provider_that_was_switched_off_leaves_its_payments_readable(settings: Settings) -> None:
    payment_id = authorised()
    capture(payment_id, 4_000)
    settings.PAYMENT_PROVIDERS = ["modules.payments.gateways.invoice.Invoice"]
    settle(payment_id)
    payment = found(payment_id)
    assert (payment.provider_title, payment.pending_minor) == ("testbank", 4_000)


def test_an_invoice_nobody_started_is_started_by_a_worker() -> None:
    payment_id = opened("invoice")
    with time_machine.travel(now() + timedelta(minutes=1)):
        drain()
    assert found(payment_id).status == "authorised"
