"""The billing of an order: every invoice and credit note that was issued for it."""

from typing import Any, Self
from uuid import UUID

from events.aggregate import Aggregate, Event
from events.registry import event
from modules.invoicing.contracts import Document, DocumentUnsound
from modules.invoicing.domain.parts import taxes_of
from modules.invoicing.domain.room import Room
from modules.kernel.identity import derived_id


def billing_of(order_id: UUID) -> UUID:
    """Returns the stream that holds the documents of an order."""
    return derived_id("invoicing.billing", order_id)


class Billing(Aggregate):
    """Documents are only ever added; what is wrong with one is put right by another."""

    kind = "invoicing.billing"
    documents: list[Document]

    @event("invoicing.billing.document_issued", version=1)
    class DocumentIssued(Event, frozen=True):
        document: Document
        subject: UUID | None = None

        def apply(self, aggregate: Any) -> None:
            known = getattr(aggregate, "documents", [])
            aggregate.documents = [*known, self.document]

    @classmethod
    def begin(cls, billing_id: UUID) -> Self:
        billing = cls.blank(billing_id)
        billing.documents = []
        return billing

    def issue(self, document: Document, subject: UUID | None) -> None:
        """Adds a document; `subject` is whose data its buyer's is (None: the billing's own).

        Raises:
            DocumentUnsound: amounts that do not add up, an id or number that was used, or a credit
                note that takes back more than is left of its invoice.
        """
        self._check(document)
        self.trigger_event(self.DocumentIssued, document=document, subject=subject)

    def _check(self, document: Document) -> None:
        lines = document.lines
        sums = tuple(
            sum(getattr(line, name) for line in lines)
            for name in ("net_minor", "tax_minor", "total_minor")
        )
        if not lines or sums != (document.net_minor, document.tax_minor, document.total_minor):
            raise DocumentUnsound("Its lines do not add up to its total.", number=document.number)
        if any(line.net_minor + line.tax_minor != line.total_minor for line in lines):
            raise DocumentUnsound("Net and tax of a line are not its total.")
        if taxes_of(lines) != document.taxes:
            raise DocumentUnsound("Its taxes are not those of its lines.", number=document.number)
        if any(document.id == each.id or document.number == each.number for each in self.documents):
            raise DocumentUnsound("It was issued already.", number=document.number)
        if document.kind == "credit-note":
            self._check_citation(document)

    def _check_citation(self, note: Document) -> None:
        cited = next((each for each in self.documents if each.id == note.cited_id), None)
        if cited is None or cited.kind != "invoice" or cited.number != note.cites:
            raise DocumentUnsound("It cites no invoice of this order.", number=note.number)
        earlier = [each for each in self.documents if each.cited_id == cited.id]
        left = Room(cited, [*earlier, note]).left.values()
        if any(not 0 <= tax <= total for total, tax in left):
            raise DocumentUnsound("It takes back more than is left.", number=note.number)
