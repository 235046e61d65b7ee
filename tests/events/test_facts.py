"""Published facts: told in the transaction in which they happened, in order."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

import pytest

from events import facts, store
from events.aggregate import Event
from events.context import current_context
from events.store import RecordedEvent
from modules.kernel.errors import Conflict
from modules.kernel.identity import new_id
from tests.events.sample import FillParcel, OpenParcel, Parcel, fill_parcel, open_parcel

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class ItemPacked:
    parcel_id: UUID
    item: str


heard: list[str] = []
causes: list[UUID | None] = []


def packed_facts(event: Parcel.Filled, recorded: RecordedEvent) -> Iterable[object]:
    yield ItemPacked(recorded.stream_id, event.item)


def hear_first(fact: ItemPacked) -> None:
    heard.append(f"first {fact.item}")
    causes.append(current_context().causation_id)


def hear_second(fact: ItemPacked) -> None:
    heard.append(f"second {fact.item}")
    if fact.item == "forbidden":
        raise Conflict("not this one")
    if fact.item == "box":
        fill_parcel(FillParcel(fact.parcel_id, "lid"))


facts.translate(Parcel.Filled, ItemPacked, packed_facts)
facts.subscribe(ItemPacked, hear_first)
facts.subscribe(ItemPacked, hear_second)


@pytest.fixture(autouse=True)
def _forget_heard() -> None:
    heard.clear()
    causes.clear()


def opened() -> UUID:
    return open_parcel(OpenParcel(new_id(), "to Lyon"))


def test_subscribers_hear_a_fact_in_the_order_they_subscribed() -> None:
    fill_parcel(FillParcel(opened(), "mug"))
    assert heard == ["first mug", "second mug"]
    assert facts.subscribers(ItemPacked) == (hear_first, hear_second)
    assert facts.published_as(Parcel.Filled) is ItemPacked


def test_what_a_subscriber_does_is_caused_by_the_event() -> None:
    parcel_id = opened()
    fill_parcel(FillParcel(parcel_id, "box"))
    _, box, lid = store.read_stream(parcel_id)
    assert causes == [box.event_id, lid.event_id]
    assert lid.causation_id == box.event_id
    assert lid.correlation_id == box.correlation_id


def test_a_subscriber_that_refuses_undoes_the_command() -> None:
    parcel_id = opened()
    with pytest.raises(Conflict, match="not this one"):
        fill_parcel(FillParcel(parcel_id, "forbidden"))
    assert [row.version for row in store.read_stream(parcel_id)] == [1]


def test_a_second_translation_and_a_second_subscription_are_mistakes() -> None:
    with pytest.raises(ValueError, match="already"):
        facts.translate(Parcel.Filled, ItemPacked, packed_facts)
    with pytest.raises(ValueError, match="already"):
        facts.subscribe(ItemPacked, hear_first)


def test_an_event_without_a_topic_cannot_be_translated() -> None:
    class Stray(Event, frozen=True):
        pass

    with pytest.raises(TypeError, match="has no topic"):
        facts.translate(Stray, ItemPacked, lambda event, recorded: ())
