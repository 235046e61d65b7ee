"""Erasing somebody."""

from collections.abc import Sequence

from events.commands import command
from events.privacy.erasing import erase
from modules.orders.selectors import open_orders_of
from modules.privacy.contracts import EraseCustomer, OrdersOpen

# So many open orders are named in a refusal's sentence; its field names all.
NAMED = 10


@command
def erase_customer(message: EraseCustomer) -> None:
    """Destroys the keys of somebody's data, and all copies of it; there is no way back.

    Orders, payments and every sum stay as they are; names in them read `erased`.

    Raises:
        OrdersOpen: orders of theirs have to be finished first; nothing was erased.
        AccountInOffice: the account is of somebody who works for the shop; nothing was erased.
        OSError: the list outside the database cannot be written; nothing was erased.
    """
    numbers = open_orders_of(message.subjects)
    if numbers and not message.open_orders_too:
        raise OrdersOpen(_unfinished(numbers), orders=numbers)
    erase(message.subjects)


def _unfinished(numbers: Sequence[str]) -> str:
    listed = ", ".join(numbers[:NAMED]) + (" and others" if len(numbers) > NAMED else "")
    if len(numbers) == 1:
        return f"Order {listed} is still open. Wait until it is finished, or cancel it first."
    return f"Orders {listed} are still open. Wait until they are finished, or cancel them first."
