"""The mails of a shop without a mail server: files in a folder of its own, which it can clear."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from email import message_from_string
from email.policy import default
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings

from events.privacy.secrets import guest_subject

# What Django's file backend writes after each message.
RULE = "-" * 79


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """Whose mails to delete: to these people if written before `until`, or about these orders."""

    subjects: Collection[UUID]
    addresses: Collection[str]
    orders: Collection[str]
    until: datetime


def forget(whose: Forgotten) -> None:
    """Deletes somebody's mails; others in the same file stay.

    With a mail server there is no such folder, and what was sent is in other people's mailboxes.
    """
    for path in kept_mails():
        mails = path.read_text(encoding="utf-8", errors="replace").split(f"{RULE}\n")
        old = path.stat().st_mtime <= whose.until.timestamp()
        kept = [mail for mail in mails if not _about(mail, whose, old=old)]
        if not "".join(kept).strip():
            path.unlink(missing_ok=True)
        elif len(kept) < len(mails):
            path.write_text(f"{RULE}\n".join(kept), encoding="utf-8")


def kept_mails() -> list[Path]:
    """Returns the files in which this shop's own mails lie; none with a mail server."""
    options: Any = settings.MAILERS["default"].get("OPTIONS", {})
    folder = options.get("file_path")
    return sorted(Path(folder).glob("*.log")) if folder else []


def _about(mail: str, whose: Forgotten, *, old: bool) -> bool:
    read = message_from_string(mail.lstrip("\n"), policy=default)
    to = str(read.get("To", "")).strip().lower()
    title = str(read.get("Subject", ""))
    theirs = to in whose.addresses or (bool(to) and guest_subject(to) in whose.subjects)
    return (theirs and old) or any(number in title for number in whose.orders)
