"""Why a promotion or a voucher is refused."""

from modules.kernel.errors import Conflict, NotFound, Unavailable


class PromotionNotFound(NotFound):
    """There is no promotion of this code; field: `code`."""

    code = "promotion-not-found"


class PromotionRefused(Conflict):
    """A promotion, campaign or voucher that cannot be meant so. Field: `field`, what to correct."""

    code = "promotion-refused"


class PromotionChanged(Conflict):
    """Somebody saved another version since the page was shown. Fields: `seen`, `now`."""

    code = "promotion-changed"


class VoucherUnknown(NotFound):
    """The code cannot be used: it was never given out, or is over. All read the same."""

    code = "voucher-unknown"


class VoucherSpent(Conflict):
    """The voucher has been used as often as it may be. Field: `voucher`."""

    code = "voucher-spent"


class BudgetSpent(Conflict):
    """The campaign has given away all it may. Field: `campaign`."""

    code = "campaign-budget-spent"


class TooManyTries(Unavailable):
    """Too many codes were tried from here; field `retry_after_seconds` says how long to wait."""

    code = "too-many-tries"
