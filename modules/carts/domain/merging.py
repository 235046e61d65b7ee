"""The policy for signing in with a basket: quantities add up, capped by what may be bought."""

from collections.abc import Mapping

from modules.carts.contracts import MAXIMUM_LINES, MAXIMUM_QUANTITY, MergeNote


def merged(
    own: Mapping[str, int], guest: Mapping[str, int], limits: Mapping[str, int] | None
) -> tuple[dict[str, int], tuple[MergeNote, ...]]:
    """Returns the quantities per SKU, own lines first, and a note for each that was cut.

    Only SKUs of the guest's basket are touched: what the customer had alone stays as it was.
    """
    quantities = dict(own)
    notes: list[MergeNote] = []
    for sku, added in guest.items():
        wanted = own.get(sku, 0) + added
        stock = (limits or {}).get(sku, wanted)
        kept = max(0, min(wanted, stock, MAXIMUM_QUANTITY))
        if sku not in quantities and len(quantities) >= MAXIMUM_LINES:
            notes.append(MergeNote(sku=sku, wanted=wanted, kept=0, reason="cart-full"))
            continue
        if kept < wanted:
            notes.append(
                MergeNote(
                    sku=sku,
                    wanted=wanted,
                    kept=kept,
                    reason="stock" if stock <= MAXIMUM_QUANTITY else "line-limit",
                )
            )
        if kept:
            quantities[sku] = kept
        else:
            quantities.pop(sku, None)
    return quantities, tuple(notes)
