"""Reconciliation over HTTP: comparing with a provider, open cases, closing them."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Path, Query, Router
from pydantic import BaseModel, Field

from modules.ledger import commands, selectors
from modules.ledger.contracts import Case, CloseCase, Reconciliation
from modules.wire import Body, Code, Identifier, Reply

router = Router(tags=["ledger"])


class CaseQuery(BaseModel):
    """Which cases."""

    status: Literal["open", "agreed", "closed"] = Field(
        "open", description="agreed: ended by itself; closed: by a person.", examples=["open"]
    )


class CaseReply(Reply):
    """A difference between the books and a provider."""

    id: UUID = Field(description="Identifier.")
    provider: str = Field(description="Whose books differ.", examples=["testbank"])
    kind: str = Field(description="What differs.", examples=["missing-here"])
    status: str = Field(description="open, agreed or closed.", examples=["open"])
    amount_minor: int = Field(description="Minor units of `currency`.", examples=[1290])
    currency: str = Field(description="ISO 4217 code.", examples=["EUR"])
    evidence: dict[str, str] = Field(description="What each side says.", examples=[{}])
    order_id: UUID | None = Field(description="The order, if it is known.")
    opened_at: datetime = Field(description="UTC.")
    closed_at: datetime | None = Field(description="UTC.")
    reason: str = Field(description="Why it ended, or empty.", examples=[""])


@router.get("/cases", response=list[CaseReply])
def cases(request: HttpRequest, query: Query[CaseQuery]) -> tuple[Case, ...]:
    """Read the newest 200 cases of a status."""
    return selectors.cases(query.status)


class CloseBody(Body):
    """Why a case may be closed."""

    reason: Annotated[str, Field(min_length=10, max_length=500)] = Field(
        description="Kept for ever.", examples=["The bank took it back by telephone."]
    )


@router.post("/cases/{case_id}/close", response=CaseReply, openapi_extra={"x-refusals": [404, 409]})
def close_case(
    request: HttpRequest,
    case_id: Annotated[Identifier, Path(description="The case's id.")],
    body: CloseBody,
) -> Case:
    """Close an open case with a reason."""
    commands.close_case(CloseCase(case_id=case_id, reason=body.reason))
    return selectors.case(case_id)


class ReconcileBody(Body):
    """Whom to ask."""

    provider: Code = Field(description="A provider's code.", examples=["testbank"])


class ReconciliationReply(Reply):
    """What a comparison came to."""

    id: UUID = Field(description="Identifier.")
    provider: str = Field(description="Whose books.", examples=["testbank"])
    started_at: datetime = Field(description="UTC.")
    records: int = Field(description="Lines that the provider gave.", examples=[120])
    repeated: int = Field(description="Known before.", examples=[100])
    matched: int = Field(description="Agree since now.", examples=[20])
    heard: int = Field(description="Of these, had not reached the shop.", examples=[1])
    booked: int = Field(description="Fees, payouts, disputes, rounding.", examples=[0])
    opened: int = Field(description="Cases opened.", examples=[0])
    closed: int = Field(description="Cases ended.", examples=[0])


@router.post(
    "/reconciliations",
    response=ReconciliationReply,
    openapi_extra={"x-refusals": [404, 503]},
)
def reconcile(request: HttpRequest, body: ReconcileBody) -> Reconciliation:
    """Hold the books against a provider's; twice adds nothing."""
    return commands.reconcile(body.provider)
