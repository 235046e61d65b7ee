"""A basket under review as it travels: its lines, its totals, and what is still missing."""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import Field

from modules.checkout.contracts import Review
from modules.wire import MoneyReply, Reply


class BasketLineReply(Reply):
    """A line with what catalogue, price list and stock say about it now."""

    sku: str = Field(description="The SKU.", examples=["TIDES-A4"])
    title: str = Field(description="As shown.", examples=["Blue tides"])
    options_text: str = Field(description="Which variant.", examples=["A4, oak"])
    product_slug: str = Field(description="The product's name in addresses.", examples=["tides"])
    quantity: int = Field(description="Units.", examples=[2])
    unit_price: MoneyReply = Field(description="Of one unit, now.")
    total: MoneyReply = Field(description="Of the line, now.")
    price_was: MoneyReply | None = Field(description="When added, if it was another.")
    available: int = Field(description="Units that may be ordered.", examples=[10])
    availability: str = Field(description="In one word.", examples=["in-stock"])
    problem: str = Field(description="Why it cannot be ordered as it is, or empty.", examples=[""])


class TaxReply(Reply):
    """The tax of one rate."""

    code: str = Field(description="The rule.", examples=["FR-standard"])
    label: str = Field(description="As shown.", examples=["VAT 20 %"])
    rate_millionths: int = Field(description="200000 is 20 %.", examples=[200000])
    net_minor: int = Field(description="Taxed amount, minor units.", examples=[1075])
    tax_minor: int = Field(description="Its tax, minor units.", examples=[215])


class TotalsReply(Reply):
    """What the basket costs, in minor units of `currency`."""

    currency: str = Field(description="ISO 4217 code.", examples=["EUR"])
    country: str = Field(description="Whose taxes.", examples=["FR"])
    tax_included: bool = Field(description="True: prices hold the tax.", examples=[True])
    subtotal_minor: int = Field(description="Goods as listed.", examples=[2580])
    discount_minor: int = Field(description="Taken off.", examples=[0])
    delivery_minor: int = Field(description="Delivery as listed.", examples=[490])
    tax_minor: int = Field(description="Tax in (or on) the total.", examples=[512])
    total_minor: int = Field(
        description="To pay: the `expected_total_minor` of an order.", examples=[3070]
    )
    taxes: tuple[TaxReply, ...] = Field(description="By rate.", examples=[[]])


class DiscountReply(Reply):
    """What one promotion takes off."""

    code: str = Field(description="The promotion's rule.", examples=["spring"])
    version: int = Field(description="Its version.", examples=[3])
    label: str = Field(description="As shown.", examples=["Spring"])
    voucher: str = Field(description="What brought it, or empty.", examples=["SPRING10"])
    amount_minor: int = Field(description="Taken off, minor units.", examples=[258])


class CodeReply(Reply):
    """A voucher in the basket."""

    code: str = Field(description="As it is kept.", examples=["SPRING10"])
    label: str = Field(description="What it brings, as shown.", examples=["Spring"])
    problem: str = Field(description="Why it takes nothing off now, or empty.", examples=[""])


class GiftCardReply(Reply):
    """A gift card in the basket."""

    code: str = Field(description="To take it out by.", examples=["gift:0192f0c1"])
    hint: str = Field(description="The end of its code.", examples=["9QXA"])
    balance: MoneyReply = Field(description="What it holds.")
    used: MoneyReply = Field(description="What it pays of this basket.")
    problem: str = Field(description="Why it pays nothing, or empty.", examples=[""])


class DeliveryOptionReply(Reply):
    """One way to deliver the basket."""

    method_code: str = Field(description="To send back.", examples=["standard"])
    title: str = Field(description="As shown.", examples=["Standard"])
    carrier: str = Field(description="Who brings it.", examples=["La Poste"])
    charge: MoneyReply = Field(description="What it costs.")
    free_from: MoneyReply | None = Field(description="Goods from which it is free.")
    earliest: date = Field(description="First possible day.", examples=["2026-03-04"])
    latest: date = Field(description="Last expected day.", examples=["2026-03-06"])


class PaymentMethodReply(Reply):
    """A way to pay."""

    code: str = Field(description="To send back.", examples=["testbank"])
    title: str = Field(description="As shown.", examples=["Test bank"])
    description: str = Field(description="In a sentence.", examples=["Plays a bank."])


class ReviewReply(Reply):
    """All that is needed to order."""

    cart_id: UUID = Field(description="The basket.")
    version: int = Field(description="The basket's version.", examples=[4])
    lines: tuple[BasketLineReply, ...] = Field(description="The lines.", examples=[[]])
    quantity: int = Field(description="Units over all lines.", examples=[3])
    totals: TotalsReply | None = Field(description="Null while it cannot be priced.")
    discounts: tuple[DiscountReply, ...] = Field(description="By promotion.", examples=[[]])
    codes: tuple[CodeReply, ...] = Field(description="Vouchers entered.", examples=[[]])
    gift_cards: tuple[GiftCardReply, ...] = Field(description="Gift cards.", examples=[[]])
    left_minor: int = Field(description="To pay after gift cards, minor units.", examples=[3070])
    free_delivery_gap: MoneyReply | None = Field(description="Missing for free delivery.")
    notes: tuple[str, ...] = Field(description="What changed, in words.", examples=[[]])
    offers: tuple[str, ...] = Field(description="Promotions in reach.", examples=[[]])
    orderable: bool = Field(description="False while a line has a problem.", examples=[True])
    delivery_options: tuple[DeliveryOptionReply, ...] = Field(description="Ways.", examples=[[]])
    payment_methods: tuple[PaymentMethodReply, ...] = Field(description="Ways.", examples=[[]])
    missing: dict[str, str] = Field(
        description="Field to what to do about it.", examples=[{"email": "Give an e-mail"}]
    )

    @classmethod
    def of(cls, review: Review) -> dict[str, Any]:
        basket = review.basket
        return {
            "cart_id": basket.cart.id,
            "version": basket.cart.version,
            "lines": basket.lines,
            "quantity": basket.quantity,
            "totals": basket.quote,
            "discounts": basket.discounts,
            "codes": basket.codes,
            "gift_cards": basket.gift_cards,
            "left_minor": basket.left_minor,
            "free_delivery_gap": basket.free_delivery_gap,
            "notes": basket.notes,
            "offers": basket.offers,
            "orderable": basket.orderable,
            "delivery_options": review.delivery_options,
            "payment_methods": review.payment_methods,
            "missing": review.missing,
        }
