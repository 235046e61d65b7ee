"""Erasing somebody: their keys are destroyed, and whoever holds a copy is told to drop it.

The events stay as they are, so every hash and every signed proof over them still holds; what was
sealed in them reads as `erased`. Who was erased is also written to a list outside the database,
because a restored backup brings the keys back.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import msgspec
from django.conf import settings
from django.db import transaction

from events import generations
from events.context import current_context
from events.database import execute, fetch, require_transaction
from events.facts import publish
from events.outbox import emit
from events.privacy.keys import REMEMBERED_SECONDS, stored_keyring
from modules.kernel.clock import now

LIST = "erasures.jsonl"
AGAIN = "events.erase_again"
# Longer than any process remembers a key, and than a transaction that had read with one may last.
AGAIN_AFTER = timedelta(seconds=5 * REMEMBERED_SECONDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerErased:
    """Somebody was erased: drop what is kept of them from before `erased_at`.

    Published again after some minutes, and after every restore, so acting on it twice must do no
    harm. `subjects` are account ids and guests' ids (`events.privacy.secrets.guest_subject`).
    """

    subjects: frozenset[UUID]
    erased_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """A line of the list: a subject and when it was erased; nothing that says who it was."""

    subject: UUID
    erased_at: datetime


def erase(subjects: Iterable[UUID]) -> datetime:
    """Erases subjects in the caller's transaction; returns the moment of it.

    The list outside the database is written first: a crash in between is made good by `reapply`.

    Raises:
        NotInTransaction: there is no transaction to join.
        OSError: the list cannot be written; nothing was erased.
    """
    require_transaction("erasing somebody")
    moment = now()
    erasures = [Erasure(subject=each, erased_at=moment) for each in sorted(set(subjects))]
    write_down(erasures)
    carry_out(erasures)
    emit(
        AGAIN,
        key=":".join(str(each.subject) for each in erasures) + moment.isoformat(),
        due_at=moment + AGAIN_AFTER,
        erasures=erasures,
    )
    return moment


def carry_out(erasures: Iterable[Erasure]) -> None:
    """Destroys what a list of erasures says, in the caller's transaction; again does no harm."""
    by_moment: dict[datetime, set[UUID]] = {}
    for each in erasures:
        by_moment.setdefault(each.erased_at, set()).add(each.subject)
    for moment, subjects in sorted(by_moment.items()):
        for subject in subjects:
            execute(
                "INSERT INTO pii.erasure (subject, erased_at, actor) VALUES (%s, %s, %s)"
                " ON CONFLICT DO NOTHING",
                (subject, moment, current_context().actor),
            )
        destroy_keys(subjects, moment)
        publish(CustomerErased(subjects=frozenset(subjects), erased_at=moment))
    if by_moment:
        forget_copies()


def destroy_keys(subjects: Iterable[UUID], until: datetime) -> None:
    """Destroys the subjects' keys made until a moment; those that the law wants kept are retired.

    A retired key opens for `personal_fields("kept")` alone, until `destroy_due_keys` finds it due.
    """
    wanted = list(subjects)
    execute(
        "DELETE FROM pii.key WHERE subject = ANY (%s) AND created_at <= %s"
        " AND (keep_until IS NULL OR keep_until <= %s)",
        (wanted, until, now()),
    )
    execute(
        "UPDATE pii.key SET retired_at = %s"
        " WHERE subject = ANY (%s) AND created_at <= %s AND retired_at IS NULL",
        (until, wanted, until),
    )
    stored_keyring.forget()


def destroy_due_keys() -> int:
    """Destroys the keys that no law wants kept any longer; returns how many."""
    rows = fetch("DELETE FROM pii.key WHERE keep_until <= %s RETURNING id", (now(),))
    stored_keyring.forget()
    return len(rows)


def forget_copies() -> None:
    """Drops read models kept beside the live ones, and what the drift check wrote down."""
    for state in ("kept", "shadow", "filling"):
        generations.discard(state)
    execute("DELETE FROM es.drift")


def reapply() -> int:
    """Carries out every erasure of the list anew, after a restore; returns how many there are.

    Raises:
        OSError: the list cannot be read.
        ValueError: a line of it is damaged; nothing was done.
    """
    erasures = listed()
    with transaction.atomic():
        carry_out(erasures)
    return len(erasures)


def list_path() -> Path:
    return Path(settings.ERASURE_DIRECTORY) / LIST


def listed() -> list[Erasure]:
    """Returns the list outside the database, oldest first; empty when nobody was ever erased.

    Raises:
        ValueError: a line of it is damaged.
    """
    try:
        lines = list_path().read_bytes().splitlines()
    except FileNotFoundError:
        return []
    try:
        return [msgspec.json.decode(line, type=Erasure) for line in lines if line.strip()]
    except msgspec.DecodeError as error:
        raise ValueError(
            f"{list_path()} is damaged ({error}): mend the line or remove it"
        ) from None


def write_down(erasures: Iterable[Erasure]) -> None:
    """Adds to the list outside the database; returns when the disk has it."""
    path = list_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    text = b"".join(msgspec.json.encode(each) + b"\n" for each in erasures)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(descriptor, text)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
