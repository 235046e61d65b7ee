"""A witness in this process, and one that answers over HTTP on a free port."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from verify import read_key
from witness import Server, Witness, WitnessKey, shown


def new_witness(name: str = "witness.test/w1") -> WitnessKey:
    return WitnessKey(name, Ed25519PrivateKey.generate())


@contextmanager
def serving(key: WitnessKey, logs: Sequence[str], state: Path) -> Iterator[str]:
    """Runs a witness that knows these logs; yields its address for CHECKPOINT_SINKS."""
    server = Server(("127.0.0.1", 0), Witness(key, [read_key(text) for text in logs], state))
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"witness+http://127.0.0.1:{server.server_port}/w1#{shown(key.public)}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        server.witness.owner.close()
