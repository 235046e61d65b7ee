"""The list of documents: one row each, written in the transaction that issues it."""

from typing import Any

import msgspec

from events.projections import Projection, register
from events.store import RecordedEvent
from modules.invoicing.domain.billing import Billing
from modules.invoicing.models import DocumentRow

COPIED = (
    "kind",
    "series",
    "number",
    "issued_on",
    "order_id",
    "order_number",
    "customer_id",
    "country",
    "currency",
    "net_minor",
    "tax_minor",
    "total_minor",
    "cites",
)


class Documents(Projection):
    name = "invoicing.documents"
    events = (Billing.DocumentIssued,)
    model = DocumentRow

    def key(self, recorded: RecordedEvent) -> Any:
        event: Any = recorded.event
        return event.document.id

    def fold(self, state: dict[str, Any] | None, recorded: RecordedEvent) -> dict[str, Any]:
        event: Any = recorded.event
        return {
            **{name: getattr(event.document, name) for name in COPIED},
            "taxes": msgspec.to_builtins(event.document.taxes),
        }


register(Documents())
