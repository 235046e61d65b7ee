"""Where the log's signing keys live: one file, a key a line, the newest first.

Two lines are a rotation under way: both keys sign, so that whoever knows only the old one still
verifies, and learns the new one from a note that the old one vouches for.
"""

import os
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from events.integrity.notes import KeyMalformed, SigningKey


class KeyRefused(Exception):
    """The signing keys cannot be used; the message says why and what to do."""


def key_file() -> Path:
    return Path(settings.CHECKPOINT_KEY_FILE)


def new_origin() -> str:
    """Returns the name of a log that gets its first key: what was configured, or the host's."""
    host = urlsplit(settings.PUBLIC_URL).hostname or "localhost"
    return settings.CHECKPOINT_ORIGIN or f"{host}/log"


def signing_keys() -> list[SigningKey]:
    """Returns the keys to sign with; at a log's first start makes one, readable by its owner alone.

    Raises:
        KeyRefused: the file cannot be read, or it is another log's.
    """
    path = key_file()
    try:
        text = path.read_text()
    except FileNotFoundError:
        return [made(path)]
    except (OSError, UnicodeDecodeError) as error:
        raise KeyRefused(f"The signing key {path} cannot be read: {error}") from error
    try:
        keys = [SigningKey.read(line) for line in text.splitlines() if line.strip()]
    except KeyMalformed as error:
        raise KeyRefused(f"{path} holds a line that is no signing key: {error}.") from error
    if not keys:
        raise KeyRefused(f"{path} is empty; put the key back, or delete the file for a new one.")
    wanted = settings.CHECKPOINT_ORIGIN or keys[0].name
    if {key.name for key in keys} != {wanted}:
        raise KeyRefused(
            f"{path} holds keys of {keys[0].name}, and this log is {wanted}: mend CHECKPOINT_ORIGIN"
            " or CHECKPOINT_KEY_FILE. A log keeps its name for life."
        )
    return keys


def made(path: Path) -> SigningKey:
    try:
        key = SigningKey.generate(new_origin())
    except KeyMalformed as error:
        raise KeyRefused(f"CHECKPOINT_ORIGIN cannot name a log: {error}.") from error
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        # Another process was faster; its key is the log's.
        return signing_keys()[0]
    except OSError as error:
        raise KeyRefused(f"A signing key cannot be written to {path}: {error}") from error
    with os.fdopen(descriptor, "w") as file:
        file.write(key.text + "\n")
    return key


def rotate() -> SigningKey:
    """Adds a new key before the old ones and returns it; all of them sign from now on.

    Raises:
        KeyRefused: the file cannot be read or written.
    """
    keys = signing_keys()
    key = SigningKey.generate(keys[0].name)
    write([key, *keys])
    return key


def retire() -> list[SigningKey]:
    """Takes all keys but the newest out of the file; returns them.

    Raises:
        KeyRefused: there is one key only, or the file cannot be written.
    """
    newest, *old = signing_keys()
    if not old:
        raise KeyRefused("There is one key only. Rotate first, and retire the old one later.")
    write([newest])
    return old


def write(keys: list[SigningKey]) -> None:
    path = key_file()
    draft = path.with_name(f"{path.name}.new")
    try:
        draft.touch(mode=0o600)
        draft.write_text("".join(f"{key.text}\n" for key in keys))
        # In one step: a worker that reads meanwhile sees the old keys or the new ones.
        draft.replace(path)
    except OSError as error:
        raise KeyRefused(f"{path} cannot be written: {error}") from error
