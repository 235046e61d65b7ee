"""A shop at work over its API, by chance but repeatably: one step after another."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

from modules.inventory.commands import release_expired, set_backorder_limit
from modules.inventory.contracts import SetBackorderLimit
from modules.kernel.clock import now
from modules.kernel.errors import DomainError
from modules.payments.commands import bank_decide
from modules.payments.gateways.testbank.signature import HEADER, sign
from tests.api.conftest import DELIVERY, PRICES, Answer, Basket, Caller
from tests.payments.bank import letter

SKUS = sorted(PRICES)
# How often each step is tried, roughly as in a shop that is open.
WEIGHTS = {
    "place": 5,
    "pay": 6,
    "decide": 6,
    "webhook": 6,
    "webhook_again": 3,
    "ship": 8,
    "deliver": 5,
    "cancel": 1,
    "cancel_lines": 2,
    "send_back": 5,
    "take_back": 5,
    "refund": 4,
    "receive": 5,
    "count": 3,
    "backorders": 2,
    "expire": 1,
}


@dataclass(kw_only=True)
class Deal:
    """An order and what its buyer and bank have done so far."""

    order_id: str
    payment_id: str
    token: str
    quantities: dict[str, int]
    session: str = ""
    decided_at: datetime | None = None
    approved: bool = False
    letters: list[bytes] = field(default_factory=list)
    parcels: list[str] = field(default_factory=list)
    returns: list[str] = field(default_factory=list)


# Which deals a step has a chance with; mistakes happen all the same where there are none.
READY: dict[str, Callable[[Deal], bool]] = {
    "pay": lambda deal: not deal.letters,
    "decide": lambda deal: bool(deal.session),
    "webhook_again": lambda deal: bool(deal.letters),
    "ship": lambda deal: deal.approved,
    "deliver": lambda deal: bool(deal.parcels),
    "send_back": lambda deal: bool(deal.parcels),
    "take_back": lambda deal: bool(deal.returns),
    "refund": lambda deal: bool(deal.parcels),
}


@dataclass(frozen=True, kw_only=True)
class Late:
    """A provider's word: true at `true_at`, known to the shop only after `unknown_at`."""

    payment_id: str
    true_at: datetime
    unknown_at: datetime


class Dealer:
    """Takes steps with a key that may do everything; remembers what succeeded."""

    def __init__(self, caller: Caller, seed: int) -> None:
        self.call = caller
        self.chance = Random(seed)
        self.deals: list[Deal] = []
        self.done: Counter[str] = Counter()
        self.late: list[Late] = []
        self.touched: Deal | None = None

    def step(self) -> None:
        name = self.chance.choices(list(WEIGHTS), list(WEIGHTS.values()))[0]
        if not self.deals:
            name = "place"
        ready = [each for each in self.deals if READY.get(name, bool)(each)]
        self.touched = self.chance.choice((ready or self.deals)[-8:]) if self.deals else None
        if getattr(self, name)():
            self.done[name] += 1

    def place(self) -> bool:
        basket = Basket(self.call)
        quantities = {sku: self.chance.randint(1, 3) for sku in SKUS}
        for sku, quantity in quantities.items():
            basket.call("POST", f"{basket.path}/lines", {"sku": sku, "quantity": quantity})
        total = sum(PRICES[sku] * quantity for sku, quantity in quantities.items())
        placed = basket.place(total + DELIVERY, str(uuid4()))
        if placed.status != 201:
            return False
        self.touched = Deal(
            order_id=placed.json["order_id"],
            payment_id=placed.json["payment_id"],
            token=placed.json["token"],
            quantities=quantities,
        )
        self.deals.append(self.touched)
        return True

    def pay(self) -> bool:
        deal = self.deal
        body = {"provider": "testbank", "return_url": "https://shop.example/thanks"}
        step = self.call("POST", f"/api/orders/{deal.order_id}/payments", body)
        if step.status == 200 and step.json["redirect_url"]:
            deal.session = step.json["redirect_url"].rstrip("/").rpartition("/")[2]
            deal.payment_id = step.json["payment_id"]
            return True
        return False

    def decide(self) -> bool:
        """The buyer decides at the bank; the shop does not hear of it yet."""
        deal = self.deal
        if not deal.session:
            return False
        decision = self.chance.choice(["approve", "approve", "approve", "decline"])
        bank_decide(deal.session, decision)
        deal.decided_at = now()
        written = letter(
            UUID(deal.payment_id),
            id=f"letter-{uuid4()}",
            session=deal.session,
            type="authorised" if decision == "approve" else "declined",
            amount=sum(PRICES[sku] * n for sku, n in deal.quantities.items()) + DELIVERY,
            occurred_at=deal.decided_at.isoformat(),
        )
        deal.letters.append(json.dumps(written).encode())
        deal.session = ""
        return True

    def webhook(self) -> bool:
        """What the bank decided some steps ago is heard of."""
        waiting = [each for each in self.deals if each.decided_at]
        if not waiting:
            return False
        deal = self.touched = self.chance.choice(waiting)
        assert deal.decided_at is not None
        before = self.read(f"/api/staff/payments/{deal.payment_id}")
        true_at, unknown_at = deal.decided_at, now()
        deal.decided_at, deal.approved = None, True
        assert self.tell(deal.letters[-1]).status == 204
        if json.loads(before)["status"] == "pending":
            self.late.append(
                Late(payment_id=deal.payment_id, true_at=true_at, unknown_at=unknown_at)
            )
        return True

    def webhook_again(self) -> bool:
        deal = self.deal
        return bool(deal.letters) and self.tell(deal.letters[-1]).status == 204

    def ship(self) -> bool:
        lines = None if self.chance.random() < 0.4 else self.some()
        parcel_id = str(uuid4())
        sent = self.staff("parcels", {"parcel_id": parcel_id, "lines": lines})
        if sent:
            self.deal.parcels.append(parcel_id)
        return sent

    def deliver(self) -> bool:
        parcels = self.deal.parcels
        return bool(parcels) and self.staff(f"parcels/{parcels[-1]}/delivery", {})

    def cancel(self) -> bool:
        path = f"/api/orders/{self.deal.order_id}/cancellation"
        return self.call("POST", path, {"reason": "changed my mind"}).status == 200

    def cancel_lines(self) -> bool:
        return self.staff("cancelled-lines", {"lines": self.some(), "reason": "sold out"})

    def send_back(self) -> bool:
        return_id = str(uuid4())
        body = {"return_id": return_id, "lines": self.some(), "reason": "arrived bent"}
        path = f"/api/orders/{self.deal.order_id}/returns"
        if self.call("POST", path, body).status != 201:
            return False
        self.deal.returns.append(return_id)
        return True

    def take_back(self) -> bool:
        returns = self.deal.returns
        restock = self.chance.random() < 0.5
        return bool(returns) and self.staff(f"returns/{returns[-1]}/receipt", {"restock": restock})

    def refund(self) -> bool:
        amount = self.chance.randint(1, 2000)
        return self.staff("refunds", {"amount_minor": amount, "reason": "kindness"})

    def receive(self) -> bool:
        body: dict[str, Any] = {"lines": [{"sku": self.sku(), "quantity": self.units(9)}]}
        if self.deals and self.chance.random() < 0.3:
            # Booked late: the units had come before.
            body["effective_at"] = now().isoformat()
        return self.call("POST", "/api/staff/stock/receipts", body).status == 204

    def count(self) -> bool:
        body = {"sku": self.sku(), "on_hand": self.units(40), "reason": "count"}
        return self.call("POST", "/api/staff/stock/adjustments", body).status == 200

    def backorders(self) -> bool:
        try:
            set_backorder_limit(SetBackorderLimit(sku=self.sku(), limit=self.units(5) - 1))
        except DomainError:
            return False
        return True

    def expire(self) -> bool:
        """Reservations of whoever did not pay run out."""
        return bool(release_expired(now() + timedelta(days=1)))

    @property
    def deal(self) -> Deal:
        assert self.touched is not None
        return self.touched

    def some(self) -> list[dict[str, Any]]:
        return [{"sku": self.sku(), "quantity": 1}]

    def sku(self) -> str:
        return self.chance.choice(SKUS)

    def units(self, most: int) -> int:
        return self.chance.randint(1, most)

    def staff(self, step: str, body: object) -> bool:
        path = f"/api/staff/orders/{self.deal.order_id}/{step}"
        return self.call("POST", path, body).status in (200, 201)

    def tell(self, body: bytes) -> Answer:
        stranger = Caller(self.call.client)
        signature = sign(body, now())
        path = "/api/payments/notifications/testbank"
        return stranger("POST", path, body, **{HEADER: signature})

    def read(self, path: str, **query: str) -> bytes:
        """Returns the exact bytes of an answer."""
        response = self.call.client.get(path, query, headers=self.call.headers)
        assert response.status_code == 200, response.content
        return bytes(response.content)
