"""Staff see what providers said that does not fit, what was held back, and what is still open."""

from django.core import mail
from django.test import Client

from events.relay import drain
from modules.checkout.contracts import Placed
from modules.kernel.identity import new_id
from modules.payments.commands import try_to_pay
from modules.payments.hearing import Hear, hear
from modules.payments.models import BankRecord
from modules.payments.selectors import notifications, parked, set_aside
from tests.frontend.staff.people import Desk, signed_in, text
from tests.payments.bank import letter
from tests.payments.story import report
from tests.payments.test_notifications import deliver
from tests.support.trade import payment_of

LAPSED = "The bank holds it no longer."


def lapse(order: Placed) -> None:
    payment = payment_of(order)
    attempt_id = BankRecord.objects.get(payment_id=payment.id).attempt_id
    said = report("lapsed", payment_id=payment.id, attempt_id=attempt_id, message=LAPSED)
    hear(Hear(provider="testbank", source="enquiry", payment_id=payment.id, reports=(said,)))


def test_a_parked_message_is_on_the_page_of_the_day_with_its_reason_and_order(
    staff: Client, order: Placed
) -> None:
    assert "Payment messages" not in text(staff.get("/staff/"))
    deliver(letter(order.payment_id, id="forged-amount", amount=1))
    assert "1 Payment messages" in text(staff.get("/staff/"))
    page = staff.get("/staff/payments/")
    assert "It says 1 minor units" in text(page)
    assert "ProviderMessage" not in text(page), "what is shown is not what Django calls messages"
    assert f"/staff/orders/{order.order_id}/" in page.content.decode()


WHY = "The provider says by telephone that it was a test of theirs."


def test_a_parked_message_is_set_aside_with_a_reason_and_stays_known(
    staff: Client, order: Placed
) -> None:
    forged = letter(order.payment_id, id="forged-amount", amount=1)
    deliver(forged)
    (message,) = parked()
    address = f"/staff/payments/{message.id}/aside/"
    refused = staff.post(address, {"reason": "\0 no"})
    assert refused.status_code == 409
    assert "Say why nothing is to be done" in text(refused)
    assert staff.post(address, {"reason": WHY}).status_code == 303
    page = text(staff.get("/staff/payments/"))
    assert "Nothing to look at" in page
    assert f"{WHY} " in page
    assert "by Sascha" in page
    deliver(forged)
    assert (parked(), set_aside()[0].times) == ((), 2)
    assert staff.post(address, {"reason": WHY}).status_code == 409
    assert payment_of(order).captured_minor == 0


def test_only_what_was_refused_is_set_aside_and_only_by_staff(staff: Client, order: Placed) -> None:
    applied = notifications(order.payment_id)[0]
    assert staff.post(f"/staff/payments/{applied.id}/aside/", {"reason": WHY}).status_code == 409
    assert staff.post(f"/staff/payments/{new_id()}/aside/", {"reason": WHY}).status_code == 404
    auditor = signed_in("auditor")
    assert auditor.post(f"/staff/payments/{applied.id}/aside/", {"reason": WHY}).status_code == 403


def test_tries_that_were_held_back_are_counted_for_staff(staff: Client, order: Placed) -> None:
    for _ in range(22):
        try_to_pay("testbank", order=order.order_id, session="", address="192.0.2.1")
    words = text(staff.get("/staff/payments/"))
    assert "Tries held back, too many by one order 12" in words
    assert "Tries to pay the whole shop 10" in words


def test_what_lapsed_is_shown_and_a_link_to_pay_it_is_sent(
    staff: Client, desk: Desk, order: Placed
) -> None:
    lapse(order)
    drain()
    mail.outbox.clear()
    page = desk.act("payment-link")
    assert "Lapsed" in text(page)
    assert "Open:" in text(page)
    drain()
    assert ["reste à faire" in each.subject for each in mail.outbox] == [True]


def test_a_link_for_an_order_that_is_paid_for_is_refused(desk: Desk, order: Placed) -> None:
    page = desk.send("payment-link")
    assert (page.status_code, "Nothing of this order is left to pay" in text(page)) == (409, True)
