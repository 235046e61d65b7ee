"""A small open shop, and somebody's system that wants to hear of its orders."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.support.receiver import Receiver, receiver
from tests.support.trade import open_shop


@pytest.fixture
def shop(db: None, settings: Settings) -> None:
    settings.WEBHOOKS_LOCAL = True
    open_shop(units=1000)


@pytest.fixture
def system() -> Iterator[Receiver]:
    with receiver() as found:
        yield found
