"""The case: a difference between the books and a provider, from finding it to its end."""

from typing import Any, Literal, Self
from uuid import UUID

from events.aggregate import Aggregate, Event
from events.registry import event
from modules.ledger.contracts import CaseClosed, CaseKind, ReasonMissing

LEAST_CHARACTERS = 10


def reason_of(text: str) -> str:
    """Returns a reason as it is kept: one printable line of 500 characters at most.

    Raises:
        ReasonMissing: fewer than ten characters are no reason.
    """
    words = " ".join("".join(each if each.isprintable() else " " for each in text).split())[:500]
    if len(words) < LEAST_CHARACTERS:
        raise ReasonMissing(
            f"Say why in {LEAST_CHARACTERS} characters at least.", least=LEAST_CHARACTERS
        )
    return words


class Case(Aggregate):
    """One difference. It ends when both sides agree, or when a person says why it may."""

    kind = "ledger.case"
    status: Literal["open", "agreed", "closed"]
    reason: str

    @event("ledger.case.opened", version=1)
    class Opened(Event, frozen=True):
        """`settlement_id` is the provider's line, `position` our entry; one of them may be none."""

        provider: str
        case: CaseKind
        settlement_id: UUID | None
        position: int | None
        amount_minor: int
        currency: str
        order_id: UUID | None
        evidence: dict[str, str]

        def apply(self, aggregate: Any) -> None:
            aggregate.status, aggregate.reason = "open", ""

    @event("ledger.case.closed", version=1)
    class Closed(Event, frozen=True):
        """`agreed`: a later comparison found no difference; else a person says why."""

        agreed: bool
        reason: str

        def apply(self, aggregate: Any) -> None:
            aggregate.status = "agreed" if self.agreed else "closed"
            aggregate.reason = self.reason

    @event("ledger.case.reopened", version=1)
    class Reopened(Event, frozen=True):
        """Both sides had agreed, and differ again."""

        def apply(self, aggregate: Any) -> None:
            aggregate.status, aggregate.reason = "open", ""

    @classmethod
    def open(
        cls,
        case_id: UUID,
        *,
        provider: str,
        case: CaseKind,
        settlement_id: UUID | None,
        position: int | None,
        amount_minor: int,
        currency: str,
        order_id: UUID | None,
        evidence: dict[str, str],
    ) -> Self:
        return cls._create(
            cls.Opened,
            id=case_id,
            provider=provider,
            case=case,
            settlement_id=settlement_id,
            position=position,
            amount_minor=amount_minor,
            currency=currency,
            order_id=order_id,
            evidence=evidence,
        )

    def agree(self, reason: str) -> None:
        """Both sides say the same now; closed already: nothing."""
        if self.status == "open":
            self.trigger_event(self.Closed, agreed=True, reason=reason)

    def close(self, reason: str) -> None:
        """A person closes it.

        Raises:
            ReasonMissing: fewer than ten characters are no reason.
            CaseClosed: it is closed already.
        """
        words = reason_of(reason)
        if self.status != "open":
            raise CaseClosed(f"This case is closed: {self.reason}", reason=self.reason)
        self.trigger_event(self.Closed, agreed=False, reason=words)

    def differ(self) -> None:
        """The difference is there again; one that a person closed stays closed."""
        if self.status == "agreed":
            self.trigger_event(self.Reopened)
