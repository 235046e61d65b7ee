"""Stock over HTTP: shoppers learn what they may order, staff count, receive and correct."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import BaseModel, Field

from events.moments import as_of
from modules.inventory import commands, selectors
from modules.inventory.contracts import AdjustStock, Movement, ReceiveStock, StockLevel, StockPage
from modules.wire import (
    DIGITS,
    MAXIMUM_UNITS,
    AsOfQuery,
    Body,
    Moment,
    OptionalLine,
    Reply,
    Sku,
    Units,
)

router = Router(tags=["stock"])
staff_router = Router(tags=["staff: stock"])

MAXIMUM_SKUS = 200
# How many more there are is the shop's own business.
MOST_TOLD = 10
Availability = Literal["in-stock", "low", "backorder", "sold-out"]
Counted = Annotated[int, Field(strict=True, ge=0, le=MAXIMUM_UNITS)]


class AvailabilityReply(Reply):
    """What a shopper may order of a SKU; how many lie in the house is nobody's business."""

    sku: str = Field(description="The SKU.", examples=["TIDES-A4"])
    availability: Availability = Field(description="In one word.", examples=["in-stock"])
    available: int = Field(description="Units that may be ordered, at most 10.", examples=[10])


class AvailabilityQuery(BaseModel):
    """Which SKUs to look up."""

    sku: Annotated[list[Sku], Field(min_length=1, max_length=MAXIMUM_SKUS)] = Field(
        description="Up to 200 SKUs.", examples=[["TIDES-A4"]]
    )


@router.get("/availability", response=list[AvailabilityReply])
def availability(
    request: HttpRequest, query: Query[AvailabilityQuery]
) -> tuple[AvailabilityReply, ...]:
    """Read how many units may be ordered now; SKUs without a stock record are left out."""
    levels = selectors.stock_levels(query.sku)
    return tuple(
        AvailabilityReply(
            sku=sku,
            availability=levels[sku].availability,
            available=max(0, min(MOST_TOLD, levels[sku].available)),
        )
        for sku in sorted(levels)
    )


class StockReply(Reply):
    """The whole level of a SKU."""

    sku: str = Field(description="The SKU.", examples=["TIDES-A4"])
    on_hand: int = Field(description="Units in the house.", examples=[40])
    reserved: int = Field(description="Units promised, not shipped.", examples=[3])
    free: int = Field(description="On hand minus reserved.", examples=[37])
    available: int = Field(description="Free plus backorder limit.", examples=[37])
    availability: Availability = Field(description="In one word.", examples=["in-stock"])
    backorder_limit: int = Field(description="Units sold before they arrive.", examples=[0])


class StockPageReply(Reply):
    """A page of stock records."""

    levels: tuple[StockReply, ...] = Field(description="The page.", examples=[[]])
    total: int = Field(description="Records over all pages.", examples=[480])
    page: int = Field(description="This page, counted from 1.", examples=[1])
    pages: int = Field(description="How many there are.", examples=[10])


class StockQuery(AsOfQuery):
    """Which stock records to list."""

    q: Annotated[str, Field(max_length=64)] = Field(
        "", description="Part of a SKU.", examples=["TIDES"]
    )
    only: Literal["all", "low", "out"] = Field(
        "all", description="low: 1 to 5 free units; out: none.", examples=["low"]
    )
    page: Annotated[int, Field(ge=1, le=100_000), DIGITS] = Field(
        1, description="Counted from 1.", examples=[1]
    )
    page_size: Annotated[int, Field(ge=1, le=200), DIGITS] = Field(
        50, description="Records on a page.", examples=[50]
    )


@staff_router.get("/stock", response=StockPageReply)
def stock(request: HttpRequest, query: Query[StockQuery]) -> StockPage:
    """List stock records, as they are or as they were."""
    return selectors.stock_list(
        query.q, only=query.only, page=query.page, page_size=query.page_size, as_of=as_of(query)
    )


class LevelsQuery(AvailabilityQuery, AsOfQuery):
    """Which SKUs to look up, and as of when."""


@staff_router.get("/stock/levels", response=list[StockReply])
def levels(request: HttpRequest, query: Query[LevelsQuery]) -> tuple[StockLevel, ...]:
    """Look up the whole level of SKUs, as it is or was; those without a record are left out."""
    found = selectors.stock_levels(query.sku, as_of(query))
    return tuple(found[sku] for sku in sorted(found))


class MovementReply(Reply):
    """One line of the stock book."""

    id: UUID = Field(description="Identifier.", examples=["0192f0c1-7d1c-7b8e-9a51-6f0d2b8c4e11"])
    sku: str = Field(description="The SKU.", examples=["TIDES-A4"])
    kind: str = Field(description="Which figure it moved.", examples=["received"])
    quantity: int = Field(description="Signed units.", examples=[40])
    reason: str = Field(description="Why.", examples=["delivery"])
    reference: str = Field(description="Order or document.", examples=["PO-1042"])
    actor: str = Field(description="Who.", examples=["staff:0192f0c1"])
    recorded_at: datetime = Field(description="UTC.", examples=["2026-03-01T12:00:00Z"])
    effective_at: datetime = Field(
        description="When it happened, UTC.", examples=["2026-03-01T12:00:00Z"]
    )


class MovementsQuery(AsOfQuery):
    """How much of the stock book to read."""

    limit: Annotated[int, Field(ge=1, le=500), DIGITS] = Field(
        100, description="At most so many lines.", examples=[100]
    )


@staff_router.get("/stock/{sku}/movements", response=list[MovementReply])
def movements(
    request: HttpRequest,
    sku: Annotated[str, Path(max_length=64, description="The SKU.")],
    query: Query[MovementsQuery],
) -> tuple[Movement, ...]:
    """Read the newest lines of a SKU's stock book, or those that were the newest then."""
    return selectors.movements(sku, limit=query.limit, as_of=as_of(query))


class ReceiptBody(Body):
    """Units of one SKU that arrived."""

    sku: Sku = Field(description="The SKU; its record is made on first use.", examples=["TIDES-A4"])
    quantity: Units = Field(description="Units.", examples=[40])


class ReceiptsBody(Body):
    """A delivery from a supplier, booked whole or not at all."""

    lines: Annotated[list[ReceiptBody], Field(min_length=1, max_length=MAXIMUM_SKUS)] = Field(
        description="Up to 200 SKUs.", examples=[[{"sku": "TIDES-A4", "quantity": 40}]]
    )
    reason: OptionalLine = Field("delivery", description="Why.", examples=["delivery"])
    reference: OptionalLine = Field("", description="Document number.", examples=["PO-1042"])
    effective_at: Moment | None = Field(
        None, description="When they arrived, if before now.", examples=["2026-03-01T12:00:00Z"]
    )

    def commands(self) -> tuple[ReceiveStock, ...]:
        return tuple(
            ReceiveStock(
                sku=line.sku,
                quantity=line.quantity,
                reason=self.reason,
                reference=self.reference,
                effective_at=self.effective_at,
            )
            for line in self.lines
        )


@staff_router.post("/stock/receipts", response={204: None})
def receive(request: HttpRequest, body: ReceiptsBody) -> HttpResponse:
    """Book units that arrived."""
    commands.receive_stocks(body.commands())
    return HttpResponse(status=204)


class AdjustmentBody(Body):
    """A counted figure that replaces the recorded one."""

    sku: Sku = Field(description="The SKU.", examples=["TIDES-A4"])
    on_hand: Counted = Field(description="Units counted in the house.", examples=[38])
    reason: Literal["count", "damage", "loss", "found", "correction"] = Field(
        description="Why it differs.", examples=["count"]
    )
    note: OptionalLine = Field("", description="In words.", examples=["two were torn"])
    expected_on_hand: Counted | None = Field(
        None,
        description="The figure the person saw; refused when it is another now.",
        examples=[40],
    )
    effective_at: Moment | None = Field(
        None,
        description="When it came to differ, if before now.",
        examples=["2026-03-01T12:00:00Z"],
    )


@staff_router.post("/stock/adjustments", response=StockReply)
def adjust(request: HttpRequest, body: AdjustmentBody) -> StockLevel:
    """Set what is on hand to a counted figure."""
    commands.adjust_stock(AdjustStock(**body.model_dump()))
    return selectors.stock_levels([body.sku])[body.sku]
