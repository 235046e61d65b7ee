"""A test bank behind a bad line: letters get lost, come twice, late and in any order."""

from dataclasses import dataclass, field
from random import Random
from uuid import UUID

from django.db.transaction import atomic

from events import codec
from events.database import fetch
from modules.kernel.clock import now
from modules.kernel.identity import new_id
from modules.payments.commands import (
    bank_decide,
    bank_mishap,
    capture_payment,
    receive_notification,
    refund_payment,
    request_payment,
    resolve_unknown,
    settle,
    start_payment,
)
from modules.payments.contracts import (
    BankMishap,
    CapturePayment,
    RefundPayment,
    RequestPayment,
    StartPayment,
)
from modules.payments.gateways.testbank.messages import Message, post
from modules.payments.models import BankOperation, BankRecord
from modules.payments.selectors import payment

LOST, LATE, TWICE = 0.05, 0.10, 0.20


@dataclass
class Simulator:
    """Payments at the test bank, and the letters that it wrote about them."""

    dice: Random
    letters: list[Message] = field(default_factory=list)
    late: list[Message] = field(default_factory=list)
    lost: int = 0

    def pay(self, amount: int) -> UUID:
        """A payment whose captures and refunds nobody hears of but by letter."""
        payment_id = new_id()
        with atomic():
            request_payment(
                RequestPayment(
                    payment_id=payment_id,
                    reference=new_id(),
                    description="Something",
                    provider="testbank",
                    amount_minor=amount,
                    currency="EUR",
                )
            )
        step = start_payment(
            StartPayment(payment_id=payment_id, attempt_id=new_id(), return_url="http://s.test/")
        )
        bank_decide(step.redirect_url.rstrip("/").rpartition("/")[2], "approve")
        resolve_unknown(payment_id)
        for operation in ("capture", "refund"):
            mishap = BankMishap(
                payment_id=payment_id,
                operation=operation,
                mishap="reply-lost",
                times=9,
            )
            bank_mishap(mishap)
        capture_payment(
            CapturePayment(payment_id=payment_id, capture_id=new_id(), amount_minor=amount)
        )
        settle(payment_id)
        return payment_id

    def give_back(self, payment_id: UUID, amount: int) -> None:
        """Refunds a part, if the shop knows by now that there is something to refund."""
        if not payment(payment_id).captured_minor:
            return
        refund_payment(
            RefundPayment(
                payment_id=payment_id, refund_id=new_id(), amount_minor=amount, reason="returned"
            )
        )
        settle(payment_id)

    def collect(self) -> None:
        """Takes the letters that the bank has written from the post."""
        rows = fetch(
            "DELETE FROM es.outbox WHERE actor = 'payments.deliver_bank_message'"
            " RETURNING arguments::text"
        )
        self.letters += [codec.decode(row[0].encode(), dict)["message"] for row in rows]

    def deliver(self) -> None:
        """Delivers what is neither lost nor late, some of it twice, in any order."""
        self.collect()
        out: list[Message] = []
        for letter in self.letters:
            fate = self.dice.random()
            if fate < LOST:
                self.lost += 1
                continue
            if fate < LOST + LATE:
                self.late.append(letter)
                continue
            out += [letter] * (2 if self.dice.random() < TWICE else 1)
        self.letters = []
        self.post(out)

    def post(self, letters: list[Message]) -> None:
        self.dice.shuffle(letters)
        for letter in letters:
            receive_notification("testbank", *post(letter))

    def invent(self, amount: int) -> None:
        """Writes a charge into the bank's books that nobody asked for."""
        record = BankRecord.objects.create(
            id=new_id(),
            attempt_id=new_id(),
            payment_id=new_id(),
            description="Nothing of ours",
            amount_minor=amount,
            currency="EUR",
            return_url="",
            status="authorised",
            captured_minor=amount,
            created_at=now(),
        )
        BankOperation.objects.create(
            id=new_id(),
            session=record,
            kind="capture",
            amount_minor=amount,
            accepted=True,
            created_at=now(),
        )


def truth() -> int:
    """What the bank really holds for the shop, in cents."""
    done = BankOperation.objects.filter(accepted=True)
    real = done.exclude(session__description="Nothing of ours")
    signs = {"capture": 1, "refund": -1, "void": 0}
    return sum(signs[each.kind] * each.amount_minor for each in real)
