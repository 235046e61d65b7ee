"""Checkpoints to a witness that cosigns them: c2sp.org/tlog-witness, the log's side."""

from dataclasses import dataclass
from urllib.parse import urlsplit
from uuid import UUID

import httpx

from events.integrity.checkpoints import checkpoint_at, last_cosigned
from events.integrity.merkle import consistency
from events.integrity.notes import COSIGNATURE, KeyMalformed, VerifierKey, body_of, encoded
from events.integrity.shipping import Forked, SinkRefused
from events.integrity.tree import proofs

TIMEOUT_SECONDS = 15
SIZE_TYPE = "text/x.tlog.size"
EXAMPLE = "witness+https://witness.example/prefix#NAME+ID+KEY"


class WitnessRefused(Exception):
    """The witness answered something else than a cosignature; the message says what."""


@dataclass(frozen=True, slots=True)
class Behind:
    """The witness expects the proof to begin at another size: the one it cosigned last."""

    size: int


class Witness:
    """`witness+https://witness.example/w1#<its verifier key>`: asks for a cosignature."""

    every_seconds = 0

    def __init__(self, address: str) -> None:
        parts = urlsplit(address.partition("+")[2])
        try:
            self.key = VerifierKey.read(parts.fragment)
        except KeyMalformed as error:
            raise SinkRefused(f"a witness is written {EXAMPLE}; its key: {error}") from error
        if self.key.kind != COSIGNATURE or not parts.hostname:
            raise SinkRefused(f"a witness is written {EXAMPLE}, with a key of type 4")
        self.url = f"{parts._replace(fragment='', query='').geturl().rstrip('/')}/add-checkpoint"
        self.name = f"witness {self.key.name}"

    def ship(self, size: int, note: str, effect_id: UUID) -> list[tuple[str, str]]:
        """Returns the witness's cosignature; nothing if it cosigned a larger checkpoint already.

        Raises:
            Forked: the witness knows a longer or another history of this log.
            WitnessRefused, httpx.HTTPError: no answer that helps; to be tried again.
        """
        old = last_cosigned(self.key.name, size)
        for _ in range(3):
            answer = self.ask(old, size, note)
            if isinstance(answer, str):
                return [(self.key.name, answer)]
            old = answer.size
            if old and checkpoint_at(old) is None:
                raise Forked(
                    f"{self.name} cosigned {old} events, which this log never signed:"
                    " was an older backup restored?"
                )
            if old > size:
                # A larger checkpoint got there first, and covers this one.
                return []
        raise WitnessRefused(f"{self.name} names another size with every request")

    def ask(self, old: int, size: int, note: str) -> str | Behind:
        (path,) = proofs([consistency(old, size)])
        lines = "".join(f"{encoded(each)}\n" for each in path)
        response = httpx.post(
            self.url,
            content=f"old {old}\n{lines}\n{note}".encode(),
            headers={"Content-Type": "text/plain; charset=utf-8"},
            timeout=TIMEOUT_SECONDS,
        )
        text = response.text
        if response.status_code == httpx.codes.OK:
            return self.own_line(text, note)
        if response.status_code == httpx.codes.CONFLICT:
            if response.headers.get("content-type") == SIZE_TYPE and text.strip().isdecimal():
                return Behind(int(text))
            raise Forked(f"{self.name} cosigned another root at {size} events: {text.strip()}")
        if response.status_code == httpx.codes.UNPROCESSABLE_ENTITY:
            raise Forked(f"{self.name} refuses the proof from {old} to {size} events")
        raise WitnessRefused(f"{self.name} answered {response.status_code}: {text[:200].strip()}")

    def own_line(self, text: str, note: str) -> str:
        """Returns the line that this witness's key verifies; others are ignored."""
        for line in text.splitlines():
            if self.key.cosigned_at(body_of(note), line) is not None:
                return line
        raise WitnessRefused(f"{self.name} answered with no signature of its own key")
