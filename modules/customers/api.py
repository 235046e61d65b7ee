"""Who the shop takes the caller for: the first thing to ask with a new key."""

from uuid import UUID

from ninja import Router
from pydantic import Field

from modules.wire import Called, Reply

router = Router(tags=["caller"])


class CallerReply(Reply):
    """The caller and what it may do."""

    actor: str = Field(description="Stamped on all it does.", examples=["api-key:0192f0c1"])
    customer_id: UUID | None = Field(description="Of a signed-in person.")
    scopes: tuple[str, ...] = Field(description="What it may do.", examples=[["orders:read"]])


@router.get("/me", response=CallerReply)
def me(request: Called) -> CallerReply:
    """Say who calls and what it may do."""
    caller = request.auth
    return CallerReply(
        actor=caller.actor, customer_id=caller.customer_id, scopes=tuple(sorted(caller.scopes))
    )
