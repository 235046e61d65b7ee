"""Entering the codes of vouchers and gift cards, and taking them out again."""

from modules.carts.commands import set_codes
from modules.carts.contracts import SetCodes
from modules.carts.selectors import cart as cart_of
from modules.checkout.contracts import EnterCode, RemoveCode
from modules.checkout.funding import as_entered
from modules.giftcards.selectors import card_by_code
from modules.promotions.commands import check_code
from modules.promotions.contracts import CheckCode
from modules.promotions.selectors import as_typed


def enter_code(message: EnterCode) -> str:
    """Puts a voucher or a gift card into a basket; the same one again counts once.

    Returns how it stands there.

    Raises:
        TooManyTries: too many wrong codes from there.
        VoucherUnknown: not a code that can be used.
        CartNotFound, CartClosed, TooManyCodes: the basket does not take it.
    """
    cart = cart_of(message.cart_id)
    card = card_by_code(message.code)
    code = check_code(
        CheckCode(
            code=message.code,
            tried_by=message.tried_by,
            otherwise=as_entered(card) if card else "",
        )
    )
    set_codes(SetCodes(cart_id=cart.id, codes=(*cart.codes, code)))
    return code


def remove_code(message: RemoveCode) -> None:
    """Takes a voucher or a gift card out of a basket; one that is not in it changes nothing.

    Raises:
        CartNotFound, CartClosed: the basket cannot be changed.
    """
    cart = cart_of(message.cart_id)
    gone = {message.code, as_typed(message.code)}
    left = tuple(code for code in cart.codes if code not in gone)
    set_codes(SetCodes(cart_id=cart.id, codes=left))
