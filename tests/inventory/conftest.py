"""What the other modules would hear."""

from collections.abc import Iterator

import pytest

from events import facts
from modules.inventory.contracts import AvailabilityChanged


@pytest.fixture
def crossings() -> Iterator[list[tuple[str, str]]]:
    """The availability changes published during a test, as (SKU, availability)."""
    heard: list[tuple[str, str]] = []

    def listen(fact: AvailabilityChanged) -> None:
        heard.append((fact.sku, fact.availability))

    facts.subscribe(AvailabilityChanged, listen)
    yield heard
    facts._handlers[AvailabilityChanged].remove(listen)
