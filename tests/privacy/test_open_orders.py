"""Who has open orders is not erased before these are finished; every door says so alike."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from modules.checkout.contracts import Placed
from modules.customers.commands import ensure_role
from modules.customers.selectors import customer_by_email
from modules.kernel.identity import new_id
from modules.orders.commands import receive_return, request_return
from modules.orders.contracts import ReceiveReturn, RequestReturn
from modules.orders.selectors import open_orders_of, order_detail
from modules.privacy.selectors import person_named
from tests.support.trade import buy, cancel, deliver, paid, ship, some

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shop")]

EMAIL, PASSWORD = "lea@example.org", "a-long-password"


def erase(*more: str) -> str:
    said = StringIO()
    call_command("customer_erase", EMAIL, "--yes", *more, stdout=said)
    return said.getvalue()


def email_of(placed: Placed) -> str:
    return order_detail(placed.order_id).contact.email


def open_numbers() -> tuple[str, ...]:
    return open_orders_of(person_named(EMAIL).subjects)


def test_the_command_names_the_open_orders_and_erases_nothing() -> None:
    first, second = paid(prints=1), buy(prints=1)
    with pytest.raises(CommandError, match=f"Orders {first.number}, {second.number} are still"):
        erase()
    assert email_of(first) == EMAIL


def test_the_shop_may_erase_them_all_the_same() -> None:
    placed = paid(prints=1)
    erase("--open-orders-too")
    assert email_of(placed) == "erased"
    cancel(placed)
    assert order_detail(placed.order_id).status == "cancelled"


def test_finished_orders_hold_nobody_back() -> None:
    cancel(buy(prints=1))
    placed = paid(prints=2)
    deliver(placed, ship(placed, prints=2))
    assert open_numbers() == ()
    erase()
    assert email_of(placed) == "erased"


def test_an_order_is_open_while_something_of_it_is_on_its_way() -> None:
    placed = paid(prints=2)
    parcel_id = ship(placed, prints=2)
    assert open_numbers() == (placed.number,)
    deliver(placed, parcel_id)
    back = RequestReturn(
        order_id=placed.order_id, return_id=new_id(), lines=some(prints=1), reason="Small"
    )
    request_return(back)
    assert open_numbers() == (placed.number,)
    receive_return(ReceiveReturn(order_id=placed.order_id, return_id=back.return_id))
    assert open_numbers() == ()


@pytest.fixture
def lea() -> Client:
    ensure_role(EMAIL, PASSWORD, "")
    client = Client()
    assert client.login(username=EMAIL, password=PASSWORD)
    return client


def ordered(client: Client) -> Placed:
    """An order of the account itself."""
    account = customer_by_email(EMAIL)
    assert account is not None
    return buy(prints=1, customer_id=account.id)


def test_the_page_names_the_open_orders(lea: Client) -> None:
    placed = ordered(lea)
    answer = lea.post("/account/delete/", {"password": PASSWORD})
    assert answer.status_code == 422
    assert f"Order {placed.number} is still open" in answer.content.decode()
    assert customer_by_email(EMAIL) is not None


def post(client: Client, path: str, **body: str) -> tuple[int, dict[str, Any]]:
    answer = client.post(path, json.dumps(body), content_type="application/json")
    return answer.status_code, json.loads(answer.content or b"{}")


def test_the_api_names_the_open_orders_and_erases_when_there_are_none(lea: Client) -> None:
    placed = ordered(lea)
    status, said = post(lea, "/api/me/erasure", password=PASSWORD)
    assert (status, said["code"], said["fields"]["orders"]) == (409, "orders-open", [placed.number])
    cancel(placed)
    assert post(lea, "/api/me/erasure", password="wrong")[1]["code"] == "deletion-not-confirmed"
    assert post(lea, "/api/me/data")[1]["account"] is not None
    assert post(lea, "/api/me/erasure", password=PASSWORD) == (204, {})
    assert customer_by_email(EMAIL) is None
    assert email_of(placed) == "erased"


def test_nobody_deletes_an_account_without_being_signed_in() -> None:
    assert post(Client(), "/api/me/erasure", password=PASSWORD)[0] == 403
