"""What a line is, judged by its shape alone; the same table as docs/guides/importing.md."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from config.history import judging
from config.history.judging import in_utc, ruling
from config.importing.reading import Line, UnreadableLine

A_LINE = Line(
    number=1,
    invoice="536365",
    code="85123A",
    description="HEART HOLDER",
    quantity=6,
    invoiced_at=datetime(2010, 12, 1, 8, 26),  # noqa: DTZ001  # the shop's own clock
    price=Decimal("2.55"),
    customer="17850",
    country="United Kingdom",
)


def test_goods_at_a_price_are_a_sale_and_with_a_c_before_the_number_a_return() -> None:
    assert ruling(A_LINE).kind == "sale"
    assert ruling(A_LINE._replace(invoice="C536379", quantity=-6)).kind == "return"
    assert ruling(A_LINE._replace(invoice="c536379", quantity=-6)).kind == "return"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"code": "POST"}, "delivery charge: delivery methods charge it"),
        ({"code": "m"}, "typed in by hand: it says nothing about what was sold"),
        ({"code": "ADJUST2"}, "booking or test by hand: nothing that is sold"),
        ({"invoice": "A563186", "price": Decimal("-11062.06")}, judging.BOOKKEEPING),
        ({"invoice": "Z1"}, judging.BOOKKEEPING),
        ({"price": Decimal("0.001")}, judging.FINE_PRICE),
        ({"price": Decimal("-1")}, judging.BELOW_ZERO),
        ({"price": Decimal(0)}, judging.NO_SALE),
        ({"price": Decimal(0), "quantity": -9}, judging.WRITTEN_OFF),
        ({"quantity": 0}, judging.NOTHING),
        ({"quantity": -1}, judging.NEGATIVE_SALE),
        ({"invoice": "C536379"}, judging.NO_RETURN),
    ],
)
def test_what_is_no_trade_is_an_adjustment(changes: dict[str, object], reason: str) -> None:
    assert ruling(A_LINE._replace(**changes)) == ("adjustment", reason)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"invoice": "536365+2"}, judging.BAD_NUMBER),
        ({"invoice": "5" * 17}, judging.BAD_NUMBER),
        ({"code": "8" * 51}, judging.TOO_LONG),
        ({"description": "H" * 201}, judging.TOO_LONG),
        ({"invoiced_at": datetime(1, 1, 1)}, judging.BAD_TIME),  # noqa: DTZ001
        ({"quantity": 1_000_001}, judging.TOO_LARGE),
        ({"price": Decimal(-1_000_001)}, judging.TOO_LARGE),
        ({"price": Decimal("0.000000001")}, judging.TOO_FINE),
    ],
)
def test_what_no_book_can_hold_is_rejected(changes: dict[str, object], reason: str) -> None:
    assert ruling(A_LINE._replace(**changes)) == ("rejected", reason)  # type: ignore[arg-type]


def test_a_line_that_cannot_be_read_is_rejected_with_what_it_says() -> None:
    line = UnreadableLine(7, "536365", "85123A", "Quantity is no whole number: 'six'")
    assert ruling(line) == ("rejected", line.reason)


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        ((2010, 12, 1, 8, 26), (2010, 12, 1, 8, 26)),
        ((2011, 7, 1, 8, 26), (2011, 7, 1, 7, 26)),
        # The hour that comes twice, and the one that never comes.
        ((2011, 10, 30, 1, 30), (2011, 10, 30, 0, 30)),
        ((2011, 3, 27, 1, 30), (2011, 3, 27, 1, 30)),
    ],
)
def test_the_shop_s_clock_stands_in_london(local: tuple[int, ...], utc: tuple[int, ...]) -> None:
    assert in_utc(datetime(*local)) == datetime(*utc, tzinfo=UTC)  # type: ignore[arg-type, misc]  # noqa: DTZ001
