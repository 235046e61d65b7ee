"""Plays a sale as a trade client does: basket, order, invoice, parcel, and the money arrives."""

from dataclasses import dataclass, field
from typing import Any

from config.replaying.planning import Consignment
from config.replaying.shop import CURRENCY, Json, Refused, Shop

# Trade customers fetch their goods: the file's price of a line is all that they pay. Where goods
# are handed over is where they are taxed.
COUNTER = {
    "line1": "At the counter",
    "city": "Paris",
    "postcode": "75011",
    "country": "FR",
}
PROVIDER = "invoice"


class PriceDiffers(Exception):
    """The shop wants another total than the file's."""


@dataclass(slots=True)
class Seller:
    """Sells consignments. `prices` remembers what the shop lists, in pence, by SKU."""

    shop: Shop
    prices: dict[str, int] = field(default_factory=dict)

    def sell(self, consignment: Consignment, customer: str) -> int:
        """Orders, pays and ships; returns what the shop took, in pence.

        Whatever of it was done by an earlier run is not done again.

        Raises:
            Refused, PriceDiffers: the shop will not sell it like this.
        """
        order = self.shop.order(consignment.order_id)
        if order is None:
            self.place(consignment, customer)
            order = self.shop.get(f"/orders/{consignment.order_id}")
        path = f"/orders/{consignment.order_id}"
        if order["status"] == "placed":
            self.shop.post(f"{path}/payments", {"provider": PROVIDER, "return_url": "http://x/"})
        if order["fulfilment_status"] == "unfulfilled":
            self.shop.post(f"/staff{path}/parcels", {"carrier": "Collected"}, once="parcel")
        return self.collect(consignment)

    def collect(self, consignment: Consignment) -> int:
        """Records that the invoice was paid, if nobody did yet; returns what was taken."""
        payment = self.payment(consignment)
        if payment["status"] == "authorised":
            self.shop.post(f"/staff/payments/{payment['id']}/arrival", {})
            payment = self.payment(consignment)
        return int(payment["captured_minor"])

    def payment(self, consignment: Consignment) -> Json:
        return self.shop.get(f"/orders/{consignment.order_id}/payments")[-1]

    def place(self, consignment: Consignment, customer: str) -> None:
        self.stock_up(consignment)
        self.list_prices(consignment)
        once = str(consignment.order_id)
        country = COUNTER["country"]
        cart = self.shop.post("/carts", {"currency": CURRENCY, "country": country}, once=once)
        for line in consignment.lines.values():
            body = {"sku": line.sku, "quantity": line.quantity}
            self.shop.post(f"/carts/{cart['id']}/lines", body, once=f"{once}/{line.sku}")
        review = self.shop.get(f"/carts/{cart['id']}/review")
        checkout = self.checkout(consignment, customer, cart["id"], review)
        self.shop.post("/orders", checkout, once=once)

    def checkout(
        self, consignment: Consignment, customer: str, cart_id: str, review: Json
    ) -> dict[str, Any]:
        free = [each for each in review["delivery_options"] if each["charge"]["minor"] == 0]
        if not free:
            raise PriceDiffers("the shop has no way to hand goods over without a charge")
        return {
            "order_id": str(consignment.order_id),
            "cart_id": cart_id,
            "expected_total_minor": consignment.total_minor,
            "payment_method": PROVIDER,
            "method_code": free[0]["method_code"],
            "email": f"customer-{customer or 'unknown'}@trade.example",
            "delivery_address": {"name": f"Customer {customer or 'unknown'}", **COUNTER},
        }

    def stock_up(self, consignment: Consignment) -> None:
        """Receives the units that are missing: the file sold them, so they were there."""
        levels = self.shop.look_up("/staff/stock/levels", consignment.lines)
        missing = [
            {"sku": line.sku, "quantity": line.quantity - free}
            for line in consignment.lines.values()
            if (free := max(0, levels[line.sku]["free"] if line.sku in levels else 0))
            < line.quantity
        ]
        if missing:
            receipt = {"lines": missing, "reason": "replay", "reference": consignment.invoice}
            self.shop.post("/staff/stock/receipts", receipt)

    def list_prices(self, consignment: Consignment) -> None:
        """Lists the file's prices where they differ; the shop's price history keeps them all."""
        changed = {
            line.sku: line.price_minor
            for line in consignment.lines.values()
            if self.prices.get(line.sku) != line.price_minor
        }
        if changed:
            prices = [
                {"sku": sku, "price_minor": minor, "currency": CURRENCY}
                for sku, minor in changed.items()
            ]
            self.shop.post("/staff/prices", {"prices": prices})
            self.prices |= changed


def said(refusal: Exception) -> str:
    """Returns why the shop would not, as a reason for the report."""
    return f"the shop refused: {refusal}" if isinstance(refusal, Refused) else str(refusal)
