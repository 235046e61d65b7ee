"""Declaring events: registered names, told when they cannot work, readable for ever."""

from datetime import UTC, datetime
from typing import Any

import eventsourcing.domain
import msgspec
import pytest

from events import codec, registry
from events.aggregate import Aggregate, Event
from events.errors import UnknownTopic
from events.registry import event, upcast
from tests.events.sample import Parcel, ParcelClosed, Weight
from tests.support.given import AN_ID, given, past

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)


class Jar(Aggregate):
    kind = "sample.jar"

    @event("sample.jar.labelled", version=3)
    class Labelled(Event, frozen=True):
        text: str
        language: str

        def apply(self, aggregate: Any) -> None:
            aggregate.text = self.text


@upcast("sample.jar.labelled", from_version=1)
def rename_label(fields: dict[str, Any]) -> dict[str, Any]:
    return {"text": fields["label"]}


@upcast("sample.jar.labelled", from_version=2)
def say_the_language(fields: dict[str, Any]) -> dict[str, Any]:
    return {**fields, "language": "en"}


class LampEvents:
    @event("sample.lamp.lit", version=1)
    class Lit(Event, frozen=True):
        pass


class Lamp(LampEvents, Aggregate):
    kind = "sample.lamp"


def test_many_events_may_stand_in_a_plain_base_of_their_aggregate() -> None:
    assert registry.aggregate_of(Lamp.Lit) is Lamp


def test_whoever_inherits_an_aggregate_does_not_take_its_events() -> None:
    class Copied(Lamp):
        kind = "sample.copied"

    assert registry.aggregate_of(Copied.Lit) is Lamp


def test_a_command_is_tested_without_a_database() -> None:
    (
        given(Parcel, past(Parcel.Opened, label="to Lyon"))
        .when(lambda parcel: parcel.fill("mug"))
        .then(past(Parcel.Filled, item="mug"))
    )


def test_a_creating_command_is_given_nothing() -> None:
    (
        given(Parcel)
        .when(lambda _: Parcel.open(AN_ID, "to Lyon"))
        .then(past(Parcel.Opened, label="to Lyon", weight=Weight(0)))
    )


def test_a_refusal_leaves_no_event() -> None:
    (
        given(Parcel, past(Parcel.Opened, label="to Lyon"), past(Parcel.Closed, closed_at=NOON))
        .when(lambda parcel: parcel.fill("mug"))
        .then_raises(ParcelClosed, "is closed")
    )


def test_a_command_with_nothing_to_do_stays_quiet() -> None:
    (
        given(Parcel, past(Parcel.Opened, label="to Lyon"), past(Parcel.Closed, closed_at=NOON))
        .when(lambda parcel: parcel.close(NOON))
        .then()
    )


def test_given_tells_when_the_wrong_events_came() -> None:
    acted = given(Parcel, past(Parcel.Opened, label="a")).when(lambda parcel: parcel.fill("mug"))
    with pytest.raises(AssertionError):
        acted.then(past(Parcel.Filled, item="print"))
    with pytest.raises(AssertionError):
        acted.then_raises(ParcelClosed)


def test_an_aggregate_is_one_of_the_librarys() -> None:
    parcel = Parcel.open(AN_ID, "to Lyon")
    assert isinstance(parcel, eventsourcing.domain.Aggregate)
    [opened] = parcel.collect_events()
    assert isinstance(opened, eventsourcing.domain.CanMutateProtocol)
    rebuilt = opened.mutate(None)
    assert isinstance(rebuilt, Parcel)
    assert (rebuilt.id, rebuilt.version, rebuilt.label) == (AN_ID, 1, "to Lyon")


def test_the_same_event_gives_the_same_bytes() -> None:
    event = Parcel.Opened(originator_id=AN_ID, originator_version=1, label="é", weight=Weight(5))
    assert codec.encode_event(event) == '{"label":"é","weight":{"grams":5}}'.encode()


def test_no_payload_can_claim_another_stream() -> None:
    payload = b'{"item":"mug","originator_id":"00000000-0000-0000-0000-000000000000"}'
    read = codec.decode_event("sample.parcel.filled.v1", payload, AN_ID, 7)
    assert (read.originator_id, read.originator_version) == (AN_ID, 7)


def test_a_payload_that_does_not_fit_its_class_is_an_error() -> None:
    with pytest.raises(msgspec.ValidationError):
        codec.decode_event("sample.parcel.filled.v1", b'{"item":5}', AN_ID, 1)


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        ("sample.jar.labelled.v1", b'{"label":"figs"}'),
        ("sample.jar.labelled.v2", b'{"text":"figs"}'),
        ("sample.jar.labelled.v3", b'{"text":"figs","language":"en"}'),
    ],
)
def test_events_of_every_version_load_as_the_present_one(topic: str, payload: bytes) -> None:
    read = codec.decode_event(topic, payload, AN_ID, 1)
    assert read == Jar.Labelled(
        originator_id=AN_ID, originator_version=1, text="figs", language="en"
    )


@pytest.mark.parametrize(
    "topic", ["os.system", "os.system.v1", "sample.jar.labelled.v4", "sample.jar.labelled.vx", ""]
)
def test_an_unregistered_topic_is_unknown(topic: str) -> None:
    with pytest.raises(UnknownTopic):
        codec.decode_event(topic, b"{}", AN_ID, 1)


def test_two_classes_cannot_share_a_topic() -> None:
    with pytest.raises(registry.RegistryError, match=r"both named sample\.jar\.labelled"):

        @event("sample.jar.labelled")
        class Again(Event, frozen=True):
            pass


def test_an_undecorated_event_cannot_be_triggered() -> None:
    class Bare(Event, frozen=True):
        pass

    with pytest.raises(registry.RegistryError, match="decorate it"):
        Parcel.open(AN_ID, "to Lyon").trigger_event(Bare)


def test_the_check_names_every_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_classes", "_topics", "_versions", "_names", "_aggregates"):
        monkeypatch.setattr(registry, name, dict(getattr(registry, name)))
    assert registry.check() == []

    @event("sample.loose.spilled", version=2)
    class Spilled(Event, frozen=True):
        pass

    class Cup(Aggregate):
        class Emptied(Event, frozen=True):
            pass

    problems = "\n".join(registry.check())
    assert "sample.loose.spilled.v2: no upcaster from version 1" in problems
    assert "Spilled is not nested in an aggregate" in problems
    assert "Emptied has no @event decorator" in problems
    assert "Cup has no kind" in problems
