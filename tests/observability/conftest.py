"""What the shop writes and counts, caught."""

import io
import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from config.logs import REQUESTS, RequestLine
from events.metrics import REGISTRY


@dataclass
class Lines:
    """The lines that requests have written, as production writes them."""

    stream: io.StringIO

    def all(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]

    def last(self) -> dict[str, Any]:
        return self.all()[-1]


@pytest.fixture
def lines() -> Iterator[Lines]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(RequestLine(json=True))
    logger = logging.getLogger(REQUESTS)
    logger.addHandler(handler)
    yield Lines(stream)
    logger.removeHandler(handler)


def counted(name: str, **labels: str) -> float:
    """Returns what a metric of the code stands at, 0 if nothing was counted."""
    return REGISTRY.get_sample_value(f"counterfoil_{name}", labels) or 0.0
