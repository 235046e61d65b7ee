"""What happens when a price that was listed ahead comes into force."""

from uuid import UUID

from events.effects import effect
from modules.kernel import clock
from modules.pricing.commands import PRICES_DUE, announce_due_prices


@effect(PRICES_DUE)
def announce_due(effect_id: UUID) -> None:
    announce_due_prices(clock.now())
