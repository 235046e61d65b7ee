"""Paying by gift card: the money was taken off the card when the order was placed."""

from modules.payments.gateways.invoice import Invoice


class GiftCardPayment(Invoice):
    """A provider without an outside. Shoppers do not choose it: they enter a card in the basket.

    What is voided or refunded here goes back to the card by the fact that says so.
    """

    code = "giftcard"
    title = "Gift card"
    description = "Paid with a gift card."
    manual = False
    chosen = False
