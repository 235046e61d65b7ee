"""Why something about the books is refused or cannot be answered."""

from modules.kernel.errors import Conflict, NotFound, Unavailable


class AccountUnknown(NotFound):
    """The chart has no account of this name. Field: `account`."""

    code = "ledger-account-unknown"


class EntryUnbalanced(Conflict):
    """Debits and credits differ. Fields: `currency`, `millionths` (of a minor unit)."""

    code = "ledger-entry-unbalanced"


class BookingUnsound(Conflict):
    """A booking that moves nothing."""

    code = "ledger-booking-unsound"


class CursorUnknown(NotFound):
    """The cursor is not one that the ledger gave out: begin anew without it."""

    code = "ledger-cursor-unknown"


class CaseNotFound(NotFound):
    """There is no such case. Field: `case_id`."""

    code = "ledger-case-not-found"


class CaseClosed(Conflict):
    """The case is closed already. Fields: `by`, `reason`."""

    code = "ledger-case-closed"


class ReasonMissing(Conflict):
    """A case is closed by a person with a reason of ten characters at least. Field: `least`."""

    code = "ledger-reason-missing"


class ReconciliationRuns(Unavailable):
    """Another reconciliation with this provider is under way; wait for it."""

    code = "ledger-reconciliation-runs"


class SettlementFileRefused(Conflict):
    """A settlement file that cannot be read; nothing of it was taken. Field: `problems`."""

    code = "ledger-settlement-file-refused"


class QuoteNotRepeatable(Conflict):
    """A stored quote that cannot be asked for again: it was made by formulas of another kind."""

    code = "ledger-quote-not-repeatable"


class NothingToCorrect(Conflict):
    """The order's quote is right, or was corrected already. Field: `order_id`."""

    code = "ledger-nothing-to-correct"
