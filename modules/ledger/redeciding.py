"""What promotions would have given to an order of the past, as far as its quote can say.

Pieces, quantities, listed prices, country and money are the quote's. The category of a piece is
today's. Who bought is not in a quote: an order that had the promotion is taken to be one of its
customers and to have shown its voucher, any other not. From when until when a promotion runs is not
asked, for the question is what it would have done then; nor are budgets.
"""

from collections.abc import Sequence
from dataclasses import replace

from modules.catalog.selectors import sellable_variants
from modules.ledger.domain.offered import discounts_of
from modules.pricing.contracts import Discount, Quote, QuotedLine
from modules.promotions.contracts import Offered, Piece, Rule, Shopper, Situation
from modules.promotions.selectors import decide, rule_of


def always(rule: Rule) -> Rule:
    """Returns a rule that runs at any time."""
    return replace(rule, conditions=replace(rule.conditions, valid_from=None, valid_until=None))


class Redeciding:
    """Decides stored promotions anew, order by order; remembers the categories that it read."""

    def __init__(self, promotions: Sequence[tuple[str, int | None]]) -> None:
        """Reads the rules once; a version of None is the newest. Raises: PromotionNotFound."""
        self.rules = {code: always(rule_of(code, version)) for code, version in promotions}
        self.by_category = any(rule.conditions.categories for rule in self.rules.values())
        self.categories: dict[str, str] = {}

    def given(self, quote: Quote) -> dict[str, tuple[Discount, ...]]:
        """Returns what each of the promotions gives to an order. Raises: QuoteNotRepeatable."""
        had = {each.code: each.voucher for each in discounts_of(quote)} if self.rules else {}
        found: dict[str, tuple[Discount, ...]] = {}
        pieces = self.pieces(quote)
        for code, rule in self.rules.items():
            offer = Offered(code=code, version=0, rule=rule, voucher=had.get(code, ""))
            missing = rule.needs_voucher and not offer.voucher
            situation = Situation(
                currency=quote.currency,
                country=quote.country,
                at=quote.quoted_at,
                pieces=pieces,
                shopper=customer_of(rule) if code in had else Shopper(),
                offers=() if missing else (offer,),
            )
            found[code] = decide(situation).discounts
        return found

    def pieces(self, quote: Quote) -> tuple[Piece, ...]:
        if self.by_category:
            unknown = [line.sku for line in quote.lines if line.sku not in self.categories]
            variants = sellable_variants(unknown, pictures=False) if unknown else {}
            for sku in unknown:
                self.categories[sku] = variants[sku].category if sku in variants else ""
        return tuple(
            Piece(
                sku=line.sku,
                quantity=line.quantity,
                unit_minor=listed(line),
                category=self.categories.get(line.sku, ""),
            )
            for line in quote.lines
        )


def customer_of(rule: Rule) -> Shopper:
    """Returns a shopper whom a rule is for."""
    return Shopper(groups=rule.conditions.groups, first_order=True)


def listed(line: QuotedLine) -> int:
    """Returns the listed price of a unit, which promotions look at, in minor units."""
    for step in line.steps:
        if step.rule == "listed-price":
            return int(step.inputs["listed_minor"])
    return line.unit_price_minor
