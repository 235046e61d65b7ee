"""A small open shop, and somebody's system that wants to hear of its orders."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from pytest_django import Settings

from modules.webhooks.domain import schedule
from tests.support.receiver import Receiver, receiver
from tests.support.trade import open_shop


@pytest.fixture
def shop(db: None, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.WEBHOOKS_LOCAL = True
    # A busy machine may take longer than the first five seconds from an attempt to a look at it.
    monkeypatch.setattr(schedule, "PAUSES", (timedelta(minutes=1), *schedule.PAUSES[1:]))
    open_shop(units=1000)


@pytest.fixture
def system() -> Iterator[Receiver]:
    with receiver() as found:
        yield found
