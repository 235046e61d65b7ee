"""A small shop to trade in: two prints in stock, one basket, and orders placed in one line."""

from dataclasses import replace
from uuid import UUID

from django.db import connection, connections

from modules.carts.commands import add_line, create_cart
from modules.carts.contracts import AddLine, Cart, CreateCart
from modules.catalog.commands import save_category, save_product
from modules.catalog.contracts import SaveCategory, SaveProduct, SaveVariant
from modules.checkout.commands import pay, place_order
from modules.checkout.contracts import Checkout, Placed
from modules.checkout.selectors import basket
from modules.inventory.commands import receive_stocks
from modules.inventory.contracts import ReceiveStock, StockLevel
from modules.inventory.selectors import stock_levels
from modules.kernel.address import Address
from modules.kernel.identity import new_id
from modules.kernel.money import Money
from modules.orders import commands as orders
from modules.orders.contracts import (
    CancelLines,
    CancelOrder,
    DeliverParcel,
    LineQuantity,
    OrderDetail,
    ReceiveReturn,
    RefundOrder,
    RequestReturn,
    ShipParcel,
)
from modules.orders.selectors import order_detail
from modules.payments.commands import bank_decide, resolve_unknown
from modules.payments.contracts import NextStep, PaymentDetail
from modules.payments.selectors import payments_of
from modules.pricing.commands import save_tax_rules, set_prices
from modules.pricing.contracts import SetPrice, TaxRule
from modules.shipping.commands import save_methods, save_zones
from modules.shipping.contracts import SaveMethod, SaveRate, SaveZone
from tests.support.store import empty_store

PRINT, CARD = "MOON-A3", "CARD-1"
PRICES = {PRINT: 3_333, CARD: 500}
DELIVERY = 490
ADDRESS = Address(
    name="Lea Martin", line1="1 rue des Lilas", city="Paris", postcode="75020", country="FR"
)


def open_shop(units: int = 10) -> None:
    """Fills catalogue, prices, taxes, delivery and stock; `units` of each SKU are on hand."""
    save_category(SaveCategory(path="prints", name="Prints"))
    save_product(
        SaveProduct(
            slug="moon",
            title="Moon",
            kind="print",
            category="prints",
            variants=tuple(
                SaveVariant(sku=sku, title=sku, options=(("Format", sku),)) for sku in PRICES
            ),
        )
    )
    save_tax_rules(
        (
            TaxRule(
                code="FR-standard",
                version=1,
                country="FR",
                tax_class="standard",
                rate_millionths=200_000,
                label="VAT 20 %",
            ),
        )
    )
    set_prices(tuple(SetPrice(sku=sku, price=Money(minor, "EUR")) for sku, minor in PRICES.items()))
    _open_delivery()
    receive_stocks([ReceiveStock(sku=sku, quantity=units) for sku in PRICES])


def _open_delivery() -> None:
    save_methods((SaveMethod(code="standard", title="Standard", carrier="Colissimo"),))
    save_zones(
        (
            SaveZone(
                code="fr",
                name="France",
                countries=("FR",),
                rates=(
                    SaveRate(
                        method_code="standard",
                        charge=Money(DELIVERY, "EUR"),
                        days_min=2,
                        days_max=4,
                    ),
                ),
            ),
        )
    )


def fill_basket(**quantities: int) -> Cart:
    """`fill_basket(prints=2, cards=1)`; without a word, three prints and a card."""
    cart = create_cart(CreateCart(currency="EUR", country="FR"))
    for name, quantity in (quantities or {"prints": 3, "cards": 1}).items():
        sku = {"prints": PRINT, "cards": CARD}[name]
        cart = add_line(
            AddLine(cart_id=cart.id, sku=sku, quantity=quantity, unit_price_minor=PRICES[sku])
        )
    return cart


def checkout(cart: Cart, *, method: str = "testbank", order_id: UUID | None = None) -> Checkout:
    """The command that turns a basket into an order at the total it has now."""
    quote = basket(cart.id).quote
    return Checkout(
        order_id=order_id or new_id(),
        cart_id=cart.id,
        expected_total_minor=quote.total_minor if quote else 0,
        payment_method=method,
        email="lea@example.org",
        delivery_address=ADDRESS,
        method_code="standard",
    )


def buy(*, method: str = "testbank", customer_id: UUID | None = None, **quantities: int) -> Placed:
    """An order that is placed and not paid."""
    message = checkout(fill_basket(**quantities), method=method)
    return place_order(replace(message, customer_id=customer_id))


def begin(placed: Placed, *, method: str = "testbank", attempt_id: UUID | None = None) -> NextStep:
    """Starts paying; the shopper is at the bank's page now."""
    return pay(
        order_id=placed.order_id,
        provider=method,
        attempt_id=attempt_id or new_id(),
        return_url="http://shop.test/back/",
    )


def at_bank(step: NextStep, decision: str = "approve") -> None:
    """Decides on the bank's page."""
    bank_decide(step.redirect_url.rstrip("/").rpartition("/")[2], decision)


def paid(*, method: str = "testbank", **quantities: int) -> Placed:
    """An order whose payment is authorised."""
    placed = buy(method=method, customer_id=None, **quantities)
    step = begin(placed, method=method)
    if step.redirect_url:
        at_bank(step)
        resolve_unknown(step.payment_id)
    return placed


def order_of(placed: Placed) -> OrderDetail:
    return order_detail(placed.order_id)


def payment_of(placed: Placed) -> PaymentDetail:
    return payments_of(placed.order_id)[-1]


def stock(sku: str = PRINT) -> StockLevel:
    return stock_levels([sku])[sku]


def some(**quantities: int) -> tuple[LineQuantity, ...]:
    skus = {"prints": PRINT, "cards": CARD}
    return tuple(LineQuantity(sku=skus[name], quantity=n) for name, n in quantities.items())


def ship(placed: Placed, **quantities: int) -> UUID:
    """Sends a parcel and has its capture done; returns the parcel's id."""
    parcel_id = new_id()
    orders.ship_parcel(
        ShipParcel(
            order_id=placed.order_id,
            parcel_id=parcel_id,
            lines=some(**(quantities or {"prints": 3, "cards": 1})),
            carrier="Colissimo",
            tracking_number="6A1",
        )
    )
    orders.settle(placed.order_id)
    return parcel_id


def deliver(placed: Placed, parcel_id: UUID) -> None:
    orders.deliver_parcel(DeliverParcel(order_id=placed.order_id, parcel_id=parcel_id))


def cancel(placed: Placed, reason: str = "Changed my mind") -> None:
    orders.cancel_order(CancelOrder(order_id=placed.order_id, reason=reason))
    orders.settle(placed.order_id)


def cancel_some(placed: Placed, **quantities: int) -> None:
    orders.cancel_lines(
        CancelLines(order_id=placed.order_id, lines=some(**quantities), reason="Sold out")
    )
    orders.settle(placed.order_id)


def refund(placed: Placed, amount_minor: int, refund_id: UUID | None = None) -> None:
    orders.refund_order(
        RefundOrder(
            order_id=placed.order_id,
            refund_id=refund_id or new_id(),
            amount_minor=amount_minor,
            reason="Returned",
        )
    )
    orders.settle(placed.order_id)


def bring_back(placed: Placed, *, restock: bool = True, **quantities: int) -> None:
    """Announces a return and receives it."""
    return_id = new_id()
    orders.request_return(
        RequestReturn(
            order_id=placed.order_id, return_id=return_id, lines=some(**quantities), reason="Small"
        )
    )
    orders.receive_return(
        ReceiveReturn(order_id=placed.order_id, return_id=return_id, restock=restock)
    )


def forget_everything() -> None:
    """Empties the store and every table of the shop, around tests that commit."""
    empty_store()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(quote_ident(tablename), ', ') FROM pg_tables"
            " WHERE schemaname = 'public' AND split_part(tablename, '_', 1) IN"
            " ('orders', 'payments', 'carts', 'catalog', 'pricing', 'shipping', 'inventory',"
            " 'promotions', 'giftcards', 'invoicing', 'ledger', 'webhooks')"
        )
        tables = cursor.fetchone()[0]
        cursor.execute(f"TRUNCATE {tables} CASCADE")
    connections["default"].close()
