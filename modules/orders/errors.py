"""Why something about an order is refused."""

from modules.kernel.errors import Conflict, Forbidden, NotFound


class OrderNotFound(NotFound):
    """No such order, or not yours: both read the same."""

    code = "order-not-found"


class PageUnknown(NotFound):
    """The cursor is not one that the shop gave out: begin the list anew without it."""

    code = "page-unknown"


class PastUnsorted(Conflict):
    """A list as of a moment was narrowed by a status, which is known of the present only."""

    code = "past-unsorted"


class OrderStepRefused(Conflict):
    """The order's state does not allow this step. Fields: `step`, `status`."""

    code = "order-step-refused"


class QuantityNotOpen(Conflict):
    """More units than the line has for this step. Fields: `sku`, `quantity`, `available`."""

    code = "order-quantity-not-open"


class OrderChanged(Conflict):
    """Somebody acted on the order since the page was shown.

    Fields: `seen` and `now` (versions), `by` (actor), `at` (ISO time) and `what` of the last step.
    """

    code = "order-changed"


class QuoteUnsound(Conflict):
    """A quote that cannot be an order: no lines, or amounts that do not add up."""

    code = "order-quote-unsound"


class LinkRefused(Forbidden):
    """A signed order link that was altered or has expired."""

    code = "order-link-refused"
