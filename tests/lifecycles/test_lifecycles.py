"""Whatever becomes of orders, the read models are what the events say: dropped and made anew.

Some eighty lives in every run; `just lifecycles` makes it ten thousand.
"""

import os
from collections import Counter
from hashlib import sha256

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from events import follower
from events.generations import tables
from events.privacy.keys import stored_keyring
from events.projections import AnyProjection, registered
from events.rebuilding import rebuild
from events.registry import all_topics
from tests.lifecycles.lives import BEGINNINGS, PEOPLE, PROVIDERS, STEPS, Life, open_shop

TOGETHER = 20
# In two tests, so that two processes may share them.
HALVES = (1, 2)
ROUNDS = -(-int(os.environ.get("COUNTERFOIL_LIFECYCLES", "80")) // TOGETHER // len(HALVES))
# From so many lives on all that the shop knows has happened to some order.
MANY = 2_000
LIVES = st.tuples(
    st.integers(1, 3),
    st.sampled_from(PEOPLE),
    st.sampled_from(PROVIDERS),
    st.sampled_from(BEGINNINGS),
    st.lists(st.sampled_from(STEPS), min_size=1, max_size=5),
)
# Needs a provider that misbehaves, or a clock: test_rare.py has every one of them.
RARE = {
    f"payments.payment.{name}"
    for name in (
        *("expired.v2", "failed.v2", "surplus_authorised.v1", "surplus_released.v1"),
        *("capture_failed.v2", "void_failed.v2", "refund_failed.v2"),
        *("refund_reversed.v1", "lapsed.v1", "authorisation_adjusted.v1", "charged_back.v1"),
        *("charge_back_reversed.v1", "charge_back_lost.v1"),
    )
} | {"orders.order.vat_id_given.v1"}
type Script = tuple[int, str, str, tuple[str, ...], list[str]]
seen: Counter[str] = Counter()


@pytest.fixture(scope="module", autouse=True)
def _tell() -> object:
    """Says at the end what became of all these orders: what nothing reached is not proved."""
    yield
    print(f"\n{dict(sorted(seen.items()))}")
    if seen["orders"] >= MANY:
        product = {topic for topic in all_topics() if topic.startswith(("orders.", "payments."))}
        assert product - RARE <= seen.keys()


@pytest.fixture(autouse=True)
def _erasures(tmp_path_factory: pytest.TempPathFactory, settings: pytest.FixtureRequest) -> None:
    settings.ERASURE_DIRECTORY = tmp_path_factory.mktemp("erasures")  # type: ignore[attr-defined]


def projections() -> list[AnyProjection]:
    return [each for name, each in registered().items() if not name.startswith("sample.")]


def canonical() -> str:
    """Returns a digest over every cell of every read model, in the order of the keys."""
    digest = sha256()
    with connection.cursor() as cursor:
        for table in sorted({table for each in projections() for table in tables(each)}):
            cursor.execute(f"SELECT t::text FROM {table} t ORDER BY 1")
            for (row,) in cursor.fetchall():
                digest.update(f"{table} {row}\n".encode())
    return digest.hexdigest()


def drop() -> None:
    with connection.cursor() as cursor:
        names = sorted({table for each in projections() for table in tables(each)})
        # What waits for the end of the transaction, as that entries balance, is checked first.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(f"TRUNCATE {', '.join(names)} CASCADE")


def live_together(scripts: list[Script]) -> None:
    """Lets orders live side by side, a step of each in turn."""
    lives = [(Life(*script[:3]), (*script[3], *script[4])) for script in scripts]
    for life, _ in lives:
        life.place()
    for number in range(max((len(steps) for _, steps in lives), default=0)):
        for life, steps in lives:
            if number < len(steps):
                life.live(steps[number])
    for life, _ in lives:
        life.settle()


def count() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT topic, count(*) FROM es.event GROUP BY 1")
        seen.update(dict(cursor.fetchall()))
        cursor.execute("SELECT count(*) FROM orders_order WHERE name = 'erased'")
        seen["orders erased"] += cursor.fetchone()[0]
    seen["orders"] += TOGETHER


@pytest.mark.django_db
@pytest.mark.parametrize("half", HALVES)
@settings(
    max_examples=ROUNDS,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(scripts=st.lists(LIVES, min_size=TOGETHER, max_size=TOGETHER))
def test_read_models_made_anew_after_any_lives_are_the_same_in_every_cell(
    half: int,
    scripts: list[Script],
) -> None:
    with transaction.atomic():
        transaction.get_connection().atomic_blocks[-1]._from_testcase = True
        stored_keyring.forget()
        open_shop()
        live_together(scripts)
        count()
        follower.catch_up()
        before = canonical()
        drop()
        empty = canonical()
        rebuild([each.name for each in projections()])
        after = canonical()
        transaction.set_rollback(True)
    assert empty != before == after
