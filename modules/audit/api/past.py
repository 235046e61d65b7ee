"""Whole read models as of the past, over HTTP: asked for, watched, and taken as lines of JSON."""

from typing import Annotated
from uuid import UUID

from django.http import FileResponse, HttpRequest
from ninja import Path, Router
from pydantic import Field

from modules.audit import selectors
from modules.audit.commands import ask_past
from modules.audit.contracts import AskPast, RunUnknown, RunView
from modules.wire import Body, Identifier, Moment, Reply

router = Router(tags=["audit"])

RunId = Annotated[Identifier, Path(description="Of what was asked for.")]


class PastBody(Body):
    """Which read model, and up to where the log counts; all of it if nothing is said."""

    read_model: Annotated[str, Field(min_length=1, max_length=100)] = Field(
        description="Its name.", examples=["orders.orders"]
    )
    position: Annotated[int, Field(strict=True, ge=0, le=999_999_999_999_999)] | None = Field(
        None, description="After so many events; not with `as_known_at`.", examples=[120]
    )
    as_known_at: Moment | None = Field(
        None, description="What the shop knew then.", examples=["2026-03-01T12:00:00Z"]
    )
    as_effective_at: Moment | None = Field(
        None, description="What had become true by then.", examples=["2026-03-01T12:00:00Z"]
    )


class PastReply(Reply):
    """How far the worker is with it."""

    id: UUID = Field(description="Of what was asked for.")
    outcome: str = Field(description="Empty, then good or failed.", examples=["good"])
    message: str = Field(description="Why it failed, or empty.", examples=[""])
    done: int = Field(description="Positions folded.", examples=[120])
    total: int = Field(description="Positions to fold.", examples=[120])


@router.post("/past", response={202: PastReply}, openapi_extra={"x-refusals": [409]})
def ask(request: HttpRequest, body: PastBody) -> RunView:
    """Have the worker fold a whole read model as it was; the same while it is under way."""
    return selectors.run(ask_past(AskPast(**body.model_dump())))


@router.get("/past/{run_id}", response=PastReply)
def progress(request: HttpRequest, run_id: RunId) -> RunView:
    """Read how far it is."""
    return looked_back(run_id)


@router.get(
    "/past/{run_id}/rows",
    openapi_extra={
        "responses": {200: {"content": {"application/x-ndjson": {"schema": {"type": "string"}}}}}
    },
)
def rows(request: HttpRequest, run_id: RunId) -> FileResponse:
    """Read its rows: a line about them, then each as canonical JSON; personal data is sealed."""
    looked_back(run_id)
    file = selectors.past_rows(run_id).open("rb")
    return FileResponse(file, content_type="application/x-ndjson")


def looked_back(run_id: UUID) -> RunView:
    """Raises: RunUnknown: nobody asked for it, or it is other work."""
    found = selectors.run(run_id)
    if found.kind != "past":
        raise RunUnknown("Nobody asked for this.", run_id=str(run_id))
    return found
