"""A made-up basket over HTTP: what staff's promotions would do to it, and why not."""

from typing import Annotated

from django.conf import settings
from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from modules.checkout import selectors
from modules.checkout.contracts import TriedBasket, TryBasket
from modules.wire import Body, Country, Currency, OptionalLine, Reply, Sku, Truth, Units

router = Router(tags=["staff: promotions"])

Words = Annotated[list[OptionalLine], Field(max_length=20)]


class TriedLineBody(Body):
    """Pieces in it."""

    sku: Sku = Field(description="The SKU.", examples=["TIDES-A4"])
    quantity: Units = Field(1, description="How many.", examples=[2])


class TryBody(Body):
    """A basket that nobody has, and who would buy it."""

    lines: Annotated[list[TriedLineBody], Field(min_length=1, max_length=50)] = Field(
        description="What is in it.", examples=[[{"sku": "TIDES-A4", "quantity": 2}]]
    )
    currency: Currency | None = Field(
        None, description="ISO 4217; the shop's own if left out.", examples=["EUR"]
    )
    country: Country | None = Field(
        None, description="Where it goes; the shop's own if left out.", examples=["FR"]
    )
    codes: Words = Field([], description="Vouchers shown.", examples=[["SPRING10"]])
    groups: Words = Field([], description="The customer's groups.", examples=[["press"]])
    first_order: Truth = Field(False, description="Their first order.", examples=[False])

    def question(self) -> TryBasket:
        return TryBasket(
            lines=tuple((line.sku, line.quantity) for line in self.lines),
            currency=self.currency or str(settings.SHOP_CURRENCY),
            country=self.country or str(settings.SHOP_COUNTRY),
            codes=tuple(self.codes),
            groups=tuple(self.groups),
            first_order=self.first_order,
        )


class VerdictReply(Reply):
    """What became of a promotion."""

    code: str = Field(description="Its code.", examples=["spring"])
    version: int = Field(description="Its version.", examples=[2])
    label: str = Field(description="As shoppers see it.", examples=["Spring"])
    applies: bool = Field(description="Whether it is taken off.", examples=[False])
    reason: str = Field(description="Why not, or empty.", examples=["it begins at 3 pieces"])
    voucher: str = Field(description="The code that asked for it, or empty.", examples=[""])


class TriedTotalsReply(Reply):
    """What it would cost; minor units of `currency`."""

    currency: str = Field(description="ISO 4217 code.", examples=["EUR"])
    subtotal_minor: int = Field(description="Goods as listed.", examples=[5000])
    discount_minor: int = Field(description="Taken off.", examples=[500])
    delivery_minor: int = Field(description="Delivery as listed.", examples=[490])
    tax_minor: int = Field(description="Tax in it or on it.", examples=[831])
    total_minor: int = Field(description="To pay.", examples=[4990])


class TriedReply(Reply):
    """What it would cost, and a verdict on every promotion."""

    quote: TriedTotalsReply | None = Field(description="Null: nothing in it has a price.")
    verdicts: tuple[VerdictReply, ...] = Field(description="In the order of trying.")
    unknown: tuple[str, ...] = Field(description="SKUs without a price.", examples=[[]])


@router.post("/promotions/try", response=TriedReply, openapi_extra={"x-refusals": [409]})
def try_on_a_basket(request: HttpRequest, body: TryBody) -> TriedBasket:
    """Price a basket that nobody has; nothing is written."""
    return selectors.try_basket(body.question())
