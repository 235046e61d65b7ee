"""Every event that the ledger ever stored still loads, and it reads those of all others."""

import json
from pathlib import Path

import pytest

from events import codec
from events.database import fetch
from modules.giftcards.commands import issue_gift_card
from modules.giftcards.contracts import IssueGiftCard
from modules.kernel.money import Money
from modules.ledger.domain.booking import Booking
from modules.ledger.domain.facts import FACTS
from tests.architecture.golden import SAMPLES
from tests.support.history import keeps, loaded, missing, samples

FOLDER = Path(__file__).parent / "history"


@pytest.mark.parametrize(("topic", "payload"), samples(FOLDER).items(), ids=samples(FOLDER))
def test_a_stored_event_loads_with_all_it_said(topic: str, payload: bytes) -> None:
    assert keeps(payload, codec.encode(codec.own_fields(loaded(topic, payload))))


def test_every_event_has_a_stored_sample() -> None:
    assert missing(FOLDER, "ledger.") == []


def test_the_second_version_of_a_booking_says_what_the_first_could_not() -> None:
    event = loaded("ledger.booking.recorded.v2", samples(FOLDER)["ledger.booking.recorded.v2"])
    assert isinstance(event, Booking.Recorded)
    assert event.reason == "gift-card"


@pytest.mark.django_db
@pytest.mark.usefixtures("shop")
def test_a_gift_card_is_still_booked_as_the_stored_sample_has_it() -> None:
    issue_gift_card(IssueGiftCard(amount=Money(5_000, "EUR")))
    ((payload,),) = fetch(
        "SELECT payload::text FROM es.event WHERE topic = 'ledger.booking.recorded.v2'"
    )
    now, then = json.loads(payload), json.loads(samples(FOLDER)["ledger.booking.recorded.v2"])
    assert now.pop("evidence").keys() == then.pop("evidence").keys()
    assert now == then


@pytest.mark.parametrize("topic", FACTS)
def test_the_ledger_finds_what_it_needs_in_every_version_of_an_event(topic: str) -> None:
    stored = {path.stem: json.loads(path.read_text())["payload"] for path in golden(topic)}
    assert stored
    for path in SAMPLES.parent.glob(f"*/history/{topic}.v*.json"):
        stored[f"{path.stem} of {path.parent}"] = json.loads(path.read_text())
    for name, payload in stored.items():
        fields = codec.decode_fields(name.partition(" ")[0], codec.encode(payload))
        assert isinstance(codec.decode(codec.encode(fields), FACTS[topic]), FACTS[topic])


def golden(topic: str) -> list[Path]:
    return sorted(SAMPLES.glob(f"{topic}.v*.json"))
