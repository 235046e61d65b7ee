"""Payments over HTTP: providers notify; staff look, settle, and record money that arrived."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Path, Query, Router
from pydantic import Field

from events.moments import as_of
from modules.payments import commands, selectors
from modules.payments.contracts import PaymentDetail, ProviderMessage, SetMessageAside
from modules.wire import AsOfQuery, Body, Identifier, Reply

notifications_router = Router(tags=["payment providers"])
staff_router = Router(tags=["staff: money"])

PaymentId = Annotated[Identifier, Path(description="The payment's id.")]


@notifications_router.post(
    "/payments/notifications/{provider}",
    response={204: None},
    openapi_extra={
        "x-raw-body": True,
        "x-refusals": [400, 404, 413],
        "requestBody": {
            "description": "Whatever the provider sends and signs.",
            "content": {"application/json": {"schema": {}}},
        },
    },
)
def notify(
    request: HttpRequest,
    provider: Annotated[str, Path(max_length=32, description="The provider's code.")],
) -> HttpResponse:
    """Take in what a provider says, signed over the raw body. 204: stored, or not about us."""
    commands.receive_notification(provider, request.headers, request.body)
    return HttpResponse(status=204)


class RefundReply(Reply):
    """Money given back."""

    id: UUID = Field(description="Identifier.")
    amount_minor: int = Field(description="Minor units.", examples=[1290])
    reason: str = Field(description="In words.", examples=["arrived bent"])
    status: str = Field(description="requested, refunded or failed.", examples=["refunded"])
    message: str = Field(description="The provider's words; may be empty.", examples=[""])
    requested_at: datetime = Field(description="UTC.", examples=["2026-03-08T10:00:00Z"])


class PaymentReply(Reply):
    """A payment as staff see it; amounts in minor units of `currency`."""

    id: UUID = Field(description="Identifier.")
    reference: UUID = Field(description="The order it pays.")
    provider: str = Field(description="Its code.", examples=["testbank"])
    provider_reference: str = Field(description="The provider's name for it.", examples=["tb_1"])
    status: str = Field(description="In one word.", examples=["captured"])
    currency: str = Field(description="ISO 4217 code.", examples=["EUR"])
    amount_minor: int = Field(description="Asked for.", examples=[3070])
    authorised_minor: int = Field(description="Promised.", examples=[3070])
    captured_minor: int = Field(description="Taken.", examples=[3070])
    voided_minor: int = Field(description="Given back before it was taken.", examples=[0])
    refunded_minor: int = Field(description="Given back after.", examples=[0])
    lapsed_minor: int = Field(description="Held no longer before it was taken.", examples=[0])
    charged_back_minor: int = Field(description="Taken again by the payer's bank.", examples=[0])
    pending_minor: int = Field(description="Captures without an answer yet.", examples=[0])
    capturable_minor: int = Field(description="Left to take.", examples=[0])
    refundable_minor: int = Field(description="Left to give back.", examples=[3070])
    refunds: tuple[RefundReply, ...] = Field(description="Each of them.", examples=[[]])
    message: str = Field(description="The provider's words; may be empty.", examples=[""])
    version: int = Field(description="Its number of events.", examples=[5])
    requested_at: datetime = Field(description="UTC.", examples=["2026-03-01T12:00:00Z"])
    manual: bool = Field(description="True: staff record the money.", examples=[False])


@staff_router.get("/payments/{payment_id}", response=PaymentReply)
def payment(request: HttpRequest, payment_id: PaymentId, query: Query[AsOfQuery]) -> PaymentDetail:
    """Read a payment, as it is or as it was."""
    return selectors.payment(payment_id, as_of(query))


@staff_router.post("/payments/{payment_id}/arrival", response=PaymentReply)
def mark_paid(request: HttpRequest, payment_id: PaymentId) -> PaymentDetail:
    """Record that the money of an invoice arrived."""
    commands.mark_paid(payment_id)
    return selectors.payment(payment_id)


@staff_router.post("/payments/{payment_id}/settlement", response=PaymentReply)
def settle(request: HttpRequest, payment_id: PaymentId) -> PaymentDetail:
    """Have the provider do now what is still outstanding."""
    selectors.payment(payment_id)
    commands.settle(payment_id)
    return selectors.payment(payment_id)


class MessageReply(Reply):
    """Something a provider said, and what became of it."""

    id: UUID = Field(description="Identifier.")
    provider: str = Field(description="Who said it.", examples=["testbank"])
    payment_id: UUID | None = Field(description="About which payment.")
    kind: str = Field(description="What it says.", examples=["captured"])
    amount_minor: int | None = Field(description="Minor units, if it names any.", examples=[1])
    currency: str = Field(description="ISO 4217 code; may be empty.", examples=["EUR"])
    outcome: str = Field(description="waiting, refused or set-aside.", examples=["refused"])
    reason: str = Field(description="Why it was not applied.", examples=["It says 1 minor unit."])
    times: int = Field(description="How often it came.", examples=[1])
    received_at: datetime = Field(description="UTC.", examples=["2026-03-01T12:00:00Z"])


@staff_router.get("/payment-messages", response=list[MessageReply])
def parked_messages(request: HttpRequest) -> tuple[ProviderMessage, ...]:
    """Read the newest 100 messages of providers that could not be applied."""
    return selectors.parked()


class AsideBody(Body):
    """Why nothing is to be done."""

    reason: Annotated[str, Field(min_length=10, max_length=500)] = Field(
        description="Kept with the message.", examples=["The provider took it back by telephone."]
    )


@staff_router.post(
    "/payment-messages/{message_id}/aside",
    response={204: None},
    openapi_extra={"x-refusals": [404, 409]},
)
def set_message_aside(
    request: HttpRequest,
    message_id: Annotated[Identifier, Path(description="The message's id.")],
    body: AsideBody,
) -> HttpResponse:
    """Set a refused message aside with a reason."""
    commands.set_message_aside(SetMessageAside(message_id=message_id, reason=body.reason))
    return HttpResponse(status=204)
