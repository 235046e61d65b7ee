"""Several people and workers change one product at once: nothing is lost, nobody waits for ever."""

from collections.abc import Callable, Sequence
from threading import Barrier, Thread

import pytest
from django.db import connection

from modules.catalog.commands import save_product
from modules.catalog.models import Term
from modules.catalog.selectors import product_cards
from tests.catalog.shelf import list_availability, list_price, product, sized, stock_the_shelf

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*tasks: Callable[[], object]) -> None:
    """Runs all tasks from one start and raises what any of them raised."""
    start, failed = Barrier(len(tasks)), []

    def run(task: Callable[[], object]) -> None:
        try:
            start.wait()
            task()
        except Exception as error:
            failed.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(task,)) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed


def test_the_last_two_variants_to_sell_out_leave_the_product_sold_out() -> None:
    sizes = [f"S{n}" for n in range(6)]
    stock_the_shelf(sized("dunes", *sizes))

    def sell_out(size: str) -> Callable[[], None]:
        return lambda: list_availability(f"DUNES-{size}", "sold-out")

    at_once(*(sell_out(size) for size in sizes))
    assert product_cards(["dunes"], "EUR")[0].availability == "sold-out"


def test_prices_changed_at_once_all_reach_the_card() -> None:
    sizes = [f"S{n}" for n in range(6)]
    stock_the_shelf(sized("dunes", *sizes), price=9000)

    def reprice(n: int) -> Callable[[], None]:
        return lambda: list_price(f"DUNES-S{n}", 1000 + n)

    at_once(*(reprice(n) for n in range(6)))
    card = product_cards(["dunes"], "EUR")[0]
    assert (card.price.minor, card.price_varies) == (1000, True)


def test_products_that_share_words_are_saved_at_once_and_counted_once_each() -> None:
    shared = "red blue dune wave mug print frame poster sun flower"

    def save(n: int, words: Sequence[str]) -> Callable[[], object]:
        return lambda: [save_product(product(f"p{n}", title=" ".join(words))) for _ in range(5)]

    forward, backward = shared.split(" "), list(reversed(shared.split(" ")))
    at_once(*(save(n, forward if n % 2 else backward) for n in range(4)))
    assert set(Term.objects.filter(term__in=forward).values_list("uses", flat=True)) == {4}
