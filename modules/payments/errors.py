"""Why something about a payment is refused or cannot be answered."""

from modules.kernel.errors import Conflict, Forbidden, NotFound, Unavailable


class PaymentNotFound(NotFound):
    """There is no payment of this id; field: `payment_id`."""

    code = "payment-not-found"


class ProviderUnknown(NotFound):
    """No payment provider of this code is switched on; field: `provider`."""

    code = "payment-provider-unknown"


class PaymentStepRefused(Conflict):
    """The payment's state does not allow this step. Fields: `step`, `status`."""

    code = "payment-step-refused"


class AmountRefused(Conflict):
    """Zero, negative, or more than is left. Fields: `amount_minor`, `limit_minor`."""

    code = "payment-amount-refused"


class RequestDiffers(Conflict):
    """An id that was used before came back with other content. Fields: `id`, `amount_minor`."""

    code = "payment-request-differs"


class BankSessionNotFound(NotFound):
    """The test bank knows no such session, or none that may still be decided."""

    code = "bank-session-not-found"


class DecisionUnknown(Conflict):
    """The test bank offers no such decision. Field: `decision`."""

    code = "bank-decision-unknown"


class NotificationRefused(Forbidden):
    """A message from a provider that is forged, stale, or not for us. Nothing was recorded."""

    code = "payment-notification-refused"


class ProviderUnavailable(Unavailable):
    """The provider did not answer; the outcome is unknown and will be asked for."""

    code = "payment-provider-unavailable"


class MessageNotFound(NotFound):
    """There is no such message of a provider. Field: `message_id`."""

    code = "payment-message-not-found"


class MessageNotParked(Conflict):
    """The message was applied, waits for our own record, or was set aside already."""

    code = "payment-message-not-parked"


class AsideReasonMissing(Conflict):
    """A message is set aside by a person with a reason of ten characters at least."""

    code = "payment-aside-reason-missing"
