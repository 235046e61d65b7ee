"""To the minor unit: documents add up, and what is left of them is what was kept."""

import random
from dataclasses import replace
from uuid import UUID

import pytest

from modules.invoicing.contracts import DocumentUnsound, Policy
from modules.invoicing.domain.due import Draft
from modules.invoicing.domain.parts import goods, share_of_units
from modules.orders.contracts import LineQuantity
from modules.orders.domain.state import _worth
from tests.invoicing.lives import Life, numbered, quoted, random_quote

POLICIES: tuple[Policy, ...] = ("on-shipment", "on-confirmation")


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("at_once", [False, True])
def test_invoices_minus_credit_notes_are_what_was_kept(policy: Policy, at_once: bool) -> None:
    notes = 0
    for seed in range(250):
        chance = random.Random(seed)
        life = Life(random_quote(chance), policy, at_once=at_once)
        for _ in range(chance.randint(0, 12)):
            life.step(chance)
            if chance.random() < 0.7:
                # The news may also arrive late, and several at a time.
                life.issue()
        life.end()
        assert life.left == life.captured - life.refunded, f"seed {seed}"
        notes += sum(each.kind == "credit-note" for each in life.billing.documents)
    assert notes > 50


def test_all_invoices_of_an_order_are_its_quote_in_every_amount() -> None:
    for seed in range(100):
        chance = random.Random(seed)
        life = Life(found := random_quote(chance), "on-shipment", at_once=False)
        for number, line in enumerate(found.lines, start=1):
            life.order.ship(UUID(int=number), [LineQuantity(sku=line.sku, quantity=1)])
        life.end()
        lines = [line for each in life.billing.documents for line in each.lines]
        assert sum(line.total_minor for line in lines) == found.total_minor
        assert sum(line.tax_minor for line in lines) == found.tax_minor
        assert sum(line.discount_minor for line in lines) == found.discount_minor
        assert min(line.discount_minor for line in lines) >= 0


def test_units_are_worth_what_the_order_says_they_are() -> None:
    for amount, quantity in ((10_000, 3), (7, 5), (0, 4), (1_667, 3)):
        for first in range(quantity):
            for end in range(first, quantity + 1):
                assert share_of_units(amount, quantity, first, end) == _worth(
                    amount, quantity, slice(first, end)
                )


def test_every_document_adds_up_by_itself() -> None:
    found = quoted((3, 1_999, "standard"), (2, 505, "reduced"), discount_minor=700)
    life = Life(found, "on-shipment", at_once=False)
    life.end()
    (invoice,) = life.billing.documents
    for line in invoice.lines:
        assert line.listed_minor - line.discount_minor == line.total_minor
    assert sum(tax.net_minor + tax.tax_minor for tax in invoice.taxes) == invoice.total_minor
    assert {tax.rate_millionths for tax in invoice.taxes} == {200_000, 55_000}


def test_an_export_is_a_category_of_its_own() -> None:
    found = quoted((1, 1_999, "standard"), country="US", export=True)
    line = goods(found, found.lines[0], 0, 1)
    assert (line.tax_category, line.tax_minor) == ("G", 0)


def test_a_credit_note_beyond_its_invoice_is_refused() -> None:
    life = Life(quoted((1, 1_000, "standard")), "on-shipment", at_once=False)
    life.end()
    (invoice,) = life.billing.documents
    life.refunded = 1_490
    life.issue()
    again = Draft(id=UUID(int=1), kind="credit-note", lines=invoice.lines[:1], cites=invoice)
    with pytest.raises(DocumentUnsound, match="more than is left"):
        life.billing.issue(numbered(again, life.order.quote, 9), None)


def test_a_document_whose_lines_are_not_its_total_is_refused() -> None:
    life = Life(found := quoted((1, 1_000, "standard")), "on-shipment", at_once=False)
    draft = Draft(id=UUID(int=1), kind="invoice", lines=(goods(found, found.lines[0], 0, 1),))
    sound = numbered(draft, found, 1)
    with pytest.raises(DocumentUnsound, match="add up"):
        life.billing.issue(replace(sound, total_minor=sound.total_minor + 1), None)
    with pytest.raises(DocumentUnsound, match="taxes"):
        life.billing.issue(replace(sound, taxes=()), None)
