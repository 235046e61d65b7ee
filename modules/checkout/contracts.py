"""Checkout: from a basket to an order with its payment opened, all or nothing."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from modules.carts.contracts import Cart
from modules.kernel.address import Address
from modules.kernel.errors import Conflict
from modules.kernel.money import Money
from modules.payments.contracts import PaymentMethod
from modules.pricing.contracts import Quote, TakenOff
from modules.promotions.contracts import Verdict
from modules.shipping.contracts import DeliveryOption


class CartChanged(Conflict):
    """The total is no longer what the shopper saw. Fields: `seen_minor`, `now_minor`, `notes`."""

    code = "cart-changed"


class CartEmpty(Conflict):
    """The basket has no line, so there is nothing to order."""

    code = "cart-empty"


class CheckoutIncomplete(Conflict):
    """Something the order needs is missing; field `missing` maps a field to what to do."""

    code = "checkout-incomplete"


@dataclass(frozen=True, slots=True, kw_only=True)
class BasketLine:
    """A basket line with what the catalogue, the price list and the stock say about it now.

    `problem` is empty, or says in words why this line cannot be ordered as it is.
    """

    sku: str
    title: str
    options_text: str
    product_slug: str
    picture: object | None
    quantity: int
    unit_price: Money
    total: Money
    price_was: Money | None
    available: int
    availability: str
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EnteredCode:
    """A voucher in the basket; `problem` is empty, or says why it takes nothing off now."""

    code: str
    label: str
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedCard:
    """A gift card in the basket and what it pays; `code` is how it stands among the codes."""

    card_id: UUID
    code: str
    hint: str
    balance: Money
    used: Money
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Basket:
    """A cart as every page shows it. `quote` is None while it is empty or cannot be priced.

    `offers` says of promotions that more of the same would bring, from where on they apply.
    """

    cart: Cart
    lines: tuple[BasketLine, ...]
    quote: Quote | None
    quantity: int
    goods: Money
    free_delivery_gap: Money | None
    notes: tuple[str, ...]
    orderable: bool
    discounts: tuple[TakenOff, ...] = ()
    codes: tuple[EnteredCode, ...] = ()
    gift_cards: tuple[AppliedCard, ...] = ()
    offers: tuple[str, ...] = ()

    @property
    def left_minor(self) -> int:
        """What is left to pay after gift cards, in minor units."""
        total = self.quote.total_minor if self.quote else 0
        return total - sum(card.used.minor for card in self.gift_cards)


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """All that the one-page checkout shows."""

    basket: Basket
    delivery_options: tuple[DeliveryOption, ...]
    payment_methods: tuple[PaymentMethod, ...]
    missing: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TryBasket:
    """A basket that nobody has: pieces and quantities, and who would buy them."""

    lines: tuple[tuple[str, int], ...]
    currency: str
    country: str
    codes: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    first_order: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedBasket:
    """What it would cost (None: nothing in it has a price), and a verdict on every promotion."""

    quote: Quote | None
    verdicts: tuple[Verdict, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkout:
    """Turns a cart into an order. `order_id` is made with the form, so pressing twice is one order.

    `expected_total_minor` is the total that the shopper saw, `expected_left_minor` what of it gift
    cards left to pay (None: whatever it is now).
    """

    order_id: UUID
    cart_id: UUID
    expected_total_minor: int
    payment_method: str
    email: str
    delivery_address: Address
    billing_address: Address | None = None
    method_code: str
    customer_id: UUID | None = None
    expected_left_minor: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterCode:
    """A code as it was typed; `tried_by` names who tries, so that guessing can be limited."""

    cart_id: UUID
    code: str
    tried_by: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveCode:
    cart_id: UUID
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """The order exists and its payment is open. `token` opens the order's page without a login.

    Where there is nothing to pay, `payment_id` is the order's own and names no payment.
    """

    order_id: UUID
    number: str
    payment_id: UUID
    total_minor: int
    currency: str
    token: str
    outcome: Literal["placed", "already-placed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeMethod:
    """Opens the payment `payment_id` at another provider, in place of an unfinished one."""

    order_id: UUID
    payment_id: UUID
    provider: str
