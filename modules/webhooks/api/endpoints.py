"""Endpoints of webhooks over HTTP: where to send what, secrets, on and off, from where again."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Path, Router
from pydantic import Field

from modules.webhooks import commands, selectors
from modules.webhooks.contracts import (
    AddEndpoint,
    ChangeEndpoint,
    Endpoint,
    MessageType,
    RotateSecret,
    Seek,
    Seeking,
    SwitchEndpoint,
)
from modules.wire import Body, Identifier, OptionalLine, Reply, Truth

router = Router(tags=["staff: webhooks"])

EndpointId = Annotated[Identifier, Path(description="The endpoint's id.")]
Type = Annotated[str, Field(max_length=40, pattern=r"^[a-z_.]+$")]
Url = Annotated[str, Field(min_length=1, max_length=2000)]


class MessageTypeReply(Reply):
    """A type of message."""

    type: str = Field(description="Its name.", examples=["order.placed"])
    version: int = Field(description="Of its fields.", examples=[1])
    summary: str = Field(description="When it is sent.", examples=["Somebody ordered."])
    data_schema: dict[str, Any] = Field(
        validation_alias="schema", description="JSON Schema of `data`.", examples=[{}]
    )


@router.get("/webhooks/types", response=list[MessageTypeReply])
def types(request: HttpRequest) -> tuple[MessageType, ...]:
    """Read what messages there are, with the schema of each."""
    return selectors.message_types()


class EndpointReply(Reply):
    """Where messages are sent."""

    id: UUID = Field(description="Identifier.")
    url: str = Field(description="Where to.", examples=["https://erp.example.com/hooks"])
    description: str = Field(description="What for.", examples=["Bookkeeping"])
    types: list[str] = Field(description="Which messages; empty: all.", examples=[[]])
    personal: bool = Field(description="With names and addresses.", examples=[False])
    on: bool = Field(description="Whether it is sent anything.", examples=[True])
    off_reason: Literal["", "staff", "failing", "gone"] = Field(
        description="Why it is off: by staff, failing for days, or 410 Gone.", examples=[""]
    )
    switched_at: datetime = Field(description="On or off since, UTC.")
    created_at: datetime = Field(description="UTC.")
    position: int = Field(description="The log was looked through up to here.", examples=[1200])
    waiting: int = Field(description="Messages on their way.", examples=[0])
    failed: int = Field(description="Messages given up.", examples=[0])
    failing_since: datetime | None = Field(description="Nothing was accepted since, UTC.")
    resting_until: datetime | None = Field(description="Left alone until, UTC.")


class SecretReply(EndpointReply):
    """An endpoint with its new secret."""

    secret: str = Field(
        description="To verify signatures with; shown this once. Empty in a repeated answer.",
        examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"],
    )


class EndpointBody(Body):
    """Where to send what."""

    url: Url = Field(
        description="https, of a public host.", examples=["https://erp.example.com/hooks"]
    )
    description: OptionalLine = Field("", description="What for.", examples=["Bookkeeping"])
    types: Annotated[list[Type], Field(max_length=50)] = Field(
        [], description="Which messages; none: all.", examples=[["order.placed"]]
    )
    personal: Truth = Field(
        False, description="Whether names and addresses go along.", examples=[False]
    )


class NewEndpointBody(EndpointBody):
    """Where to send what, and from when on."""

    start: Literal["now", "beginning"] = Field(
        "now", description="What happens from now on, or all that ever did.", examples=["now"]
    )


@router.get("/webhooks/endpoints", response=list[EndpointReply])
def endpoints(request: HttpRequest) -> tuple[Endpoint, ...]:
    """Read every endpoint."""
    return selectors.endpoints()


@router.post("/webhooks/endpoints", response={201: SecretReply})
def add_endpoint(request: HttpRequest, body: NewEndpointBody) -> SecretReply:
    """Register an address; the answer holds its secret."""
    added = commands.add_endpoint(
        AddEndpoint(
            url=body.url,
            description=body.description,
            types=tuple(body.types),
            personal=body.personal,
            start=body.start,
        )
    )
    return with_secret(added.endpoint_id, added.secret_id)


def with_secret(endpoint_id: UUID, secret_id: UUID) -> SecretReply:
    shown = EndpointReply.model_validate(selectors.endpoint(endpoint_id)).model_dump()
    return SecretReply(**shown, secret=commands.shown_secret(secret_id))


@router.get("/webhooks/endpoints/{endpoint_id}", response=EndpointReply)
def endpoint(request: HttpRequest, endpoint_id: EndpointId) -> Endpoint:
    """Read one endpoint."""
    return selectors.endpoint(endpoint_id)


@router.put("/webhooks/endpoints/{endpoint_id}", response=EndpointReply)
def change_endpoint(request: HttpRequest, endpoint_id: EndpointId, body: EndpointBody) -> Endpoint:
    """Say anew where to send what; what waits goes there too."""
    commands.change_endpoint(
        ChangeEndpoint(
            endpoint_id=endpoint_id,
            url=body.url,
            description=body.description,
            types=tuple(body.types),
            personal=body.personal,
        )
    )
    return selectors.endpoint(endpoint_id)


@router.delete("/webhooks/endpoints/{endpoint_id}", response={204: None})
def remove_endpoint(request: HttpRequest, endpoint_id: EndpointId) -> None:
    """Forget an endpoint and what was sent to it."""
    commands.remove_endpoint(endpoint_id)


class RotationBody(Body):
    """How long the old secret still signs."""

    overlap_seconds: Annotated[int, Field(strict=True, ge=0, le=604_800)] = Field(
        86_400, description="Beside the new one; at most a week.", examples=[86400]
    )


@router.post("/webhooks/endpoints/{endpoint_id}/secret", response=SecretReply)
def rotate_secret(request: HttpRequest, endpoint_id: EndpointId, body: RotationBody) -> SecretReply:
    """Make a new secret; for a while both sign."""
    secret_id = commands.rotate_secret(
        RotateSecret(endpoint_id=endpoint_id, overlap_seconds=body.overlap_seconds)
    )
    return with_secret(endpoint_id, secret_id)


class SwitchBody(Body):
    """On or off."""

    on: Truth = Field(description="Whether to send.", examples=[True])


@router.post("/webhooks/endpoints/{endpoint_id}/switch", response=EndpointReply)
def switch_endpoint(request: HttpRequest, endpoint_id: EndpointId, body: SwitchBody) -> Endpoint:
    """Switch off, or on again; then what waited is sent in order."""
    commands.switch_endpoint(SwitchEndpoint(endpoint_id=endpoint_id, on=body.on))
    return selectors.endpoint(endpoint_id)


class SeekBody(Body):
    """From where to send again."""

    position: Annotated[int, Field(strict=True, ge=1, le=9_007_199_254_740_991)] = Field(
        description="Of the first message to send.", examples=[1]
    )


class SeekReply(Reply):
    """How far a seek is."""

    from_position: int = Field(description="Where it began.", examples=[1])
    until_position: int = Field(description="The end of the log then.", examples=[1200])
    asked_at: datetime = Field(description="UTC.")
    total: int = Field(description="Messages between the two.", examples=[400])
    done: int = Field(description="Of these, no longer on their way.", examples=[380])


@router.post("/webhooks/endpoints/{endpoint_id}/seek", response=SeekReply)
def seek(request: HttpRequest, endpoint_id: EndpointId, body: SeekBody) -> Seeking | None:
    """Send everything again from a position on, in order."""
    commands.seek(Seek(endpoint_id=endpoint_id, position=body.position))
    return selectors.seeking(endpoint_id)


@router.get("/webhooks/endpoints/{endpoint_id}/seek", response=SeekReply | None)
def seeking(request: HttpRequest, endpoint_id: EndpointId) -> Seeking | None:
    """Read how far the last seek is; null if there was none."""
    return selectors.seeking(endpoint_id)
