"""Prices over HTTP: what a SKU costs now and did before; staff list new prices."""

from datetime import datetime
from typing import Annotated

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import BaseModel, Field

from modules.kernel.money import Money
from modules.pricing import commands, selectors
from modules.pricing.contracts import ListedPrice, PriceRecord, SetPrice
from modules.wire import Body, Code, Currency, Minor, Moment, MoneyReply, Reply, Sku, Truth

router = Router(tags=["prices"])
staff_router = Router(tags=["staff: prices"])

MAXIMUM_SKUS = 200


class PriceReply(Reply):
    """What one unit costs now."""

    sku: str = Field(description="The SKU.", examples=["TIDES-A4"])
    price: MoneyReply = Field(description="As listed.")
    compare_at: MoneyReply | None = Field(description="The price before, when reduced.")
    tax_class: str = Field(description="Names the tax rule.", examples=["standard"])
    tax_included: bool = Field(description="True: tax is in the price.", examples=[True])
    price_version: int = Field(description="Which entry of its history.", examples=[3])


class CurrencyQuery(BaseModel):
    """Which money to answer in."""

    currency: Currency | None = Field(
        None, description="ISO 4217; the shop's own if left out.", examples=["EUR"]
    )

    @property
    def asked(self) -> str:
        return self.currency or str(settings.SHOP_CURRENCY)


class PricesQuery(CurrencyQuery):
    """Which SKUs to look up."""

    sku: Annotated[list[Sku], Field(min_length=1, max_length=MAXIMUM_SKUS)] = Field(
        description="Up to 200 SKUs.", examples=[["TIDES-A4"]]
    )


@router.get("/prices", response=list[PriceReply])
def prices(request: HttpRequest, query: Query[PricesQuery]) -> tuple[ListedPrice, ...]:
    """Read what SKUs cost now; those without a price in the currency are left out."""
    found = selectors.listed_prices(query.sku, query.asked)
    return tuple(found[sku] for sku in sorted(found))


class PriceBody(Body):
    """A price to list."""

    sku: Sku = Field(description="The SKU.", examples=["TIDES-A4"])
    price_minor: Minor = Field(description="Minor units of `currency`.", examples=[1290])
    currency: Currency = Field(description="ISO 4217 code.", examples=["EUR"])
    tax_class: Code = Field("standard", description="Names the tax rule.", examples=["standard"])
    tax_included: Truth = Field(True, description="True: tax is in the price.", examples=[True])
    compare_at_minor: Minor | None = Field(None, description="Price before.", examples=[1590])
    valid_from: Moment | None = Field(
        None, description="Now if left out.", examples=["2026-03-01T00:00:00Z"]
    )

    def command(self) -> SetPrice:
        before = self.compare_at_minor
        return SetPrice(
            sku=self.sku,
            price=Money(self.price_minor, self.currency),
            tax_class=self.tax_class,
            tax_included=self.tax_included,
            compare_at=None if before is None else Money(before, self.currency),
            valid_from=self.valid_from,
        )


class PricesBody(Body):
    """Prices to list, all of them or none."""

    prices: Annotated[list[PriceBody], Field(min_length=1, max_length=MAXIMUM_SKUS)] = Field(
        description="Up to 200 at once.", examples=[[]]
    )


@staff_router.post("/prices", response={204: None})
def set_prices(request: HttpRequest, body: PricesBody) -> HttpResponse:
    """List prices from now on (or from a moment); earlier prices stay on record."""
    commands.set_prices(tuple(price.command() for price in body.prices))
    return HttpResponse(status=204)


class PriceRecordReply(Reply):
    """One entry of a price history."""

    version: int = Field(description="Counts up.", examples=[3])
    price: MoneyReply = Field(description="As listed.")
    compare_at: MoneyReply | None = Field(description="The price before, when reduced.")
    tax_class: str = Field(description="Names the tax rule.", examples=["standard"])
    tax_included: bool = Field(description="True: tax is in the price.", examples=[True])
    valid_from: datetime = Field(description="UTC.", examples=["2026-03-01T00:00:00Z"])
    recorded_at: datetime = Field(description="UTC.", examples=["2026-02-20T09:30:00Z"])
    actor: str = Field(description="Who listed it.", examples=["staff:0192f0c1"])


@staff_router.get("/prices/{sku}", response=list[PriceRecordReply])
def price_history(
    request: HttpRequest,
    sku: Annotated[str, Path(max_length=64, description="The SKU.")],
    query: Query[CurrencyQuery],
) -> tuple[PriceRecord, ...]:
    """Read all that was ever listed for a SKU, newest first."""
    return selectors.price_history(sku, query.asked)
