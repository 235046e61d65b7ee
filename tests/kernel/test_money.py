"""Money is whole minor units: read exactly, shared exactly, never a float."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.kernel.money import (
    EXPONENTS,
    Money,
    MoneyError,
    allocate,
    divide_half_up,
    exponent,
    total,
)

currencies = st.sampled_from(sorted(EXPONENTS))
amounts = st.integers(min_value=-(10**12), max_value=10**12)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [("1234", "JPY", 1234), ("1.234", "BHD", 1234), ("12.9", "EUR", 1290), ("-0.01", "EUR", -1)],
)
def test_an_amount_is_read_into_the_minor_units_of_its_currency(
    text: str, currency: str, minor: int
) -> None:
    assert Money.parse(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("text", "currency"),
    [("1.1", "ISK"), ("1.128", "USD"), ("1.2345", "BHD"), ("1.", "EUR"), ("1e3", "EUR")],
)
def test_decimals_that_a_currency_does_not_have_are_refused(text: str, currency: str) -> None:
    with pytest.raises(MoneyError):
        Money.parse(text, currency)


@pytest.mark.parametrize("text", ["", "abc", "NaN", "Infinity", "1,5", "0x10", "٣", "+1", "- 1"])
def test_what_is_no_plain_decimal_is_refused(text: str) -> None:
    with pytest.raises(MoneyError):
        Money.parse(text, "EUR")


@given(minor=amounts, currency=currencies)
def test_every_amount_is_written_and_read_back_exactly(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    text, written_currency = str(money).split(" ")
    assert Money.parse(text, written_currency) == money
    assert len(text.partition(".")[2]) == exponent(currency)


@pytest.mark.parametrize("minor", [1.0, "1", True, None])
def test_only_whole_numbers_are_minor_units(minor: object) -> None:
    with pytest.raises(MoneyError):
        Money(minor, "EUR")  # type: ignore[arg-type]


def test_an_unknown_currency_is_refused_not_guessed() -> None:
    with pytest.raises(MoneyError):
        Money(1, "XXX")


def test_amounts_of_two_currencies_are_never_added() -> None:
    with pytest.raises(MoneyError, match="EUR and USD cannot be added"):
        Money(1, "EUR") + Money(1, "USD")
    with pytest.raises(MoneyError, match="EUR and USD cannot be added"):
        Money(1, "EUR") - Money(1, "USD")
    with pytest.raises(MoneyError):
        total([Money(1, "USD")], "EUR")


def test_amounts_of_a_currency_are_added_taken_away_and_multiplied() -> None:
    price = Money(1_290, "EUR")
    assert price + Money(10, "EUR") == Money(1_300, "EUR")
    assert price - Money(10, "EUR") == Money(1_280, "EUR")
    assert price * 3 == Money(3_870, "EUR")
    assert -price == Money(-1_290, "EUR")


def test_a_sum_is_in_the_currency_that_was_asked_for_even_of_nothing() -> None:
    assert total([], "JPY") == Money.zero("JPY") == Money(0, "JPY")
    assert total([Money(1, "EUR"), Money(2, "EUR")], "EUR") == Money(3, "EUR")


def test_only_an_amount_of_nothing_counts_as_nothing() -> None:
    assert not Money(0, "EUR")
    assert Money(1, "EUR")
    assert Money(-1, "EUR")


@pytest.mark.parametrize(
    ("money", "written"),
    [
        (Money(0, "EUR"), "0.00 EUR"),
        (Money(5, "EUR"), "0.05 EUR"),
        (Money(-5, "EUR"), "-0.05 EUR"),
        (Money(123, "EUR"), "1.23 EUR"),
        (Money(7, "JPY"), "7 JPY"),
        (Money(7, "BHD"), "0.007 BHD"),
    ],
)
def test_an_amount_is_written_with_the_decimals_of_its_currency(money: Money, written: str) -> None:
    assert str(money) == written


@pytest.mark.parametrize(
    ("refused", "said"),
    [
        (lambda: exponent("XXX"), "'XXX' is not a currency this shop knows"),
        (lambda: Money(1.5, "EUR"), "minor units are whole numbers, not 1.5"),  # type: ignore[arg-type]
        (lambda: Money.parse("1,5", "EUR"), "'1,5' is not an amount; write it like 12.90"),
        (lambda: Money.parse("1.234", "EUR"), "EUR has 2 decimals; '1.234' has 3"),
        (lambda: divide_half_up(1, 0), "an amount cannot be divided by zero or less"),
        (lambda: divide_half_up(1, -1), "an amount cannot be divided by zero or less"),
        (lambda: allocate(1, [2, -1]), "a share cannot have a negative weight"),
        (
            lambda: allocate(1, [0]),
            "an amount cannot be shared among lines that are all worth nothing",
        ),
    ],
)
def test_what_is_refused_says_why(refused: Callable[[], object], said: str) -> None:
    with pytest.raises(MoneyError) as error:
        refused()
    assert str(error.value) == said


@pytest.mark.parametrize(
    ("numerator", "denominator", "rounded"), [(5, 2, 3), (-5, 2, -3), (4, 3, 1), (0, 7, 0)]
)
def test_halves_are_rounded_away_from_zero(numerator: int, denominator: int, rounded: int) -> None:
    assert divide_half_up(numerator, denominator) == rounded


@given(numerator=amounts, denominator=st.integers(1, 10**7))
def test_rounding_is_never_off_by_more_than_half(numerator: int, denominator: int) -> None:
    rounded = divide_half_up(numerator, denominator)
    assert 2 * abs(rounded * denominator - numerator) <= denominator


def test_a_remainder_goes_to_the_first_of_equal_shares() -> None:
    assert allocate(400, [200, 200, 200]) == [134, 133, 133]
    assert allocate(1000, [1, 1, 1]) == [334, 333, 333]
    assert allocate(-1000, [1, 1, 1]) == [-334, -333, -333]


def test_shares_follow_their_weights() -> None:
    assert allocate(1500, [150, 50, 100]) == [750, 250, 500]


weights = st.lists(st.integers(0, 10**9), min_size=1, max_size=20).filter(any)


@given(amount=amounts, weights=weights)
def test_shares_sum_exactly_and_stay_within_one_unit_of_their_part(
    amount: int, weights: list[int]
) -> None:
    shares = allocate(amount, weights)
    assert sum(shares) == amount
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share * sum(weights) - amount * weight) < sum(weights)


@given(amount=amounts, weights=weights)
def test_a_negative_amount_is_shared_as_the_mirror_of_the_positive_one(
    amount: int, weights: list[int]
) -> None:
    assert allocate(-amount, weights) == [-share for share in allocate(amount, weights)]


def test_lines_that_are_all_worth_nothing_share_only_nothing() -> None:
    assert allocate(0, [0, 0]) == [0, 0]
    with pytest.raises(MoneyError):
        allocate(1, [0, 0])
    with pytest.raises(MoneyError):
        allocate(1, [2, -1])
