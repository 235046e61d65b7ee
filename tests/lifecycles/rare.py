"""What hardly ever happens to a payment, told as its provider would tell it."""

from typing import Any
from uuid import UUID

from events.repository import load
from modules.kernel.clock import now
from modules.kernel.identity import new_id
from modules.orders import commands as orders
from modules.payments import commands as payments
from modules.payments.contracts import StartPayment
from modules.payments.domain.payment import Payment
from modules.payments.domain.reports import Report, ReportKind, release_id
from modules.payments.domain.state import Attempt, PaymentState
from modules.payments.hearing import Hear, hear
from tests.lifecycles.lives import Life


class RareLife(Life):
    """A life whose provider misbehaves, of a buyer who accounts for the tax."""

    vat_id = "DE136695976"

    @property
    def state(self) -> PaymentState:
        return load(Payment, self.payment_id).state

    def begin(self) -> UUID:
        attempt_id = new_id()
        payments.start_payment(
            StartPayment(
                payment_id=self.payment_id, attempt_id=attempt_id, return_url="http://shop.test/"
            )
        )
        return attempt_id

    def fail(self) -> None:
        self._told("failed", attempt_id=self.begin())

    def be_paid_twice(self) -> None:
        """A first attempt that was said to be declined is authorised after the second."""
        first = self.begin()
        self._told("declined", attempt_id=first)
        self.pay()
        amount_minor = self.state.amount_minor
        self._told("authorised", attempt_id=first, amount_minor=amount_minor)
        self._told("voided", operation_id=release_id(Attempt(id=first)))

    def expire(self) -> None:
        orders.expire_unpaid(self.id)

    def fail_to_capture(self) -> None:
        self._told("capture-failed", operation_id=self.state.captures[-1].id)

    def fail_to_void(self) -> None:
        self._told("void-failed", operation_id=self.state.voids[-1].id)

    def fail_to_refund(self) -> None:
        self._told("refund-failed", operation_id=self.state.refunds[-1].id)

    def bounce(self) -> None:
        refund = self.state.refunds[-1]
        self._told("refund-reversed", operation_id=refund.id, amount_minor=refund.amount_minor)

    def adjust(self) -> None:
        state = self.state
        assert state.authorised_attempt
        self._told(
            "adjusted",
            attempt_id=state.authorised_attempt.id,
            amount_minor=state.amount_minor - 1,
            occurred_at=now(),
        )

    def lapse(self) -> None:
        attempt = self.state.authorised_attempt
        assert attempt
        self._told("lapsed", attempt_id=attempt.id)

    def charge_back(self) -> None:
        self._told("disputed", operation_id=new_id(), amount_minor=60)

    def win(self) -> None:
        self._decide("dispute-won")

    def lose(self) -> None:
        self._decide("dispute-lost")

    def _decide(self, kind: ReportKind) -> None:
        dispute = self.state.disputes[-1]
        self._told(kind, operation_id=dispute.id, amount_minor=dispute.amount_minor)

    def _told(self, kind: ReportKind, **about: Any) -> None:
        report = Report(
            kind=kind,
            payment_id=self.payment_id,
            currency="EUR",
            message="Lea Martin rang",
            **about,
        )
        hear(
            Hear(
                provider=self.provider,
                source="enquiry",
                payment_id=self.payment_id,
                reports=(report,),
            )
        )


PAID = ("pay", "ship_all", "settle")
SCRIPTS: tuple[tuple[str, ...], ...] = (
    ("fail", "pay"),
    ("be_paid_twice",),
    ("expire",),
    ("pay", "capture", "fail_to_capture"),
    ("pay", "cancel", "fail_to_void"),
    (*PAID, "refund", "fail_to_refund"),
    (*PAID, "refund", "settle", "bounce"),
    ("pay", "adjust", "lapse"),
    (*PAID, "charge_back", "win"),
    (*PAID, "charge_back", "lose"),
)
