"""Every examination ever stored still loads, field by field."""

from pathlib import Path

import pytest

from events import codec
from modules.audit.domain.examination import Examination
from tests.support.history import keeps, loaded, missing, samples

FOLDER = Path(__file__).parent / "history"
PREFIX = f"{Examination.kind}."


@pytest.mark.parametrize(("topic", "payload"), samples(FOLDER).items(), ids=samples(FOLDER))
def test_a_stored_event_loads_with_all_it_said(topic: str, payload: bytes) -> None:
    assert keeps(payload, codec.encode(codec.own_fields(loaded(topic, payload))))


def test_every_event_has_a_stored_sample() -> None:
    assert missing(FOLDER, PREFIX) == []
