"""Numbers without a gap and without a double, whoever asks at once and whatever fails."""

import random
from collections.abc import Callable, Iterator
from datetime import date

import pytest
from django.db import transaction

from events.database import fetch
from events.errors import NotInTransaction
from modules.invoicing.commands import issue_documents
from modules.invoicing.contracts import IssueDocuments
from modules.invoicing.numbering import take_number
from modules.invoicing.selectors import documents_of
from tests.support.racing import at_once, outcomes
from tests.support.trade import forget_everything, open_shop, paid, ship

DAY = date(2026, 11, 22)


class Injected(Exception):
    """A failure between taking a number and the commit."""


@pytest.fixture
def committed(transactional_db: None) -> Iterator[None]:
    forget_everything()
    yield
    forget_everything()


def taking(taken: list[str], fails: bool) -> Callable[[], object]:
    def take() -> None:
        with transaction.atomic():
            _, number = take_number("invoice", DAY)
            if fails:
                raise Injected
        taken.append(number)

    return take


@pytest.mark.usefixtures("committed")
def test_many_at_once_of_which_some_fail_leave_no_hole_and_no_double() -> None:
    taken: list[str] = []
    chance = random.Random(7)
    for _ in range(6):
        actions = [taking(taken, fails=chance.random() < 0.4) for _ in range(8)]
        assert set(outcomes(at_once(actions))) <= {"NoneType", "Injected"}
    assert len(taken) > 10
    assert sorted(taken) == [f"INV-2026-{n:06d}" for n in range(1, len(taken) + 1)]
    assert fetch("SELECT last FROM invoicing_series") == [(len(taken),)]


@pytest.mark.usefixtures("committed")
def test_one_order_asked_about_by_many_at_once_has_one_invoice() -> None:
    open_shop()
    placed = paid()
    ship(placed)
    message = IssueDocuments(order_id=placed.order_id)
    answers = at_once([lambda: issue_documents(message) for _ in range(6)])
    (only,) = documents_of(placed.order_id)
    assert (answers.count((only.number,)), answers.count(())) == (1, 5)
    assert fetch("SELECT last FROM invoicing_series") == [(1,)]


@pytest.mark.django_db
def test_each_kind_and_each_year_has_a_series_of_its_own() -> None:
    assert take_number("invoice", DAY) == ("INV-2026", "INV-2026-000001")
    assert take_number("credit-note", DAY) == ("CN-2026", "CN-2026-000001")
    assert take_number("invoice", date(2027, 1, 1)) == ("INV-2027", "INV-2027-000001")
    assert take_number("invoice", DAY) == ("INV-2026", "INV-2026-000002")


@pytest.mark.django_db(transaction=True)
def test_a_number_is_never_taken_where_it_could_not_be_given_back() -> None:
    with pytest.raises(NotInTransaction):
        take_number("invoice", DAY)
