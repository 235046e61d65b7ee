"""What the audit's addresses share: which kinds of streams they know."""

from typing import Annotated, Literal
from uuid import UUID

from ninja import Path

from modules.audit import selectors
from modules.audit.contracts import StreamUnknown
from modules.wire import Identifier

Kind = Annotated[Literal["orders", "payments"], Path(description="Whose history.")]
StreamId = Annotated[Identifier, Path(description="The order's or the payment's id.")]


def named(kind: str, stream_id: UUID) -> UUID:
    """Returns the id of a stream of this kind. Raises: StreamUnknown: there is none."""
    if not selectors.head(stream_id).kind.startswith(f"{kind}."):
        raise StreamUnknown(f"This is not the id of one of the {kind}.", reference=str(stream_id))
    return stream_id
