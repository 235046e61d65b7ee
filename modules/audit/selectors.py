"""Questions an auditor asks. Nothing here writes, and nothing here trusts a read model.

One door; each file behind it is named for what it answers.
"""

from modules.audit.access import looks
from modules.audit.as_read import read_today
from modules.audit.bundling import open_bundle as bundle
from modules.audit.chains import count_streams, verify, verify_all
from modules.audit.checkpoints import log_keys, signed_checkpoints, signed_note
from modules.audit.cover import cover
from modules.audit.erased import erasures
from modules.audit.exploring import explore
from modules.audit.folding import flat
from modules.audit.looking_back import open_rows as past_rows
from modules.audit.proving import consistency, inclusion_proof
from modules.audit.receipts import order_proof, receipt
from modules.audit.recording import recorded, verifications
from modules.audit.reporting import run, runs
from modules.audit.rows import read_models, row_then, totals
from modules.audit.states import (
    differences,
    not_compared,
    state_at,
    stored_and_fresh,
    version_at,
)
from modules.audit.streams import family, find, head, heads, recent_streams, stream
from modules.audit.stretches import density as log_density
from modules.audit.stretches import uncounted as events_to_count

__all__ = [
    "bundle",
    "consistency",
    "count_streams",
    "cover",
    "differences",
    "erasures",
    "events_to_count",
    "explore",
    "family",
    "find",
    "flat",
    "head",
    "heads",
    "inclusion_proof",
    "log_density",
    "log_keys",
    "looks",
    "not_compared",
    "order_proof",
    "past_rows",
    "read_models",
    "read_today",
    "receipt",
    "recent_streams",
    "recorded",
    "row_then",
    "run",
    "runs",
    "signed_checkpoints",
    "signed_note",
    "state_at",
    "stored_and_fresh",
    "stream",
    "totals",
    "verifications",
    "verify",
    "verify_all",
    "version_at",
]
