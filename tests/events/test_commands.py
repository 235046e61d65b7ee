"""Commands: one atomic unit each, safe to repeat."""

import tempfile
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError

from events import outbox, repository, store
from events.commands import command, forget_commands
from events.context import acting
from events.database import execute, fetch
from events.errors import CommandReused, OutcomeUnknown, VersionConflict
from modules.kernel.clock import now
from modules.kernel.errors import Conflict
from modules.kernel.identity import new_id
from tests.events.sample import (
    FillParcel,
    OpenParcel,
    Parcel,
    ParcelRow,
    fill_parcel,
    open_parcel,
)
from tests.support.proxy import Proxy, losing_proxy
from tests.support.waiting import LIMIT_SECONDS

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass(frozen=True)
class Pack:
    parcel_id: UUID
    items: tuple[str, ...]


@dataclass(frozen=True)
class Packed:
    version: int
    items: tuple[str, ...]


@command
def pack(command: Pack) -> Packed:
    open_parcel(OpenParcel(command.parcel_id, "to Lyon"))
    version = [fill_parcel(FillParcel(command.parcel_id, item)) for item in command.items][-1]
    outbox.emit("sample.label", key=str(command.parcel_id))
    if "refused" in command.items:
        raise Conflict("refused at the very end")
    return Packed(version, command.items)


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    # A socket's path is limited to 107 characters, which pytest's own folders exceed.
    with tempfile.TemporaryDirectory() as folder, losing_proxy(Path(folder)) as running:
        yield running


def stored() -> tuple[int, int, int, int]:
    [counts] = fetch(
        "SELECT (SELECT count(*) FROM es.event), (SELECT count(*) FROM es.outbox),"
        " (SELECT count(*) FROM es.command), (SELECT count(*) FROM sample_parcel)"
    )
    return counts


def test_a_refused_command_leaves_neither_event_nor_row_nor_effect_nor_answer() -> None:
    with pytest.raises(Conflict):
        pack(Pack(new_id(), ("print", "refused")))
    assert stored() == (0, 0, 0, 0)


def test_an_accepted_command_leaves_all_of_them() -> None:
    pack(Pack(new_id(), ("print", "mug")))
    assert stored() == (3, 1, 1, 1)


def test_a_repeated_command_returns_the_first_answer_in_its_own_type() -> None:
    order = Pack(new_id(), ("print", "mug"))
    with acting(command_id=new_id()):
        first = pack(order)
        again = pack(order)
    assert first == again == Packed(3, ("print", "mug"))
    assert stored() == (3, 1, 1, 1)


def test_a_command_id_is_refused_for_other_content_and_for_another_command() -> None:
    parcel_id = new_id()
    with acting(command_id=new_id()):
        pack(Pack(parcel_id, ("print",)))
        with pytest.raises(CommandReused):
            pack(Pack(parcel_id, ("mug",)))
        with pytest.raises(CommandReused):
            fill_parcel(FillParcel(parcel_id, "mug"))


def test_a_refused_command_may_be_repeated_under_its_id() -> None:
    parcel_id = new_id()
    with acting(command_id=new_id()):
        with pytest.raises(Conflict):
            fill_or_refuse(FillParcel(parcel_id, "mug"))
        open_parcel_without_id(parcel_id)
        assert fill_or_refuse(FillParcel(parcel_id, "mug")) == 2


@command
def fill_or_refuse(command: FillParcel) -> int:
    if repository.load_or_none(Parcel, command.parcel_id) is None:
        raise Conflict("not yet")
    return fill_parcel(command)


def open_parcel_without_id(parcel_id: UUID) -> None:
    with acting(command_id=None):
        open_parcel(OpenParcel(parcel_id, "to Lyon"))


def test_twins_that_run_at_once_are_one_command() -> None:
    order, command_id = Pack(new_id(), ("print",)), new_id()
    answers: list[Packed] = []

    def run() -> None:
        with acting(command_id=command_id):
            answers.append(pack(order))
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [Packed(2, ("print",))] * 4
    assert stored() == (2, 1, 1, 1)


def test_two_writers_on_one_stream_lose_nothing() -> None:
    parcel_id = new_id()
    open_parcel(OpenParcel(parcel_id, "to Lyon"))

    def write(name: str) -> None:
        for number in range(50):
            fill_until_done(FillParcel(parcel_id, f"{name}{number}"))
        connection.close()

    threads = [threading.Thread(target=write, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    items = repository.load(Parcel, parcel_id).items
    assert sorted(items) == sorted(f"{name}{number}" for name in "ab" for number in range(50))
    assert store.verify_stream(parcel_id) is None
    assert ParcelRow.objects.get(pk=parcel_id).item_count == 100


def fill_until_done(order: FillParcel) -> None:
    while True:
        try:
            fill_parcel(order)
        except VersionConflict:
            continue
        return


def test_a_lost_race_is_decided_again_from_the_new_history() -> None:
    parcel_id = new_id()
    open_parcel(OpenParcel(parcel_id, "to Lyon"))
    attempts = 0

    @command
    def fill_late(late: FillParcel) -> int:
        nonlocal attempts
        attempts += 1
        parcel = repository.load(Parcel, late.parcel_id)
        if attempts == 1:
            in_another_thread(lambda: fill_parcel(FillParcel(parcel_id, "faster")))
        parcel.fill(late.item)
        return repository.save(parcel)

    assert fill_late(FillParcel(parcel_id, "slower")) == 3
    assert attempts == 2


def in_another_thread(work: object) -> None:
    def run() -> None:
        work()  # type: ignore[operator]
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


def test_behind_a_savepoint_a_refused_inner_command_leaves_nothing_and_the_outer_goes_on() -> None:
    parcel_id = new_id()

    @command
    def open_anyway(order: OpenParcel) -> str:
        try:
            with transaction.atomic():
                pack(Pack(order.parcel_id, ("refused",)))
        except Conflict:
            open_parcel(order)
        return "opened"

    assert open_anyway(OpenParcel(parcel_id, "to Paris")) == "opened"
    assert repository.load(Parcel, parcel_id).label == "to Paris"
    assert stored() == (1, 0, 1, 1)


def test_without_one_a_refused_inner_command_ends_the_outer_too() -> None:
    @command
    def shrug(order: OpenParcel) -> str:
        with suppress(Conflict):
            pack(Pack(order.parcel_id, ("print", "refused")))
        return "done"

    with pytest.raises(TransactionManagementError):
        shrug(OpenParcel(new_id(), "to Paris"))
    assert stored() == (0, 0, 0, 0)


@pytest.mark.parametrize("loss", ["reply", "request"])
def test_a_command_whose_commit_was_lost_takes_place_once(proxy: Proxy, loss: str) -> None:
    announced: list[str] = []

    @command
    def pack_and_announce(order: Pack) -> Packed:
        transaction.on_commit(lambda: announced.append("packed"))
        return pack(order)

    execute("SELECT 1")
    proxy.lose(loss)  # type: ignore[arg-type]
    assert pack_and_announce(Pack(new_id(), ("print", "mug"))) == Packed(3, ("print", "mug"))
    assert proxy.lost == 1
    assert stored() == (3, 1, 1, 1)
    assert announced == ["packed"]


def test_when_the_database_stays_away_the_outcome_is_said_to_be_unknown(proxy: Proxy) -> None:
    execute("SELECT 1")
    proxy.lose("request")
    proxy.listener.close()
    with pytest.raises(OutcomeUnknown, match="same command id"):
        pack(Pack(new_id(), ("print",)))


def test_a_deadlock_is_retried() -> None:
    parcels = [new_id(), new_id()]
    for parcel_id in parcels:
        open_parcel(OpenParcel(parcel_id, "to Lyon"))
    meet = threading.Barrier(2)
    met = threading.Event()

    @command
    def fill_both(order: Pack) -> int:
        first, second = (UUID(each) for each in order.items)
        fill_parcel(FillParcel(first, "mug"))
        if not met.is_set():
            meet.wait(timeout=LIMIT_SECONDS)
            met.set()
        return fill_parcel(FillParcel(second, "mug"))

    def run(*order: UUID) -> None:
        fill_both(Pack(new_id(), tuple(str(each) for each in order)))
        connection.close()

    threads = [
        threading.Thread(target=run, args=order) for order in (parcels, list(reversed(parcels)))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [repository.load(Parcel, each).items for each in parcels] == [("mug", "mug")] * 2


def test_old_answers_can_be_forgotten() -> None:
    pack(Pack(new_id(), ("print",)))
    assert forget_commands(before=now()) == 1
    assert forget_commands(before=now()) == 0
