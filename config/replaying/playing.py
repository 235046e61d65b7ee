"""Plays a day's invoices one after the other and notes what became of every unit."""

from collections.abc import Callable
from dataclasses import dataclass, field

from config.importing import rules
from config.importing.reading import Line
from config.replaying.day import Day, Invoice, refusal
from config.replaying.planning import Consignment, consignments
from config.replaying.reckoning import Reckoning, Verdict
from config.replaying.returning import GivenBack, Matching, give_back
from config.replaying.selling import PriceDiffers, Seller, said
from config.replaying.shop import CURRENCY, Refused, Shop

UNKNOWN = "not in this shop's catalogue: import it first"
NO_CUSTOMER = "no matching sale: the file names no customer"
NO_SALE = "no matching sale: this shop sold no (more) such units to the customer"


@dataclass(slots=True)
class Player:
    """Plays a day in a shop. `advance` is told after every invoice."""

    shop: Shop
    day: Day
    advance: Callable[[Invoice], object]
    reckoning: Reckoning = field(default_factory=Reckoning)

    def play(self) -> Reckoning:
        """Plays every invoice of the day, in the order of the file.

        Raises:
            ShopUnreachable: no answer, or the key is not accepted.
        """
        skus = {rules.merged_code(line.code) for line in self.wanted()}
        known = self.shop.look_up("/variants", skus)
        listed = self.shop.look_up("/prices", known, currency=CURRENCY)
        seller = Seller(self.shop, {sku: row["price"]["minor"] for sku, row in listed.items()})
        on_sale = {sku for sku, row in known.items() if row["on_sale"]}
        for invoice in self.day.invoices:
            lines = self.playable(invoice, on_sale)
            if invoice.is_return:
                self.take_back(invoice, lines)
            else:
                for consignment in consignments(invoice.number, lines):
                    self.sell(seller, invoice, consignment)
            self.advance(invoice)
        return self.reckoning

    def wanted(self) -> list[Line]:
        return [
            line
            for invoice in self.day.invoices
            for line in invoice.lines
            if not refusal(invoice, line)
        ]

    def playable(self, invoice: Invoice, on_sale: set[str]) -> list[Line]:
        """Returns the lines to play; rejects the others, each with its reason."""
        playable = []
        for line in invoice.lines:
            reason = refusal(invoice, line)
            if not reason and not invoice.is_return:
                reason = "" if rules.merged_code(line.code) in on_sale else UNKNOWN
            if reason:
                self.reckoning.note(invoice.number, line, line.quantity, "rejected", reason)
            else:
                playable.append(line)
        return playable

    def sell(self, seller: Seller, invoice: Invoice, consignment: Consignment) -> None:
        reason = ""
        try:
            taken = seller.sell(consignment, invoice.customer)
        except (Refused, PriceDiffers) as error:
            taken, reason = 0, said(error)
        self.reckoning.taken_minor[invoice.number] += taken
        verdict: Verdict = "rejected" if reason else "charged"
        for order_line in consignment.lines.values():
            for line, units in order_line.sources:
                self.reckoning.note(invoice.number, line, units, verdict, reason)

    def take_back(self, invoice: Invoice, lines: list[Line]) -> None:
        if not invoice.customer:
            for line in lines:
                self.reckoning.note(invoice.number, line, line.quantity, "rejected", NO_CUSTOMER)
            return
        matching = Matching(self.shop, self.day, invoice)
        for line in lines:
            if left := matching.take(line):
                self.reckoning.note(invoice.number, line, -left, "rejected", NO_SALE)
        for given in matching.matched.values():
            if given.sources:
                self.give_back(matching, given)

    def give_back(self, matching: Matching, given: GivenBack) -> None:
        number, reason = matching.invoice.number, ""
        try:
            self.reckoning.given_back_minor[number] += give_back(matching, given)
        except Refused as error:
            reason = said(error)
        for line, units in given.sources:
            verdict: Verdict = "rejected" if reason else "refunded"
            self.reckoning.note(number, line, -units, verdict, reason)
