"""Erasing somebody while they order: one comes first, and nothing is left half sealed."""

import threading
from collections.abc import Iterator

import pytest
from django.db import connection, transaction

from events.privacy.erasing import destroy_keys
from events.privacy.keys import stored_keyring
from modules.kernel.clock import now
from modules.kernel.identity import new_id
from tests.support.store import empty_store
from tests.support.waiting import LIMIT_SECONDS

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _empty_store() -> Iterator[None]:
    empty_store()
    yield
    empty_store()


def test_two_first_orders_of_one_person_agree_on_one_key() -> None:
    subject, found = new_id(), []
    together = threading.Barrier(4)

    def seal() -> None:
        together.wait()
        with transaction.atomic():
            found.append(stored_keyring.for_sealing(subject, ["order", "invoice"]))
        connection.close()

    run([threading.Thread(target=seal) for _ in range(4)])
    assert len({keys["order"].id for keys in found}) == len({k["invoice"].id for k in found}) == 1


def test_an_erasure_waits_for_the_order_that_is_being_sealed() -> None:
    subject, order_of_things = new_id(), []
    stored_keyring.for_sealing(subject, ["order"])
    sealing, erasing = threading.Event(), threading.Event()

    def seal() -> None:
        with transaction.atomic():
            stored_keyring.for_sealing(subject, ["order"])
            sealing.set()
            erasing.wait(LIMIT_SECONDS)
            # Long enough for the other one to reach the row, were it not locked.
            threading.Event().wait(0.3)
            order_of_things.append("sealed")
        connection.close()

    def erase() -> None:
        sealing.wait(LIMIT_SECONDS)
        erasing.set()
        with transaction.atomic():
            destroy_keys([subject], now())
        order_of_things.append("erased")
        connection.close()

    run([threading.Thread(target=seal), threading.Thread(target=erase)])
    assert order_of_things == ["sealed", "erased"]


def run(threads: list[threading.Thread]) -> None:
    for each in threads:
        each.start()
    for each in threads:
        each.join(LIMIT_SECONDS)
    assert not any(each.is_alive() for each in threads)
