"""The examination: what an audit did to the record becomes part of it, and is signed with it."""

from typing import Any, Literal, Self
from uuid import UUID

from events.aggregate import Aggregate, Event
from events.registry import event

type Verdict = Literal["whole", "broken"]


class Examination(Aggregate):
    """One verification or one export of the whole record; its stream's id is that of the run.

    Who asked for it and when it ended are the envelope's. The next checkpoint covers the event, so
    its signature stands for the outcome as for any other fact.
    """

    kind = "audit.examination"
    concluded: str
    size: int
    root: str
    checkpoint: int

    @event("audit.examination.verified")
    class Verified(Event, frozen=True):
        """The positions 1 to `size` were verified, with all checkpoints up to that of `checkpoint`.

        `root` is that of the tree over them in base64, empty where a hole leaves no tree. What was
        found first is at `first_position`, None where the log has no place for it.
        """

        size: int
        root: str
        checkpoint: int
        checkpoints: int
        verdict: Verdict
        findings: int
        first_position: int | None = None
        first_finding: str = ""

        def apply(self, aggregate: Any) -> None:
            aggregate.concluded = self.verdict
            aggregate.size = self.size
            aggregate.root = self.root
            aggregate.checkpoint = self.checkpoint

    @event("audit.examination.exported")
    class Exported(Event, frozen=True):
        """A bundle of `size` events was made; `digest` is the SHA-256 of its manifest in hex.

        The manifest has the digests of the bundle's other files. `since` is the size of the earlier
        checkpoint that the bundle is proved to continue, None where none was named.
        """

        size: int
        root: str
        digest: str
        since: int | None = None

        def apply(self, aggregate: Any) -> None:
            aggregate.concluded = "exported"
            aggregate.size = self.size
            aggregate.root = self.root
            aggregate.checkpoint = self.size

    @classmethod
    def verified(
        cls,
        run_id: UUID,
        *,
        size: int,
        root: str,
        checkpoint: int,
        checkpoints: int,
        findings: int,
        first: tuple[int | None, str] | None,
    ) -> Self:
        """Records what a verification came to; `first` is the first finding, if there is one."""
        position, reason = first or (None, "")
        return cls._create(
            cls.Verified,
            id=run_id,
            size=size,
            root=root,
            checkpoint=checkpoint,
            checkpoints=checkpoints,
            verdict="broken" if first else "whole",
            findings=findings,
            first_position=position,
            first_finding=reason,
        )

    @classmethod
    def exported(
        cls, run_id: UUID, *, size: int, root: str, digest: str, since: int | None
    ) -> Self:
        """Records that a bundle was made."""
        return cls._create(
            cls.Exported, id=run_id, size=size, root=root, digest=digest, since=since
        )
