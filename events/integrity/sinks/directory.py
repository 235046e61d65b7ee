"""Checkpoints as files of a folder: a mounted disk of another host, or a write-once volume."""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit
from uuid import UUID

from events.integrity.shipping import Forked, SinkRefused


class Directory:
    """`file:///mnt/elsewhere/checkpoints`: one file a checkpoint, never written twice."""

    every_seconds = 0

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        if parts.netloc or not parts.path.startswith("/"):
            raise SinkRefused("a folder is written file:///absolute/path")
        self.folder = Path(unquote(parts.path))
        self.name = f"file://{parts.path}"

    def ship(self, size: int, note: str, effect_id: UUID) -> list[tuple[str, str]]:
        """Raises: Forked: the folder has another checkpoint of this size. OSError: no access."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{size:020d}.txt"
        draft = self.folder / f".{effect_id}"
        with draft.open("w", encoding="utf-8") as file:
            file.write(note)
            file.flush()
            os.fsync(file.fileno())
        try:
            # A link is made only where nothing is: no later note replaces an earlier one.
            os.link(draft, path)
        except FileExistsError:
            if path.read_text(encoding="utf-8") != note:
                raise Forked(f"{path} holds another checkpoint of {size} events") from None
        finally:
            draft.unlink()
        return []
