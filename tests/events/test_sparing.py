"""A command spares statements: its effects go with its answer, and what was read is not reread."""

from dataclasses import dataclass
from uuid import UUID

import psycopg
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from events import outbox
from events.commands import command
from events.context import acting
from events.database import execute, fetch
from events.errors import VersionConflict
from events.live import address
from modules.kernel.identity import new_id

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass(frozen=True)
class Label:
    names: tuple[str, ...]


def ask(name: str) -> UUID:
    return outbox.emit("sample.label", key=name, parcel_id=new_id())


def labels() -> set[UUID]:
    return {row[0] for row in fetch("SELECT id FROM es.outbox")}


def ids(*names: str) -> set[UUID]:
    return {outbox.effect_id("sample.label", name) for name in names}


@command
def print_labels(message: Label) -> int:
    for name in message.names:
        ask(name)
    return len(message.names)


def test_all_effects_of_a_command_are_written_with_its_answer_by_one_statement() -> None:
    with CaptureQueriesContext(connection) as captured:
        print_labels(Label(("b", "a", "b")))
    texts = [query["sql"].split("(")[0] for query in captured]
    assert texts == ["BEGIN", "WITH effects AS ", "COMMIT"]
    assert labels() == ids("a", "b")


def test_an_effect_asked_for_before_is_not_asked_for_again() -> None:
    print_labels(Label(("a",)))
    [due_at] = fetch("SELECT due_at FROM es.outbox")
    print_labels(Label(("a", "b")))
    assert labels() == ids("a", "b")
    assert due_at in fetch("SELECT due_at FROM es.outbox")


def test_an_effect_goes_with_the_savepoint_it_was_asked_for_in() -> None:
    @command
    def waver(message: Label) -> None:
        ask("kept")
        with transaction.atomic():
            ask("undone")
            transaction.set_rollback(True)
        with transaction.atomic():
            ask("kept too")

    waver(Label(()))
    assert labels() == ids("kept", "kept too")


def test_an_effect_can_be_taken_back_by_the_command_that_asked_for_it() -> None:
    @command
    def change_mind(message: Label) -> tuple[bool, bool]:
        ask("a")
        return outbox.cancel("sample.label", "a"), outbox.cancel("sample.label", "a")

    assert change_mind(Label(())) == (True, False)
    assert labels() == set()


def test_taking_back_goes_with_its_savepoint_too() -> None:
    @command
    def change_mind_twice(message: Label) -> None:
        ask("a")
        with transaction.atomic():
            outbox.cancel("sample.label", "a")
            transaction.set_rollback(True)

    change_mind_twice(Label(()))
    assert labels() == ids("a")


@command
def finish(message: Label) -> None:
    for name in message.names:
        outbox.withdraw("sample.label", name)


def test_what_has_nothing_left_to_do_goes_with_the_answer_by_one_statement() -> None:
    print_labels(Label(("a", "b", "c", "d")))
    with CaptureQueriesContext(connection) as captured:
        finish(Label(("c", "a", "b", "unknown")))
    texts = [query["sql"].split("(")[0] for query in captured]
    assert texts == ["BEGIN", "WITH withdrawn AS ", "COMMIT"]
    assert labels() == ids("d")


def test_one_statement_writes_effects_and_withdraws_others() -> None:
    @command
    def go_on(message: Label) -> None:
        ask("next")
        outbox.withdraw("sample.label", "a")

    print_labels(Label(("a", "b")))
    go_on(Label(()))
    assert labels() == ids("b", "next")


def test_an_effect_that_has_begun_is_not_withdrawn() -> None:
    print_labels(Label(("begun", "done", "given up", "waiting")))
    changes = {"begun": "attempts = 1", "done": "done_at = now()", "given up": "failed_at = now()"}
    for name, change in changes.items():
        execute(f"UPDATE es.outbox SET {change} WHERE id = %s", (*ids(name),))
    finish(Label((*changes, "waiting")))
    assert labels() == ids(*changes)


def test_a_withdrawal_does_not_wait_for_whoever_holds_the_effect() -> None:
    print_labels(Label(("held", "free")))
    with psycopg.connect(**address()) as other:
        other.execute("SELECT FROM es.outbox WHERE id = %s FOR UPDATE", (*ids("held"),))
        finish(Label(("held", "free")))
    assert labels() == ids("held")


def test_a_withdrawal_goes_with_its_savepoint_and_with_its_command() -> None:
    @command
    def fail(message: Label, *, whole: bool = False) -> None:
        with transaction.atomic():
            outbox.withdraw("sample.label", "a")
            transaction.set_rollback(True)
        if whole:
            outbox.withdraw("sample.label", "a")
            raise ZeroDivisionError

    print_labels(Label(("a",)))
    fail(Label(()))
    with pytest.raises(ZeroDivisionError):
        fail(Label(()), whole=True)
    assert labels() == ids("a")


def test_what_is_asked_for_after_its_withdrawal_stays() -> None:
    @command
    def change_mind_thrice(message: Label) -> None:
        for name in ("old", "new"):
            outbox.withdraw("sample.label", name)
            ask(name)

    print_labels(Label(("old",)))
    change_mind_thrice(Label(()))
    assert labels() == ids("old", "new")


@command
def guess(message: Label, *, read: str = "") -> str:
    ask(read or "anew")
    if read == "outdated":
        raise VersionConflict("somebody was faster", stream_id=new_id(), expected_version=1)
    return read or "anew"


def test_what_was_read_before_is_given_to_the_first_attempt_and_not_to_a_retry() -> None:
    assert guess(Label(()), read="current") == "current"
    assert guess(Label(()), read="outdated") == "anew"
    assert labels() == ids("current", "anew")


def test_what_was_read_before_is_no_part_of_what_is_repeated() -> None:
    with acting(command_id=new_id()):
        assert [guess(Label(()), read=each) for each in ("a", "b")] == ["a", "a"]


def test_a_command_within_a_command_is_given_what_was_read_too() -> None:
    @command
    def outer(message: Label) -> str:
        return guess(message, read="inner")

    assert outer(Label(())) == "inner"
