"""How many units of a SKU one line may hold."""

from modules.carts.contracts import MAXIMUM_QUANTITY, QuantityRefused


def check_quantity(quantity: int, *, least: int) -> None:
    """Refuses what is not a whole number from `least` to `MAXIMUM_QUANTITY`.

    Raises:
        QuantityRefused: with what may be chosen.
    """
    if type(quantity) is not int or not least <= quantity <= MAXIMUM_QUANTITY:
        raise QuantityRefused(
            f"Choose a quantity between {least} and {MAXIMUM_QUANTITY}",
            quantity=quantity,
            limit=MAXIMUM_QUANTITY,
        )
