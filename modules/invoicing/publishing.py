"""Stored events of billings, told to the modules above as facts."""

from collections.abc import Iterable

from events.facts import translate
from events.store import RecordedEvent
from modules.invoicing.contracts import DocumentIssued
from modules.invoicing.domain.billing import Billing


def _issued(event: Billing.DocumentIssued, recorded: RecordedEvent) -> Iterable[object]:
    document = event.document
    yield DocumentIssued(
        document_id=document.id,
        order_id=document.order_id,
        kind=document.kind,
        number=document.number,
        total_minor=document.total_minor,
        currency=document.currency,
    )


translate(Billing.DocumentIssued, DocumentIssued, _issued)
