"""What happens to baskets as time goes by."""

from datetime import timedelta
from uuid import UUID

from events.timetable import periodic
from modules.carts.commands import remove_abandoned_carts
from modules.kernel import clock

# As long as the browser keeps the basket's cookie: nobody can come back to it later.
ABANDONED = timedelta(days=60)


@periodic("carts.remove_abandoned", every=timedelta(days=1))
def remove_abandoned(effect_id: UUID) -> None:
    """Deletes baskets that nobody can come back to: their cookie has ended."""
    remove_abandoned_carts(clock.now() - ABANDONED)
