"""Effects of orders: each calls one command."""

from uuid import UUID

from events.effects import effect
from modules.orders import commands


@effect("orders.expire_unpaid", max_attempts=20)
def expire_unpaid(effect_id: UUID, order_id: UUID) -> None:
    commands.expire_unpaid(order_id)
