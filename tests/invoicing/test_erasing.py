"""Somebody is erased: what the law wants kept stays for staff a while, the numbers for ever."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from events.privacy.erasing import destroy_due_keys
from events.privacy.keys import stored_keyring
from modules.checkout.contracts import Placed
from modules.invoicing.commands import issue_documents
from modules.invoicing.contracts import DocumentSummary, IssueDocuments
from modules.invoicing.selectors import document, documents_of, kept_document
from modules.kernel.clock import now
from modules.orders.selectors import order_token
from modules.privacy.commands import erase_customer
from modules.privacy.contracts import EraseCustomer
from modules.privacy.selectors import person_named
from tests.frontend.staff.people import signed_in, text
from tests.support.trade import deliver, paid, refund, ship

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop", "own_list")]

ADDRESS = "1 rue des Lilas"
# Ten years from the end of the year, as the law counts.
THE_PERIOD = timedelta(days=11 * 366)


@pytest.fixture
def own_list(tmp_path: object, settings: Settings) -> Iterator[None]:
    settings.ERASURE_DIRECTORY = f"{tmp_path}/erasures"
    stored_keyring.forget()
    yield
    stored_keyring.forget()


def sold() -> Placed:
    """An order that is finished: whose is still open cannot be erased."""
    placed = paid()
    deliver(placed, ship(placed))
    return placed


def issued(placed: Placed) -> DocumentSummary:
    issue_documents(IssueDocuments(order_id=placed.order_id))
    return documents_of(placed.order_id)[-1]


def erase() -> None:
    erase_customer(EraseCustomer(subjects=person_named("lea@example.org").subjects))


def test_the_buyer_reads_erased_to_the_world_and_stays_for_staff_until_the_period_ends() -> None:
    placed = sold()
    before = issued(placed)
    erase()
    assert document(before.number).buyer.line1 == "erased"
    assert kept_document(before.number).buyer.line1 == ADDRESS
    shown = Client().get(f"/orders/{order_token(placed.order_id)}/invoices/{before.number}/")
    assert ADDRESS not in text(shown)
    assert ADDRESS in text(signed_in("staff").get(f"/staff/invoices/{before.number}/"))


def test_after_the_period_nobody_reads_the_buyer_and_number_and_amounts_remain() -> None:
    placed = sold()
    before = issued(placed)
    erase()
    with time_machine.travel(now() + THE_PERIOD, tick=False):
        assert destroy_due_keys() > 0
        found = kept_document(before.number)
        assert (found.buyer.name, found.buyer.line1) == ("erased", "erased")
        assert (found.number, found.total_minor) == (before.number, before.total_minor)
        assert documents_of(placed.order_id) == (before,)


def test_a_credit_note_after_the_erasure_is_for_the_law_alone_from_the_start() -> None:
    placed = sold()
    issued(placed)
    erase()
    refund(placed, 100)
    note = issued(placed)
    assert note.kind == "credit-note"
    stored_keyring.forget()
    assert document(note.number).buyer.line1 == "erased"
    assert kept_document(note.number).buyer.line1 == ADDRESS


def test_the_list_of_documents_holds_nobody_s_data() -> None:
    placed = sold()
    shown = str(issued(placed))
    for word in ("Lea", "Lilas", "75020", "lea@example.org"):
        assert word not in shown
