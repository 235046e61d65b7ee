"""What can be asked about webhooks."""

import msgspec

from modules.webhooks.contracts import MessageType
from modules.webhooks.domain.messages import DATA, VERSION


def message_types() -> tuple[MessageType, ...]:
    """Returns every type of message, in the order of an order's life."""
    found = []
    for name, data in DATA.items():
        (schema,), _ = msgspec.json.schema_components((data,))
        found.append(
            MessageType(type=name, version=VERSION, summary=(data.__doc__ or ""), schema=schema)
        )
    return tuple(found)
