"""Commands that one statement may do: sent first, and run as any other where it does nothing."""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from events.commands import command, in_one_statement
from events.context import acting
from events.database import execute, fetch
from events.one_statement import OneStatement
from modules.kernel.identity import new_id
from tests.events.sample import ItemCount
from tests.support.proxy import Proxy, losing_proxy

pytestmark = pytest.mark.django_db(transaction=True)

# How often the function was run, because the statement could not do it.
RUNS: list[str] = []


@dataclass(frozen=True)
class Count:
    item: str


@dataclass(frozen=True)
class Counted:
    item: str
    how: str


def counted_at_once(message: Count, *, known: int | None = None) -> OneStatement[Counted] | None:
    if known is None:
        return None
    queries = (
        "done AS (UPDATE sample_item_count SET count = count + 1"
        " WHERE item = %s AND count = %s RETURNING true)"
    )
    return OneStatement(queries, (message.item, known), Counted(message.item, "at once"))


@in_one_statement(counted_at_once)
def count(message: Count, *, known: int | None = None) -> Counted:
    RUNS.append(message.item)
    execute("UPDATE sample_item_count SET count = count + 1 WHERE item = %s", (message.item,))
    return Counted(message.item, "by the function")


@pytest.fixture(autouse=True)
def _mugs() -> None:
    RUNS.clear()
    ItemCount.objects.create(item="mug", count=3, position=0)


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    with tempfile.TemporaryDirectory() as folder, losing_proxy(Path(folder)) as running:
        yield running


def stands() -> tuple[int, int]:
    """Returns how many mugs there are, and how many answers are kept."""
    [found] = fetch(
        "SELECT (SELECT count FROM sample_item_count), (SELECT count(*) FROM es.command)"
    )
    return found


def test_the_change_and_its_answer_are_one_statement() -> None:
    with CaptureQueriesContext(connection) as asked:
        assert count(Count("mug"), known=3) == Counted("mug", "at once")
    assert (len(asked), RUNS, stands()) == (1, [], (4, 1))


def test_what_changed_since_it_was_read_is_left_to_the_function() -> None:
    assert count(Count("mug"), known=2) == Counted("mug", "by the function")
    assert (RUNS, stands()) == (["mug"], (4, 1))


def test_an_answer_under_a_given_id_is_the_first_one() -> None:
    with acting(command_id=new_id()):
        first = count(Count("mug"), known=3)
        assert count(Count("mug"), known=4) == first
    assert (RUNS, stands()) == (["mug"], (4, 1))


def test_within_somebodys_transaction_the_function_runs() -> None:
    with transaction.atomic():
        count(Count("mug"), known=3)
        transaction.set_rollback(True)
    assert (RUNS, stands()) == (["mug"], (3, 0))


def test_within_another_command_it_is_part_of_that() -> None:
    @command
    def twice(message: Count) -> int:
        count(message, known=3)
        count(message, known=4)
        return 2

    assert twice(Count("mug")) == 2
    assert (RUNS, stands()) == (["mug", "mug"], (5, 1))


@pytest.mark.parametrize(("loss", "how"), [("reply", "at once"), ("request", "by the function")])
def test_one_whose_reply_was_lost_takes_place_once(proxy: Proxy, loss: str, how: str) -> None:
    execute("SELECT 1")
    proxy.lose(loss, b"stored AS")  # type: ignore[arg-type]
    assert count(Count("mug"), known=3) == Counted("mug", how)
    assert (proxy.lost, stands()) == (1, (4, 1))
