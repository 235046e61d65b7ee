"""Stripe's own books: its balance transactions, as lines to hold the shop's books against.

Charges and refunds are stated in the money that the shopper paid with. Fees are lines of their own,
in the money of the account. What Stripe may have that this does not know is a charge or a refund
without a payment of ours, so that it becomes a case and is never left out.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec

from modules.kernel.identity import derived_id
from modules.payments.contracts import ProviderUnavailable, SettlementKind, SettlementRecord
from modules.payments.gateways.stripe import reading
from modules.payments.gateways.stripe.objects import (
    BalanceLine,
    ChargeWithIntent,
    DisputeObject,
    Intent,
    RefundObject,
    read,
)
from modules.payments.gateways.stripe.service import Refusal, ask, client

PAGE = 100
FEES = ("stripe_fee", "tax_fee", "application_fee", "network_cost")


def lines(since: datetime | None) -> Iterator[SettlementRecord]:
    """Yields every line since a moment, newest first; fees beside what they are for.

    Raises:
        ProviderUnavailable: no answer; what was yielded before counts.
    """
    for line in balance_lines(since):
        if line.amount:
            yield moved(line)
        if line.fee > 0:
            yield replace(frame(line, "fee", line.fee), id=f"{line.id}:fee")


def balance_lines(since: datetime | None) -> Iterator[BalanceLine]:
    wanted: dict[str, Any] = {"limit": PAGE, "expand": ["data.source.payment_intent"]}
    if since is not None:
        wanted["created"] = {"gte": int(since.timestamp())}
    try:
        page = ask(lambda: client().v1.balance_transactions.list(wanted))  # type: ignore[arg-type]
        found = page.auto_paging_iter()
        while (each := ask(lambda: next(found, None))) is not None:
            yield read(each, BalanceLine)
    except Refusal as refusal:
        raise ProviderUnavailable(f"Stripe does not show its books: {refusal.words}") from refusal


def moved(line: BalanceLine) -> SettlementRecord:
    """Returns the line of what a balance transaction moved, without its fee."""
    source = line.source if isinstance(line.source, dict) else {}
    if line.type in ("charge", "payment"):
        return charged(line, source)
    if line.type in ("refund", "payment_refund") and line.amount < 0:
        return refunded(line, source)
    if line.type == "payout" and line.amount < 0:
        return frame(line, "payout", line.amount)
    if line.type in FEES and line.amount < 0:
        return frame(line, "fee", line.amount)
    if source.get("object") == "dispute" and line.amount < 0:
        return disputed(line, msgspec.convert(source, DisputeObject, strict=False))
    return frame(line, "charge" if line.amount > 0 else "refund", line.amount)


def charged(line: BalanceLine, source: dict[str, Any]) -> SettlementRecord:
    if not source:
        return frame(line, "charge", line.amount)
    charge = msgspec.convert(source, ChargeWithIntent, strict=False)
    intent = charge.payment_intent
    amount = charge.amount_captured if charge.amount_captured is not None else line.amount
    # Of several captures each is a line of its own: what the line says is then its amount.
    if line.currency == charge.currency:
        amount = line.amount
    found = replace(
        frame(line, "charge", amount, charge.currency),
        provider_reference=intent.id if isinstance(intent, Intent) else intent or "",
    )
    if not isinstance(intent, Intent):
        return found
    payment_id = reading.identifier(intent.tags.get("payment_id"))
    if payment_id is None:
        return found
    alike = [
        said.operation_id
        for said in reading.captures(intent, payment_id)
        if said.amount_minor == found.amount_minor
    ]
    # Which of two equal captures it was, nobody can say: the amount pairs them.
    operation_id = alike[0] if len(alike) == 1 else None
    return replace(found, payment_id=payment_id, operation_id=operation_id)


def refunded(line: BalanceLine, source: dict[str, Any]) -> SettlementRecord:
    if not source:
        return frame(line, "refund", line.amount)
    refund = msgspec.convert(source, RefundObject, strict=False)
    return replace(
        frame(line, "refund", refund.amount, refund.currency),
        payment_id=reading.identifier(refund.tags.get("payment_id")),
        operation_id=reading.identifier(refund.tags.get("operation_id"))
        or derived_id("stripe.refund", refund.id),
        provider_reference=refund.payment_intent or "",
    )


def disputed(line: BalanceLine, dispute: DisputeObject) -> SettlementRecord:
    return replace(
        frame(line, "dispute", dispute.amount, dispute.currency),
        operation_id=derived_id("stripe.dispute", dispute.id),
        provider_reference=dispute.payment_intent or "",
    )


def frame(
    line: BalanceLine, kind: SettlementKind, amount: int, currency: str = ""
) -> SettlementRecord:
    said = replaced_currency(line, currency)
    return SettlementRecord(
        id=line.id,
        kind=kind,
        amount_minor=said.minor(abs(amount)) or 0,
        currency=said.currency_code,
        occurred_at=datetime.fromtimestamp(line.created, UTC),
        description=f"{line.type} {line.source_name}".strip(),
    )


def replaced_currency(line: BalanceLine, currency: str) -> BalanceLine:
    return msgspec.structs.replace(line, currency=currency) if currency else line
