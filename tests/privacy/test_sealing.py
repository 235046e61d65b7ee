"""A sealed field opens where it was sealed, for as long as its key exists, and nowhere else."""

import time
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import msgspec
import pytest
import time_machine
from django.db import connection

from events import codec
from events.errors import PersonalKeyMissing, SealBroken
from events.privacy.erasing import destroy_due_keys, destroy_keys
from events.privacy.keys import REMEMBERED_SECONDS, stored_keyring
from events.privacy.marks import marked
from events.privacy.secrets import guest_subject, keyed_digest, subject_of
from modules.kernel.clock import now
from modules.kernel.identity import new_id
from modules.orders.domain.order import Order
from tests.orders.story import CONTACT, quote

pytestmark = pytest.mark.django_db
LEA = guest_subject("lea@example.org")


def placed(order_id: UUID | None = None, email: str = "lea@example.org") -> Order.Placed:
    return Order.Placed(
        originator_id=order_id or new_id(),
        originator_version=1,
        number="7K3M-9QXA",
        cart_id=new_id(),
        customer_id=None,
        contact=replace(CONTACT, email=email),
        quote=quote(),
    )


def read(event: Order.Placed, payload: bytes) -> Order.Placed:
    found = codec.decode_event("orders.order.placed.v1", payload, event.originator_id, 1)
    assert isinstance(found, Order.Placed)
    return found


def test_every_personal_field_of_an_order_is_marked() -> None:
    names = {(mark.name, mark.purpose) for mark in marked(Order.Placed)}
    assert names == {
        ("contact.email", "order"),
        ("contact.delivery_address", "order"),
        ("contact.billing_address", "invoice"),
    }
    for event_class in (Order.ReturnRequested, Order.Cancelled, Order.LinesCancelled):
        assert [mark.name for mark in marked(event_class)] == ["reason"]


def test_a_stored_event_shows_nothing_and_reads_as_it_was() -> None:
    event = placed()
    payload = codec.encode_event(event)
    assert b"lea@example.org" not in payload
    assert b"Lilas" not in payload
    assert read(event, payload).contact == CONTACT
    assert read(event, payload).subject == LEA


def test_sealing_twice_gives_other_bytes_of_the_same_meaning() -> None:
    event = placed()
    first, second = codec.encode_event(event), codec.encode_event(event)
    assert first != second
    assert read(event, first) == read(event, second)


def swapped(payload: bytes, one: str, other: str) -> bytes:
    fields = msgspec.json.decode(payload)
    contact = fields["contact"]
    contact[one], contact[other] = contact[other], contact[one]
    return msgspec.json.encode(fields)


def test_a_sealed_value_does_not_open_in_another_field() -> None:
    event = placed()
    with pytest.raises(SealBroken):
        read(event, swapped(codec.encode_event(event), "email", "delivery_address"))
    with pytest.raises(SealBroken):
        read(event, swapped(codec.encode_event(event), "delivery_address", "billing_address"))


def test_a_sealed_value_does_not_open_in_another_order_of_the_same_person() -> None:
    payload = codec.encode_event(placed())
    with pytest.raises(SealBroken):
        read(placed(), payload)


def test_a_sealed_value_does_not_open_for_another_person() -> None:
    event = placed()
    mine = msgspec.json.decode(codec.encode_event(event))
    theirs = msgspec.json.decode(codec.encode_event(placed(event.originator_id, "noa@shop.test")))
    mine["contact"]["email"] = {**mine["contact"]["email"], "k": theirs["contact"]["email"]["k"]}
    with pytest.raises(SealBroken):
        read(event, msgspec.json.encode(mine))


def test_a_lost_key_reads_as_erased_and_breaks_nothing() -> None:
    event = placed()
    payload = codec.encode_event(event)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM pii.key")
    stored_keyring.forget()
    contact = read(event, payload).contact
    assert (
        contact.email == contact.delivery_address.name == contact.billing_address.city == "erased"
    )
    assert read(event, payload).number == "7K3M-9QXA"


def test_the_wrong_key_of_keys_is_an_error_and_not_an_erasure(
    settings: pytest.FixtureRequest,
) -> None:
    event = placed()
    payload = codec.encode_event(event)
    stored_keyring.forget()
    settings.PII_KEYS = (b"x" * 32,)  # type: ignore[attr-defined]
    with pytest.raises(PersonalKeyMissing):
        read(event, payload)


def test_a_newer_key_of_keys_wraps_while_the_older_one_still_opens(
    settings: pytest.FixtureRequest,
) -> None:
    event = placed()
    payload, digest = codec.encode_event(event), keyed_digest("subject", b"lea")
    stored_keyring.forget()
    settings.PII_KEYS = (b"n" * 32, *settings.PII_KEYS)  # type: ignore[attr-defined]
    assert read(event, payload).contact == CONTACT
    assert keyed_digest("subject", b"lea") == digest
    newer = placed(email="noa@shop.test")
    assert read(newer, codec.encode_event(newer)).contact.email == "noa@shop.test"


def test_nothing_is_sealed_under_a_key_that_was_destroyed_although_it_is_remembered() -> None:
    codec.encode_event(placed())
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM pii.key")
    event = placed()
    payload = codec.encode_event(event)
    stored_keyring.forget()
    assert read(event, payload).contact == CONTACT


def test_a_customer_s_subject_is_the_account_and_a_guest_s_follows_from_the_address() -> None:
    account = new_id()
    assert subject_of(account, "lea@example.org") == account
    assert subject_of(None, " LEA@example.org") == LEA != guest_subject("noa@example.org")


def test_orders_without_any_address_are_each_their_own_person() -> None:
    one, other = placed(email=""), placed(email="")
    assert (one.whose(), other.whose()) == (one.originator_id, other.originator_id)
    assert read(one, codec.encode_event(one)).contact == one.contact


def test_what_follows_an_order_is_sealed_for_the_same_person() -> None:
    order = Order.fold(new_id(), [placed()])
    order.cancel("my neighbour wants none")
    event = order.collect_events()[0]
    payload = codec.encode_event(event)
    assert event.whose() == LEA
    assert b"neighbour" not in payload
    assert msgspec.json.decode(payload)["subject"] == str(LEA)


def test_an_invoice_key_outlives_its_person_until_the_law_s_period_ends() -> None:
    codec.encode_event(placed())
    destroy_keys([LEA], now())
    assert purposes() == ["invoice"]
    assert destroy_due_keys() == 0
    with time_machine.travel(now() + timedelta(days=3654)):
        assert destroy_due_keys() == 1
    assert purposes() == []


def test_who_comes_back_after_an_erasure_gets_keys_of_their_own() -> None:
    codec.encode_event(placed())
    destroy_keys([LEA], now())
    codec.encode_event(placed())
    destroy_keys([LEA], now() - timedelta(hours=1))
    assert purposes() == ["invoice", "invoice", "order"]


def test_a_remembered_key_is_forgotten_after_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    event = placed()
    payload = codec.encode_event(event)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM pii.key")
    assert read(event, payload).contact == CONTACT
    later = time.monotonic() + REMEMBERED_SECONDS + 1
    monkeypatch.setattr("events.privacy.keys.time.monotonic", lambda: later)
    assert read(event, payload).contact.email == "erased"


def purposes() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT purpose FROM pii.key ORDER BY purpose")
        return [row[0] for row in cursor.fetchall()]
