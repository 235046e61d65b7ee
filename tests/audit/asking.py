"""An auditor who asks for longer work, and the worker that does it."""

from uuid import UUID

from events import relay
from events.context import acting
from modules.audit.commands import ask_run
from modules.audit.contracts import AskRun, RunKind

AUDITOR = "auditor:0192f0c1-7d1c-7b8e-9a51-6f0d2b8c4e11"


def asked(kind: RunKind, subject: str = "") -> UUID:
    """Has a run asked for and done; returns its id."""
    with acting(actor=AUDITOR):
        run_id = ask_run(AskRun(kind=kind, subject=subject))
    relay.drain()
    return run_id
