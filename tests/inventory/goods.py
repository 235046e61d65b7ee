"""Stock to work with, said in few words."""

from uuid import UUID

from modules.inventory.commands import receive_stock, reserve
from modules.inventory.contracts import ReceiveStock, Reserve, StockLevel, StockLine
from modules.inventory.selectors import stock_levels


def stock(sku: str, units: int) -> None:
    receive_stock(ReceiveStock(sku=sku, quantity=units))


def lines(**units: int) -> tuple[StockLine, ...]:
    return tuple(StockLine(sku=sku, quantity=quantity) for sku, quantity in units.items())


def hold(reference: UUID, **units: int) -> None:
    reserve(Reserve(reference=reference, lines=lines(**units), expires_at=None))


def level(sku: str) -> StockLevel:
    return stock_levels([sku])[sku]


def figures(sku: str) -> tuple[int, int, int]:
    """Returns on hand, reserved, free."""
    now = level(sku)
    return now.on_hand, now.reserved, now.free
