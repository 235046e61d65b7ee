"""Whole read models as they were: what was written down then is what is folded today."""

import json
from collections.abc import Iterator
from io import BytesIO

import pytest
from django.db import connections

from events import follower, scratch
from events.database import execute, fetch
from events.generations import models, quoted, tables
from events.moments import AsOf
from events.projections import registered
from events.sequencer import sequence
from events.store import log_head
from modules.kernel.clock import now
from tests.api.conftest import keyholder, seed
from tests.audit.dealing import Dealer
from tests.support.store import empty_store

pytestmark = pytest.mark.django_db(transaction=True)

STEPS, EVERY = 200, 20
SCOPES = "audit:read carts:write orders:read orders:write payments:write stock:write".split(" ")
type Rows = dict[tuple[str, str], dict[str, object]]


@pytest.fixture(autouse=True)
def _empty(transactional_db: None) -> Iterator[None]:
    empty_store()
    yield
    empty_store()
    connections["default"].close()


def names() -> list[str]:
    return [name for name in registered() if not name.startswith("sample.")]


def written(name: str, *, position: int | None = None, as_of: AsOf = AsOf()) -> bytes:
    file = BytesIO()
    with scratch.folded(name, position=position, as_of=as_of) as found:
        scratch.write(found, file)
    return file.getvalue()


def live(name: str) -> bytes:
    """Returns the rows that pages read, as a read model of the past is written."""
    lines = [
        scratch.as_line({"table": model._meta.db_table, "row": row})
        for model in models(registered()[name])
        for row in scratch.rows_of(model)
    ]
    return b"".join(lines)


def same(stored: bytes, folded: bytes) -> bool:
    """Compares rows, of which the folded ones have their personal fields sealed."""
    left, right = (
        [json.loads(line)["row"] for line in each.splitlines()]
        for each in (stored, folded.partition(b"\n")[2])
    )
    return len(left) == len(right) and all(
        mine.keys() == yours.keys()
        and all(mine[name] == yours[name] or "sealed" in str(yours[name]) for name in mine)
        for mine, yours in zip(left, right, strict=True)
    )


def forget_the_present() -> None:
    wanted = sorted({table for name in names() for table in tables(registered()[name])})
    execute(f"TRUNCATE {', '.join(map(quoted, wanted))} CASCADE")


def test_read_models_saved_along_200_random_steps_are_folded_again_to_the_byte() -> None:
    seed()
    dealer = Dealer(keyholder(*SCOPES), 1969)
    saved: dict[tuple[str, int], bytes] = {}
    known: dict[str, tuple[AsOf, bytes]] = {}
    for number in range(1, STEPS + 1):
        dealer.step()
        if number % EVERY == 0:
            follower.catch_up()
            sequence()
            for name in names():
                saved[name, log_head()] = written(name, position=log_head())
                assert same(live(name), saved[name, log_head()]), name
                then = AsOf(known_at=now())
                known[name] = known.get(name, (then, written(name, as_of=then)))
    forget_the_present()
    assert [at for at, each in saved.items() if written(at[0], position=at[1]) != each] == []
    for name, (moment, before) in known.items():
        assert written(name, as_of=moment) == before, name
    filled = {name for (name, _), each in saved.items() if each.count(b"\n") > 1}
    assert filled >= {"orders.orders", "orders.money", "payments.payments", "ledger.journal"}
    print(filled)
    assert fetch("SELECT count(*) FROM es.scratch") == [(0,)]


def payments(as_of: AsOf) -> dict[str, str]:
    rows = [
        json.loads(line)["row"]
        for line in written("payments.payments", as_of=as_of).splitlines()[1:]
    ]
    return {row["id"]: row["status"] for row in rows}


def test_a_late_word_of_the_bank_is_absent_as_known_and_present_as_effective() -> None:
    seed()
    dealer = Dealer(keyholder(*SCOPES), 2011)
    while not dealer.late:
        dealer.step()
    (late,) = dealer.late
    unknown, true = late.unknown_at, late.true_at
    assert payments(AsOf(known_at=unknown))[late.payment_id] == "pending"
    assert payments(AsOf(effective_at=unknown))[late.payment_id] in ("authorised", "declined")
    both = AsOf(known_at=unknown, effective_at=true)
    assert payments(both)[late.payment_id] == "pending"
