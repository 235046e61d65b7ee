"""What can be done with documents: issue what is missing. Nothing changes one afterwards."""

from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings

from events.commands import command
from events.privacy.erasing import destroy_keys
from events.privacy.keys import stored_keyring
from events.privacy.sealing import personal_fields
from events.privacy.secrets import subject_of
from events.repository import load_or_none, save
from modules.invoicing.contracts import Document, IssueDocuments, Seller, Terms
from modules.invoicing.domain.billing import Billing, billing_of
from modules.invoicing.domain.due import Draft, Money, next_due
from modules.invoicing.domain.parts import taxes_of
from modules.invoicing.numbering import take_number
from modules.kernel.clock import now
from modules.orders.contracts import OrderDetail
from modules.orders.selectors import order_detail
from modules.payments.contracts import PaymentDetail
from modules.payments.selectors import payments_of


@command
def issue_documents(message: IssueDocuments) -> tuple[str, ...]:
    """Issues every document that an order is owed; returns their numbers. Again issues nothing.

    Raises:
        OrderNotFound: there is no such order.
        DocumentUnsound: the order's stored amounts do not add up.
    """
    # A key that this process remembers may be one that another has just retired.
    stored_keyring.forget()
    shown = order_detail(message.order_id)
    with personal_fields("kept"):
        order = order_detail(message.order_id)
    erased = shown.contact.billing_address != order.contact.billing_address
    payments = payments_of(order.id)
    money = Money(
        captured_minor=sum(each.captured_minor for each in payments),
        refunded_minor=sum(each.refunded_minor for each in payments),
    )
    billing_id = billing_of(order.id)
    billing = load_or_none(Billing, billing_id) or Billing.begin(billing_id)
    numbers = []
    while draft := next_due(billing.documents, order, money, settings.SHOP_INVOICE):
        terms = _terms(draft, billing, payments)
        document = _document(draft, order, terms)
        billing.issue(document, None if erased else _subject(order))
        numbers.append(document.number)
    if numbers:
        save(billing)
        if erased:
            # Sealed anew for the law alone: from the first moment nobody else reads it.
            destroy_keys([billing_id], now())
    return tuple(numbers)


def _document(draft: Draft, order: OrderDetail, terms: Terms) -> Document:
    moment = now()
    series, number = take_number(draft.kind, _day(moment))
    quote, buyer = order.quote, order.contact.billing_address
    return Document(
        id=draft.id,
        kind=draft.kind,
        series=series,
        number=number,
        issued_on=_day(moment),
        supplied_on=_day(draft.supplied_at) if draft.supplied_at else None,
        order_id=order.id,
        order_number=order.number,
        ordered_on=_day(order.placed_at),
        customer_id=order.customer_id,
        language=settings.INVOICE_LANGUAGES.get(buyer.country, settings.LANGUAGE_CODE),
        currency=order.currency,
        country=quote.country,
        tax_included=quote.tax_included,
        seller=Seller(**settings.INVOICE_SELLER),
        buyer=buyer,
        # The buyer's VAT id, where the order holds one, is what reverse charge rests on.
        buyer_vat_id=str(getattr(order, "vat_id", "")),
        lines=draft.lines,
        taxes=taxes_of(draft.lines),
        net_minor=sum(line.net_minor for line in draft.lines),
        tax_minor=sum(line.tax_minor for line in draft.lines),
        total_minor=draft.total_minor,
        terms=terms,
        cites=draft.cites.number if draft.cites else "",
        cited_on=draft.cites.issued_on if draft.cites else None,
        cited_id=draft.cites.id if draft.cites else None,
    )


def _terms(draft: Draft, billing: Billing, payments: tuple[PaymentDetail, ...]) -> Terms:
    """Returns who pays how: of what is promised by transfer, no more than was not asked for yet."""
    used = [each for each in payments if each.authorised_minor]
    method = ", ".join(dict.fromkeys(each.provider_title for each in used))
    if draft.kind == "credit-note":
        return Terms(method=method)
    promised = sum(each.authorised_minor - each.voided_minor for each in used if each.manual)
    asked = sum(each.terms.due_minor for each in billing.documents)
    due_minor = max(0, min(draft.total_minor, promised - asked))
    if not due_minor:
        return Terms(method=method)
    due_on = _day(now()) + timedelta(days=settings.INVOICE_DUE_DAYS)
    return Terms(method=method, due_minor=due_minor, due_on=due_on)


def _subject(order: OrderDetail) -> UUID | None:
    if order.customer_id is None and not order.contact.email:
        return order.id
    return subject_of(order.customer_id, order.contact.email)


def _day(moment: datetime) -> date:
    return moment.astimezone(ZoneInfo(settings.SHOP_ZONE)).date()
