"""Staff's pages of webhooks: adding, changing, sending again, and what was sent."""

import re

import pytest
from django.test import Client
from pytest_django import Settings

from modules.webhooks.contracts import Delivery, DeliveryFilter
from modules.webhooks.selectors import deliveries, endpoints
from tests.frontend.staff.people import Page, field, signed_in, text
from tests.support import trade
from tests.support.receiver import Receiver, Reply, receiver
from tests.webhooks.sending import work

LIST = "/staff/webhooks/"


@pytest.fixture
def staff(db: None, settings: Settings) -> Client:
    settings.WEBHOOKS_LOCAL = True
    trade.open_shop(units=100)
    return signed_in("staff")


def add(staff: Client, url: str, **changes: object) -> Page:
    typed = {"command_id": field(staff.get(LIST), "command_id"), "url": url, **changes}
    return staff.post(LIST, typed)


def act(staff: Client, action: str, **typed: str) -> Page:
    address = f"{LIST}{endpoints()[0].id}/"
    typed["command_id"] = field(staff.get(address), "command_id")
    response = staff.post(f"{address}{action}/", typed)
    return staff.get(response["Location"]) if response.status_code == 303 else response


def sent() -> tuple[Delivery, ...]:
    return deliveries(DeliveryFilter(endpoint_id=endpoints()[0].id)).deliveries


def test_nobody_is_told_of_anything_at_first(staff: Client) -> None:
    assert "No other system is told of orders yet." in text(staff.get(LIST))


def test_an_endpoint_is_added_and_its_secret_is_shown_this_once(staff: Client) -> None:
    typed = {"command_id": field(staff.get(LIST), "command_id"), "url": "https://erp.example.com/"}
    first, again = staff.post(LIST, typed), staff.post(LIST, typed)
    secret = re.search(r"whsec_[0-9A-Za-z+/=]+", text(first))
    assert secret
    assert "Its secret was shown already" in text(again)
    assert len(endpoints()) == 1
    assert "whsec_" not in text(staff.get(f"{LIST}{endpoints()[0].id}/"))


def test_an_address_inside_is_refused_in_words_and_stays_typed(staff: Client) -> None:
    response = add(staff, "https://10.0.0.1/in", description="Inside")
    assert response.status_code == 409
    assert "a numeric address is not accepted" in text(response)
    assert field(response, "url") == "https://10.0.0.1/in"
    assert field(response, "description") == "Inside"
    assert endpoints() == ()


def test_a_new_secret_is_shown_and_the_old_one_ends(staff: Client) -> None:
    add(staff, "https://erp.example.com/")
    response = act(staff, "rotate", overlap="3600")
    assert "whsec_" in text(response)
    assert "signs until" in text(response)
    assert act(staff, "rotate", overlap="99").status_code == 409


def test_what_it_is_sent_is_changed(staff: Client) -> None:
    add(staff, "https://erp.example.com/")
    act(staff, "save", url="https://other.example.com/", types="order.placed", personal="yes")
    (found,) = endpoints()
    assert (found.url, found.types, found.personal) == (
        "https://other.example.com/",
        ("order.placed",),
        True,
    )
    refused = act(staff, "save", url="ftp://other.example.com/")
    assert (refused.status_code, endpoints()[0].url) == (409, found.url)


def test_a_failed_delivery_is_looked_at_and_sent_again(staff: Client) -> None:
    with receiver() as system:
        add(staff, system.url, types="order.placed")
        trade.buy()
        system.answering = lambda request: Reply(500, {}, b"<b>broken</b>")
        work()
        (delivery,) = sent()
        address = f"{LIST}deliveries/{delivery.id}/"
        shown = staff.get(address)
        assert "500" in text(shown)
        assert "&lt;b&gt;broken" in shown.content.decode()
        system.answering = lambda request: Reply()
        staff.post(f"{address}redeliver/", {"command_id": field(shown, "command_id")})
        work()
        assert sent()[0].state == "delivered"


def test_skipping_twice_is_refused_in_words(staff: Client) -> None:
    with receiver() as system:
        added(staff, system)
        address = f"{LIST}deliveries/{sent()[0].id}/"
        response = staff.post(
            f"{address}skip/", {"command_id": field(staff.get(address), "command_id")}
        )
        assert response.status_code == 409
        assert "this one is delivered" in text(response)


def added(staff: Client, system: Receiver) -> None:
    """An endpoint that accepted one message."""
    add(staff, system.url, types="order.placed")
    trade.buy()
    work()


def test_everything_is_sent_again_with_progress(staff: Client) -> None:
    with receiver() as system:
        added(staff, system)
        assert "1 of 1 messages from position 1" not in text(act(staff, "ping"))
        act(staff, "seek", position="1")
        work()
        assert "1 of 1 messages from position 1 " in text(staff.get(f"{LIST}{endpoints()[0].id}/"))
        assert system.types == ["order.placed", "webhook.ping", "order.placed"]
        assert act(staff, "seek", position="99999").status_code == 409
        assert act(staff, "seek", position="first").status_code == 409


def test_deliveries_are_filtered(staff: Client) -> None:
    with receiver() as system:
        added(staff, system)
    address = f"{LIST}{endpoints()[0].id}/"
    assert f"deliveries/{sent()[0].id}" in staff.get(f"{address}?state=delivered").content.decode()
    for nothing in ("?state=failed", "?order=nonsense", "?type=order.completed"):
        assert "No deliveries" in text(staff.get(f"{address}{nothing}"))
    for nonsense in ("?state=x", "?type=%00", "?cursor=x_1_x", "?cursor=2026-01-01_1_%00"):
        assert f"deliveries/{sent()[0].id}" in staff.get(f"{address}{nonsense}").content.decode()


def test_off_on_and_removed(staff: Client) -> None:
    add(staff, "https://erp.example.com/")
    assert "Staff switched it off" in text(act(staff, "off"))
    assert "Staff switched it off" not in text(act(staff, "on"))
    assert act(staff, "remove").status_code == 409
    act(staff, "remove", sure="yes")
    assert endpoints() == ()
    assert staff.post(f"{LIST}deliveries/x/").status_code == 404


def test_an_endpoint_in_trouble_is_on_the_first_page_of_the_day(staff: Client) -> None:
    assert "Webhooks in trouble" not in text(staff.get("/staff/"))
    with receiver() as system:
        add(staff, system.url, types="order.placed")
        trade.buy()
        system.answering = lambda request: Reply(410)
        work()
    assert "1 Webhooks in trouble" in text(staff.get("/staff/"))
    assert "410 Gone" in text(staff.get(f"{LIST}{endpoints()[0].id}/"))
