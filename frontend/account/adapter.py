"""What signing in does to the basket: what was chosen as a guest comes along."""

from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse

from frontend.storefront.shopper import guest_cart, remember
from modules.carts.commands import merge_carts
from modules.carts.contracts import Cart, CartNotFound, MergeCarts, MergeNote
from modules.catalog.selectors import sellable_variants
from modules.inventory.selectors import stock_levels


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth carries no types
    """Signing in and signing up end here, which is where the answer's cookie can be changed."""

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **rest: Any) -> HttpResponse:
        """Merges the guest's basket into the customer's, says so, and keeps the merged one."""
        guest = guest_cart(request)
        response = cast("HttpResponse", super().post_login(request, user, **rest))
        if guest is None or not guest.lines:
            return response
        try:
            merged = merge_carts(
                MergeCarts(guest_cart_id=guest.id, customer_id=user.pk, limits=limits(guest))
            )
        except CartNotFound:
            return response  # It was ordered or merged in another window meanwhile.
        for level, words in told(merged.notes):
            messages.add_message(request, level, words)
        return remember(response, merged.cart)


def limits(guest: Cart) -> dict[str, int]:
    """Returns how many units of each SKU in the basket can be had; none of what has no stock."""
    skus = [line.sku for line in guest.lines]
    levels = stock_levels(skus)
    return {sku: levels[sku].available if sku in levels else 0 for sku in skus}


def told(notes: tuple[MergeNote, ...]) -> list[tuple[int, str]]:
    """Returns what to say: that the baskets are one now, and each piece that was cut."""
    known = sellable_variants([note.sku for note in notes]) if notes else {}
    said = [(messages.SUCCESS, "What you had chosen as a guest is in your basket.")]
    for note in notes:
        title = known[note.sku].title if note.sku in known else note.sku
        said.append((messages.WARNING, note.message.replace(note.sku, title, 1)))
    return said
