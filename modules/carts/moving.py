"""Merging two baskets row by row."""

from collections.abc import Mapping
from uuid import UUID

from modules.carts.contracts import MAXIMUM_CODES, MergeNote
from modules.carts.domain.merging import merged
from modules.carts.models import Cart as CartRow
from modules.carts.models import Line, Status


def move_lines(
    guest: CartRow, own: CartRow, limits: Mapping[str, int] | None
) -> tuple[MergeNote, ...]:
    """Writes the merged lines into the customer's basket and ends the guest's."""
    lines: dict[UUID, list[Line]] = {guest.id: [], own.id: []}
    for line in Line.objects.filter(cart_id__in=lines):
        lines[line.cart_id].append(line)
    quantities, notes = merged(
        {line.sku: line.quantity for line in lines[own.id]},
        {line.sku: line.quantity for line in lines[guest.id]},
        limits,
    )
    by_sku = {line.sku: line for line in [*lines[own.id], *lines[guest.id]]}
    if guest.currency != own.currency:
        for line in lines[guest.id]:
            line.unit_price_minor_when_added = 0
    Line.objects.filter(cart_id=own.id).exclude(sku__in=quantities).delete()
    Line.objects.bulk_create(
        [
            Line(
                cart_id=own.id,
                sku=sku,
                quantity=quantity,
                unit_price_minor_when_added=by_sku[sku].unit_price_minor_when_added,
                added_at=by_sku[sku].added_at,
            )
            for sku, quantity in quantities.items()
        ],
        update_conflicts=True,
        unique_fields=["cart", "sku"],
        update_fields=["quantity", "unit_price_minor_when_added"],
    )
    CartRow.objects.change(guest.id, status=Status.MERGED)
    CartRow.objects.change(
        own.id,
        delivery_address=own.delivery_address or guest.delivery_address,
        billing_address=own.billing_address or guest.billing_address,
        method_code=own.method_code or guest.method_code,
        codes=list(dict.fromkeys([*own.codes, *guest.codes]))[:MAXIMUM_CODES],
        vat_id=own.vat_id or guest.vat_id,
    )
    return notes
