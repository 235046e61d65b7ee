"""The whole record verified in the order of the log: chains, numbers, tree, signatures.

Every event is hashed anew from its columns and the hash before it in its stream; every position
must be there once; the tree over all of them must have each root that was signed.
"""

from base64 import b64encode
from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from events.chain import GENESIS
from events.database import TENANT, fetch
from events.integrity.checkpoints import Checkpoint, checkpoints
from events.integrity.merkle import Frontier
from events.integrity.notes import VerifierKey, body_of, checkpoint_body, signature_of
from events.recorded import COLUMNS, from_row
from events.sequencer import sequence
from events.store import log_head
from modules.audit.models import Run
from modules.audit.running import Pace

BATCH = 2_000
# More are counted and not kept: after the first few, somebody has to look at the database anyway.
KEPT_FINDINGS = 50
CHECKPOINTS_AT_ONCE = 1_000

# The limit comes first, so that no plan reads more of the log than this.
_ROWS = (
    f"SELECT l.position, l.stream_id, l.version, l.topic, p.hash, {COLUMNS} FROM"  # noqa: S608
    " (SELECT * FROM es.log WHERE position > %s AND position <= %s ORDER BY position LIMIT %s) l"
    " LEFT JOIN es.event e USING (tenant_id, stream_id, version)"
    " LEFT JOIN es.event p ON p.tenant_id = l.tenant_id AND p.stream_id = l.stream_id"
    " AND p.version = l.version - 1 ORDER BY l.position"
)
# The last event of each stream against the row that tells of it.
_ENDS = (
    "SELECT stream_id, e.version, coalesce(s.version, 0) FROM"
    " (SELECT DISTINCT ON (stream_id) stream_id, version, hash FROM es.event WHERE tenant_id = %s"
    "  ORDER BY stream_id, version DESC) e"
    " FULL JOIN (SELECT stream_id, version, head FROM es.stream WHERE tenant_id = %s) s"
    " USING (stream_id) WHERE (e.version, e.hash) IS DISTINCT FROM (s.version, s.head) ORDER BY 1"
)


def verify(run: Run, pace: Pace) -> bool:
    """Verifies on from where the last step ended, up to the head of the log at the first one."""
    if not run.cursor:
        sequence()
        run.total = log_head()
        run.cursor = {"position": 0, "size": 0, "roots": [], "whole": True, "signed": 0}
        run.result = {"findings": [], "more": 0, "checkpoints": 0}
    tree = Tree(run)
    while run.cursor["position"] < run.total:
        for finding in batch(run, tree):
            found(run, *finding)
        tree.keep()
        pace.reached(run.cursor["position"], run.total)
        if pace.over:
            return False
    for finding in ends():
        found(run, *finding)
    run.result["root"] = tree.root()
    run.outcome = "bad" if run.result["findings"] else "good"
    return True


type Finding = tuple[int | None, UUID | None, str]


def found(run: Run, position: int | None, stream_id: UUID | None, reason: str) -> None:
    if len(run.result["findings"]) >= KEPT_FINDINGS:
        run.result["more"] += 1
        return
    run.result["findings"].append(
        {
            "position": position,
            "stream_id": str(stream_id) if stream_id else None,
            "reason": reason,
        }
    )


class Tree:
    """The hash tree over the events so far, as it is stored between two steps."""

    def __init__(self, run: Run) -> None:
        self.run = run
        roots = [bytes.fromhex(each) for each in run.cursor["roots"]]
        self.frontier = Frontier(run.cursor["size"], roots)

    def keep(self) -> None:
        self.run.cursor["size"] = self.frontier.size
        self.run.cursor["roots"] = [each.hex() for each in self.frontier.roots]

    def root(self) -> str:
        """Returns the root over all events in base64; empty where there is a hole, or no event."""
        if not (self.run.cursor["whole"] and self.frontier.size):
            return ""
        return b64encode(self.frontier.root()).decode()

    def grow(self, hashes: Sequence[bytes]) -> Iterator[Finding]:
        """Adds hashes; yields each checkpoint within them that was signed over other ones."""
        first = self.frontier.size
        signed = checkpoints(
            after=self.run.cursor["signed"], upto=first + len(hashes), limit=CHECKPOINTS_AT_ONCE
        )
        for checkpoint in signed:
            self.frontier.extend(hashes[self.frontier.size - first : checkpoint.size - first])
            self.run.cursor["signed"] = checkpoint.size
            self.run.result["checkpoints"] += 1
            if self.frontier.root() != checkpoint.root:
                yield (
                    checkpoint.size,
                    None,
                    f"the checkpoint of {checkpoint.size} events was signed over other events",
                )
            elif not is_signed(checkpoint):
                yield (
                    checkpoint.size,
                    None,
                    f"the note of the checkpoint of {checkpoint.size} events does not carry the"
                    " signature of its key",
                )
        self.frontier.extend(hashes[self.frontier.size - first :])


def batch(run: Run, tree: Tree) -> Iterator[Finding]:
    """Yields what is wrong in the next positions."""
    rows = fetch(_ROWS, (run.cursor["position"], run.total, BATCH))
    hashes: list[bytes] = []
    for row in rows:
        expected = run.cursor["position"] + 1
        position: int = row[0]
        if position != expected:
            yield expected, None, gone(expected, position - 1)
            run.cursor["whole"] = False
        if row[-1] is None:
            yield position, row[1], f"event {row[2]} was numbered in the log and is gone"
            run.cursor["whole"] = False
        else:
            hashes.append(row[-1])
            yield from judged(row)
        run.cursor["position"] = position
    if not rows:
        yield run.cursor["position"] + 1, None, gone(run.cursor["position"] + 1, run.total)
        run.cursor["position"], run.cursor["whole"] = run.total, False
    # A tree with a hole has no root that was ever signed: the hole is what there is to say.
    if run.cursor["whole"]:
        yield from tree.grow(hashes)


def judged(row: Sequence[Any]) -> Iterator[Finding]:
    """Yields what is wrong with one event."""
    position, stream_id, version, topic, previous = row[:5]
    event = from_row(position, row[5:])
    if event.topic != topic:
        yield position, stream_id, f"event {version} is of {event.topic}, the log says {topic}"
    if version > 1 and previous is None:
        yield position, stream_id, f"the event before event {version} is gone"
    elif event.hash != event.expected_hash(previous if version > 1 else GENESIS):
        yield (
            position,
            stream_id,
            f"event {version} does not follow from what is recorded before it",
        )


def gone(first: int, last: int) -> str:
    if first >= last:
        return f"position {first} of the log is gone"
    return f"positions {first} to {last} of the log are gone"


def is_signed(checkpoint: Checkpoint) -> bool:
    """Tells whether a note says what its row says and one of its keys signed it."""
    body = body_of(checkpoint.note)
    if body != checkpoint_body(checkpoint.origin, checkpoint.size, checkpoint.root):
        return False
    keys = {key.id: key for key in map(VerifierKey.read, checkpoint.keys)}
    for line in checkpoint.note[len(body) :].splitlines():
        _, signature = signature_of(line)
        key = keys.get(signature[:4])
        if key is None:
            continue
        try:
            Ed25519PublicKey.from_public_bytes(key.public).verify(signature[4:], body.encode())
        except InvalidSignature:
            continue
        return True
    return False


def ends() -> Iterator[Finding]:
    """Yields each stream whose row does not say what its last event says."""
    for stream_id, version, stands in fetch(_ENDS, (TENANT, TENANT)):
        if version is None:
            reason = f"the stream's row tells of {stands} events, and none of them is left"
        elif not stands:
            reason = f"the stream's own row is gone, and its {version} events are left"
        else:
            reason = f"the stream's own row does not say what its last event, {version}, says"
        yield None, stream_id, reason
