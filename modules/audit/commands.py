"""The one thing an auditor writes: why personal data was looked at."""

from events.commands import command
from events.context import current_context
from events.database import execute
from modules.audit.contracts import OpenSeals, ReasonMissing
from modules.audit.selectors import head
from modules.kernel.clock import now
from modules.kernel.identity import new_id

LEAST_CHARACTERS = 10


@command
def open_seals(message: OpenSeals) -> None:
    """Records who looks at a stream's personal data and why; only then may it be shown.

    Raises:
        StreamUnknown: there is no such stream.
        ReasonMissing: fewer than ten characters are no reason.
    """
    reason = message.reason.strip()
    if len(reason) < LEAST_CHARACTERS:
        raise ReasonMissing(
            "Say in a few words why you need to see personal data.", least=LEAST_CHARACTERS
        )
    stream_id = head(message.stream_id).stream_id
    execute(
        "INSERT INTO pii.look (id, actor, reason, stream_id, looked_at)"
        " VALUES (%s, %s, %s, %s, %s)",
        (new_id(), current_context().actor, reason, stream_id, now()),
    )
