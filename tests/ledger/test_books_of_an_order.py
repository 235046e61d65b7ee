"""What a book remembers of an order, so that its next event is booked rightly."""

from uuid import UUID

from modules.ledger.domain import facts
from modules.ledger.domain.book import Book, Line, Share
from modules.ledger.domain.posting import post

ORDER, PAYMENT = UUID(int=1), UUID(int=2)
RATE = "FR:20"


def told(book: Book, *what: facts.Fact) -> dict[str, int]:
    """Books facts; returns what the last of them did, in minor units."""
    entry = None
    for fact in what:
        entry = post(book, fact, PAYMENT, ORDER)
    return {leg.account: leg.split[0] for leg in entry.legs} if entry else {}


def placed() -> facts.Placed:
    """Two units of 60 each, tax of 20 % inside."""
    part = facts.QuotedPart(0, 100, 20, 120, "FR", 200_000, "S", 2)
    return facts.Placed("N", facts.QuoteFact("EUR", True, 120, (part,), None))


def units(quantity: int) -> tuple[facts.UnitsFact, ...]:
    return (facts.UnitsFact("S", quantity, 60 * quantity, 10 * quantity),)


def captured(amount: int) -> facts.Captured:
    return facts.Captured(ORDER, "EUR", amount, PAYMENT)


def refunded(amount: int) -> facts.Refunded:
    return facts.Refunded(ORDER, "EUR", amount, PAYMENT)


def correction(due: int, **legs: int) -> facts.Booked:
    booked = tuple(facts.BookedLeg(name.replace("_", ":"), n) for name, n in legs.items())
    return facts.Booked("correction", "", "EUR", booked, "", ORDER, "N", due)


def test_what_was_paid_too_much_is_given_back_once() -> None:
    book = Book(due=500, captured=1_000, sold={RATE: Share(500, 83)})
    assert book.take_refund(300) == (300, {})
    surplus, reversed_ = book.take_refund(300)
    assert surplus == 200
    assert reversed_ == {RATE: Share(100, 17)}


def test_a_reduction_of_a_cancelled_order_counts_as_paid_back() -> None:
    book = Book()
    told(book, placed(), captured(120), refunded(12), facts.Ended(units(2), 120))
    assert book.paid_back == 12
    assert told(book, refunded(108))["receivable"] == 108
    assert book.paid_back == book.captured


def test_cancelled_units_are_not_kept() -> None:
    book = Book()
    told(book, placed(), facts.Cancelled(units(1), 60))
    assert (book.kept, book.due) == ({"S": 1}, 60)
    told(book, facts.Cancelled(units(1), 60))
    assert (book.kept, book.due) == ({"S": 0}, 0)


def test_units_that_no_line_has_are_of_no_rate() -> None:
    book = Book()
    told(book, placed())
    assert (book.rate_of("S"), book.rate_of("T")) == ("FR:20", "")


def test_units_share_a_discount_from_the_front() -> None:
    line = Line("S", 3, RATE, 10)
    assert [line.take_discount(1) for _ in range(3)] == [4, 3, 3]
    assert Line("S", 3, RATE, 10).take_discount(2) == 7


def test_after_a_correction_a_refund_takes_the_right_tax_back() -> None:
    book = Book()
    told(book, placed(), facts.Shipped(ORDER, units(2)), captured(120))
    told(book, correction(0, tax_FR_20=-1, revenue=1))
    assert told(book, refunded(120))["tax:FR:20"] == 21


def test_a_refund_of_what_a_correction_owes_is_a_repayment() -> None:
    book = Book()
    told(book, placed(), facts.Shipped(ORDER, units(2)), captured(120))
    told(book, correction(-2, receivable=-2, revenue=2))
    assert told(book, refunded(2)) == {"receivable": 2, "clearing:unknown": -2}
