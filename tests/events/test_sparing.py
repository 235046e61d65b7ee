"""A command spares statements: its effects go with its answer, and what was read is not reread."""

from dataclasses import dataclass
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from events import outbox
from events.commands import command
from events.context import acting
from events.database import fetch
from events.errors import VersionConflict
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
