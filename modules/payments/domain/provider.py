"""What a payment provider has to offer: the whole interface, to be met in one file.

A provider is a class without arguments, named in `settings.PAYMENT_PROVIDERS`. It is called outside
every transaction, may be called again with the same id after a lost answer (the id is to be passed
on as idempotency key), and answers with a `Report`. Whatever it notifies later is read into the
same `Report`, so that answer and notification are folded by one rule. docs/guides/payments.md
walks through an example.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from modules.payments.contracts import BankMishap, BankSession, SettlementRecord
from modules.payments.domain.reports import Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Have `amount_minor` of `currency` authorised. `attempt_id` is the idempotency key.

    `renews` is what the provider calls an authorisation that is about to lapse: the same payer is
    asked again, without being there.
    """

    payment_id: UUID
    attempt_id: UUID
    description: str
    amount_minor: int
    currency: str
    return_url: str
    renews: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operate:
    """Capture, void or refund. `operation_id` is the idempotency key.

    `provider_reference` is what the provider called the attempt; empty when its answer to `start`
    never came, and then `attempt_id` is all there is. A void's amount is what we believe is open.
    """

    payment_id: UUID
    attempt_id: UUID
    operation_id: UUID
    provider_reference: str
    amount_minor: int
    currency: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Find:
    """What became of this attempt?"""

    payment_id: UUID
    attempt_id: UUID
    provider_reference: str
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A verified notification: the provider's own `key` for it, and what it says.

    `reports` is empty when it concerns nothing of ours. `kept` is what is stored of the body, where
    that tells of persons: the stored text is not sealed. None stores it as it came.
    """

    key: str
    reports: tuple[Report, ...]
    kept: bytes | None = None


class Gateway(Protocol):
    """One provider. Every method but `read_notification` may raise ProviderUnavailable.

    ProviderUnavailable means that the outcome is unknown, not that nothing happened. A clear no is
    a report (`declined`, `failed`, `capture-failed`, `void-failed`, `refund-failed`).

    `needs_shopper` is False when a payment can be started without the shopper at the screen.
    `manual` is True when money arrives by itself and staff record it: nothing is captured
    automatically then. `local` is True when `start` reaches nobody and always knows the outcome: it
    is asked within the transaction that records the attempt, and its answer is recorded with it.
    What is authorised can be captured for `authorisation_days`, zero says for ever; a provider that
    `renews` can be asked to authorise the rest again before they are over.
    """

    code: str
    title: str
    description: str
    needs_shopper: bool
    manual: bool
    local: bool
    authorisation_days: int

    @property
    def renews(self) -> bool: ...

    def start(self, request: Start) -> Report:
        """Answers challenged (with a `redirect_url`), authorised, declined or failed."""

    def capture(self, request: Operate) -> Report:
        """Answers captured or capture-failed."""

    def void(self, request: Operate) -> Report:
        """Answers voided or void-failed. Voiding what was voided before answers voided."""

    def refund(self, request: Operate) -> Report:
        """Answers refunded or refund-failed."""

    def find(self, request: Find) -> Sequence[Report]:
        """Answers all that is known of an attempt; nothing when it never arrived."""

    def read_notification(self, headers: Mapping[str, str], body: bytes) -> Notice:
        """Verifies a notification over its raw bytes and reads it; header names are lower case.

        Raises:
            NotificationRefused: forged, stale, not for this shop, or not understood.
        """


class Settling(Gateway, Protocol):
    """A provider that shows its own books, to be held against the shop's."""

    def settlements(self, since: datetime | None) -> Iterable[SettlementRecord]:
        """Yields every line since a moment (None: since ever), in any order; a line may come twice.

        Raises:
            ProviderUnavailable: no answer; what was yielded before counts.
        """


class PretendBank(Gateway, Protocol):
    """A provider whose customer side is played as well: the test bank's own page and its moods."""

    def session(self, session_id: str) -> BankSession:
        """Returns what the bank's page shows. Raises: BankSessionNotFound."""

    def decide(self, session_id: str, decision: str) -> str:
        """Does what was chosen there and returns the next address. Raises: BankSessionNotFound."""

    def misbehave(self, mishap: BankMishap) -> None:
        """Arranges a mishap for the next call of a kind."""
