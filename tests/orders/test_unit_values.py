"""What units are worth is what sharing the line unit by unit gives, computed without the list."""

from hypothesis import given
from hypothesis import strategies as st

from modules.kernel.money import allocate
from modules.orders.domain.state import Line


@given(
    total=st.integers(-100_000, 100_000),
    tax=st.integers(0, 20_000),
    quantity=st.integers(1, 300),
    data=st.data(),
)
def test_any_run_of_units_is_worth_its_shares(
    total: int, tax: int, quantity: int, data: st.DataObject
) -> None:
    first = data.draw(st.integers(0, quantity))
    units = slice(first, data.draw(st.integers(first, quantity)))
    line = Line(sku="A", title="A", quantity=quantity, unit_price_minor=1, total_minor=total,
                tax_minor=tax)  # fmt: skip
    assert line.value(units) == sum(allocate(total, [1] * quantity)[units])
    assert line.tax(units) == sum(allocate(tax, [1] * quantity)[units])
