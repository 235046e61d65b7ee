"""Pay later by invoice: authorised at once, and captured when staff see the money arrive."""

from collections.abc import Mapping, Sequence

from modules.payments.contracts import NotificationRefused
from modules.payments.domain.provider import Find, Notice, Operate, Start
from modules.payments.domain.reports import Report, ReportKind


class Invoice:
    """A provider without an outside: the shop itself says what happened, so every answer is yes."""

    code = "invoice"
    title = "Invoice"
    description = "Pay by bank transfer within 14 days of delivery."
    needs_shopper = False
    manual = True
    local = True
    authorisation_days = 0
    renews = False

    def start(self, request: Start) -> Report:
        return self._authorised(request)

    def find(self, request: Find) -> Sequence[Report]:
        return (self._authorised(request),)

    def _authorised(self, request: Start | Find) -> Report:
        return Report(
            kind="authorised",
            payment_id=request.payment_id,
            attempt_id=request.attempt_id,
            provider_reference=f"{self.code}-{request.attempt_id}",
            amount_minor=request.amount_minor,
            currency=request.currency,
        )

    def capture(self, request: Operate) -> Report:
        return self._done("captured", request)

    def void(self, request: Operate) -> Report:
        return self._done("voided", request)

    def refund(self, request: Operate) -> Report:
        return self._done("refunded", request)

    def read_notification(self, headers: Mapping[str, str], body: bytes) -> Notice:
        raise NotificationRefused("Nobody sends notifications about invoices.")

    def _done(self, kind: ReportKind, request: Operate) -> Report:
        return Report(
            kind=kind,
            payment_id=request.payment_id,
            operation_id=request.operation_id,
            provider_reference=request.provider_reference,
            amount_minor=request.amount_minor,
            currency=request.currency,
        )
