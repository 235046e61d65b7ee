"""What staff may do to an order: each form is one command, its id in the form."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_POST

from events.context import acting
from frontend.access import staff_only
from frontend.htmx import page, redirect
from frontend.people import actor_name
from frontend.staff.orders import order_context
from modules.kernel.errors import Conflict, DomainError
from modules.kernel.identity import derived_id
from modules.kernel.money import Money, MoneyError
from modules.notifications.commands import send_payment_link
from modules.notifications.contracts import SendPaymentLink
from modules.orders import commands
from modules.orders.contracts import (
    CancelLines,
    CancelOrder,
    CaptureOrder,
    DeliverParcel,
    LineQuantity,
    OrderChanged,
    OrderDetail,
    ReceiveReturn,
    RefundOrder,
    ShipParcel,
)
from modules.orders.selectors import order_detail
from modules.payments.commands import mark_paid, settle
from modules.payments.selectors import payments_of


class FormRefused(Conflict):
    """What was typed into a form cannot be read."""

    code = "form-refused"


type Action = Callable[[OrderDetail, QueryDict, int, UUID], object]


def quantities(order: OrderDetail, data: QueryDict) -> tuple[LineQuantity, ...]:
    """Returns the lines with a quantity above zero, as typed beside each."""
    chosen = []
    for line in order.lines:
        text = data.get(f"quantity_{line.sku}", "").strip()
        if not text or text == "0":
            continue
        if not text.isdecimal() or len(text) > 6:
            raise FormRefused(f"“{text}” is not a number of units: type a whole number.")
        chosen.append(LineQuantity(sku=line.sku, quantity=int(text)))
    if not chosen:
        raise FormRefused("Type how many units of which line; all are at zero.")
    return tuple(chosen)


def amount(order: OrderDetail, data: QueryDict) -> int:
    """Returns the typed amount in minor units of the order's currency."""
    try:
        return Money.parse(data.get("amount", ""), order.currency).minor
    except MoneyError as error:
        raise FormRefused(f"{error}.") from None


def identifier(data: QueryDict, name: str) -> UUID:
    try:
        return UUID(data.get(name, ""))
    except ValueError:
        raise FormRefused("This form is out of date: reload the page and try again.") from None


def seen_version(data: QueryDict) -> int:
    """Returns the version that the person saw when the form was made."""
    text = data.get("version", "")
    if not text.isdecimal() or len(text) > 9:
        raise FormRefused("This form is out of date: reload the page and try again.")
    return int(text)


def ship(order: OrderDetail, data: QueryDict, seen: int, command_id: UUID) -> None:
    commands.ship_parcel(
        ShipParcel(
            order_id=order.id,
            expected_version=seen,
            parcel_id=derived_id("parcel", command_id),
            lines=quantities(order, data),
            carrier=data.get("carrier", "").strip()[:100],
            tracking_number=data.get("tracking_number", "").strip()[:100],
        )
    )


def deliver(order: OrderDetail, data: QueryDict, seen: int, command_id: UUID) -> None:
    commands.deliver_parcel(
        DeliverParcel(
            order_id=order.id, expected_version=seen, parcel_id=identifier(data, "parcel")
        )
    )


def cancel_lines(order: OrderDetail, data: QueryDict, seen: int, command_id: UUID) -> None:
    commands.cancel_lines(
        CancelLines(
            order_id=order.id,
            expected_version=seen,
            lines=quantities(order, data),
            reason=reason(data),
        )
    )


def cancel(order: OrderDetail, data: QueryDict, seen: int, command_id: UUID) -> None:
    commands.cancel_order(
        CancelOrder(order_id=order.id, expected_version=seen, reason=reason(data))
    )


def capture(order: OrderDetail, data: QueryDict, seen: int, command_id: UUID) -> None:
    commands.capture_order(
        CaptureOrder(
            order_id=order.id,
            expected_version=seen,
            capture_id=derived_id("capture", command_id),
            amount_minor=amount(order, data),
        )
    )


def refund(order: OrderDetail, data: QueryDict, seen: int, command_id: UUID) -> None:
    commands.refund_order(
        RefundOrder(
            order_id=order.id,
            expected_version=seen,
            refund_id=derived_id("refund", command_id),
            amount_minor=amount(order, data),
            reason=reason(data),
        )
    )


def receive_return(order: OrderDetail, data: QueryDict, seen: int, command_id: UUID) -> None:
    commands.receive_return(
        ReceiveReturn(
            order_id=order.id,
            expected_version=seen,
            return_id=identifier(data, "return"),
            restock=data.get("restock") == "yes",
        )
    )


def paid(order: OrderDetail, data: QueryDict, seen: int, command_id: UUID) -> None:
    wanted = identifier(data, "payment")
    if wanted not in {payment.id for payment in payments_of(order.id)}:
        raise FormRefused("This payment belongs to another order.")
    mark_paid(wanted)


def send_link(order: OrderDetail, data: QueryDict, seen: int, command_id: UUID) -> None:
    send_payment_link(SendPaymentLink(order_id=order.id))


def reason(data: QueryDict) -> str:
    text = " ".join((data.get("reason", ""), data.get("note", ""))).strip()[:300]
    if not text:
        raise FormRefused("Choose or type a reason: it is recorded with the order.")
    return text


ACTIONS: dict[str, Action] = {
    "ship": ship,
    "deliver": deliver,
    "cancel-lines": cancel_lines,
    "cancel": cancel,
    "capture": capture,
    "refund": refund,
    "receive-return": receive_return,
    "mark-paid": paid,
    "payment-link": send_link,
}


@require_POST
@staff_only
def act(request: HttpRequest, order_id: UUID, action: str) -> HttpResponse:
    """Runs one action and shows the order again; a refusal keeps what was typed and says why."""
    if action not in ACTIONS:
        raise Http404
    order = order_detail(order_id)
    data = request.POST
    try:
        seen, command_id = seen_version(data), identifier(data, "command_id")
        with acting(command_id=command_id):
            ACTIONS[action](order, data, seen, command_id)
    except OrderChanged as change:
        return refused(request, order_detail(order_id), action, explained(change))
    except DomainError as refusal:
        return refused(request, order_detail(order_id), action, refusal.message)
    for payment in payments_of(order_id):
        settle(payment.id)
    return redirect(request, reverse("staff-order", args=[order_id]))


def explained(change: OrderChanged) -> str:
    """Says who was faster, with what, so that the person can review before trying again."""
    who = actor_name(str(change.fields["by"]))
    at = datetime.fromisoformat(str(change.fields["at"]))
    return (
        f"{who[:1].upper()}{who[1:]} changed this order at {at:%H:%M:%S} UTC: "
        f"{change.fields['what']}. Nothing of yours was done. "
        "Review what changed below, then try again."
    )


def refused(request: HttpRequest, order: OrderDetail, action: str, words: str) -> HttpResponse:
    context = order_context(order, tried=action, typed=request.POST) | {"problem": words}
    return page(request, "staff/order.html", context, partial="order", status=409)
