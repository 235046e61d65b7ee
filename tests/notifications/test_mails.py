"""What customers are written, and that they are written it once."""

import json
from email.message import EmailMessage

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from pytest_django.fixtures import Settings

from events.database import fetch
from events.effects import perform
from events.relay import drain
from modules.invoicing.selectors import documents_of
from modules.notifications.commands import send_invoice_again
from modules.notifications.contracts import SendInvoiceAgain
from modules.orders.selectors import order_by_token
from modules.payments.commands import resolve_unknown
from tests.support.trade import (
    at_bank,
    begin,
    bring_back,
    buy,
    cancel,
    cancel_some,
    order_of,
    paid,
    refund,
    ship,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]


@pytest.fixture(autouse=True)
def _in_english(settings: Settings) -> None:
    """The shop of these tests sells to France; its mails are read in English here."""
    settings.INVOICE_LANGUAGES = {}


def written() -> list[EmailMultiAlternatives]:
    drain()
    return [message for message in mail.outbox if isinstance(message, EmailMultiAlternatives)]


def test_an_order_is_confirmed_with_what_it_holds_and_its_own_link() -> None:
    placed = buy(prints=2, cards=1)
    (message,) = written()
    text = str(message.body)
    assert message.to == ["lea@example.org"]
    assert placed.number in message.subject
    assert "€76.56" in text
    link = next(word for word in text.split() if "/orders/" in word)
    assert order_by_token(link.rstrip("/").rpartition("/")[2]) == placed.order_id


def test_a_mail_is_text_and_html() -> None:
    buy(prints=1)
    (message,) = written()
    assert isinstance(message.message(), EmailMessage)
    kinds = {part.get_content_type() for part in message.message().walk()}
    assert {"text/plain", "text/html"} <= kinds


def test_each_thing_a_customer_waits_to_hear_is_one_mail() -> None:
    placed = paid(prints=2, cards=1)
    ship(placed, prints=1)
    cancel_some(placed, cards=1)
    bring_back(placed, prints=1)
    refund(placed, 100)
    number = placed.number
    assert [str(message.subject).replace(number, "X") for message in written()] == [
        "We have your order X",
        "Your order X is on its way",
        "Part of your order X is cancelled",
        "We have your return of order X",
        "A refund for your order X",
        "The invoice for your order X",
        "A credit note for your order X",
    ]


def test_a_declined_payment_and_a_cancelled_order_are_told() -> None:
    at_bank(step := begin(placed := buy()), "decline")
    resolve_unknown(step.payment_id)
    cancel(placed)
    told = " ".join(str(message.subject) for message in written())
    assert "declined" in told
    assert "is cancelled" in told


def test_two_declines_are_two_mails_and_two_cancellations_too() -> None:
    placed = buy(prints=3, cards=1)
    for _ in range(2):
        at_bank(step := begin(placed), "decline")
        resolve_unknown(step.payment_id)
        cancel_some(placed, prints=1)
    told = [str(message.subject) for message in written()]
    assert sum("declined" in subject for subject in told) == 2
    assert sum("Part of" in subject for subject in told) == 2


def test_a_refund_says_how_much() -> None:
    ship(placed := paid(prints=1), prints=1)
    refund(placed, 1_234)
    (told,) = [message for message in written() if "A refund" in str(message.subject)]
    assert "€12.34" in str(told.body)


def test_an_invoice_is_sent_as_a_link_and_staff_may_send_it_again() -> None:
    ship(placed := paid(prints=1), prints=1)
    told = written()[-1]
    (found,) = documents_of(placed.order_id)
    assert f"/invoices/{found.number}/" in str(told.body)
    before = len(mail.outbox)
    send_invoice_again(SendInvoiceAgain(number=found.number))
    assert [each.body for each in written()[before:]] == [told.body]


def test_a_mail_goes_out_once_and_keeps_its_name() -> None:
    buy(prints=1)
    (message,) = written()
    ((identifier, attempts),) = fetch(
        "SELECT id, attempts FROM es.outbox WHERE actor = 'notifications.send'"
    )
    assert perform(identifier, attempts + 1) is False
    assert len(written()) == 1
    assert str(identifier) in message.extra_headers["Message-ID"]


def test_no_personal_data_lies_in_the_queue() -> None:
    placed = paid(prints=1)
    cancel(placed)
    waiting = json.dumps([row[0] for row in fetch("SELECT arguments::text FROM es.outbox")])
    contact = order_of(placed).contact
    for word in (contact.email, contact.delivery_address.name, contact.delivery_address.line1):
        assert word not in waiting
