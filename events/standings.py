"""Where read models stand: which generations there are, and how far behind the log each is."""

from dataclasses import dataclass
from datetime import datetime

from events import projections
from events.database import fetch
from events.store import log_head


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where one generation of a projection stands; `lag` counts events of the log."""

    projection: str
    generation: int
    state: str
    position: int | None
    lag: int
    updated_at: datetime | None


def standings() -> list[Standing]:
    """Returns every projection and its generations. Inline ones are never behind."""
    head = log_head()
    known = {
        (name, state): Standing(
            projection=name,
            generation=generation,
            state=state,
            position=position,
            lag=head - position,
            updated_at=updated_at,
        )
        for name, generation, state, position, updated_at in fetch(
            "SELECT name, generation, state, position, updated_at FROM es.projection"
            " ORDER BY name, generation"
        )
    }
    found: list[Standing] = []
    for name, projection in sorted(projections.registered().items()):
        live = known.pop((name, "live"), None)
        if live is None or projection.mode == "inline":
            live = Standing(
                projection=name,
                generation=live.generation if live else 1,
                state="live",
                position=None,
                lag=0,
                updated_at=None,
            )
        found.append(live)
    return sorted([*found, *known.values()], key=lambda each: (each.projection, each.generation))
