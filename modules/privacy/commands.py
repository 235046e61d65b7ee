"""Erasing somebody."""

from events.commands import command
from events.privacy.erasing import erase
from modules.privacy.contracts import EraseCustomer


@command
def erase_customer(message: EraseCustomer) -> None:
    """Destroys the keys of somebody's data, and all copies of it; there is no way back.

    Orders, payments and every sum stay as they are; names in them read `erased`.

    Raises:
        AccountInOffice: the account is of somebody who works for the shop; nothing was erased.
        OSError: the list outside the database cannot be written; nothing was erased.
    """
    erase(message.subjects)
