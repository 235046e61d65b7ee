"""Two people act on one order at once: the slower one is told, and loses nothing typed."""

import re

from django.test import Client

from modules.checkout.contracts import Placed
from tests.frontend.staff.people import Desk, field, text
from tests.support.trade import CARD, PRINT, order_of


def test_the_slower_one_learns_who_did_what(staff: Client, desk: Desk, order: Placed) -> None:
    slower = Desk(staff, order.order_id)
    desk.act("ship", **{f"quantity_{PRINT}": 1})
    response = slower.send("cancel", reason="Mistake")
    assert response.status_code == 409
    assert re.search(
        r"Sascha changed this order at \d\d:\d\d:\d\d UTC: \w.*Nothing of yours was done\."
        r" Review what changed",
        text(response),
    )
    assert order_of(order).status == "confirmed"


def test_what_was_typed_is_kept_and_can_be_sent_again(
    staff: Client, desk: Desk, order: Placed
) -> None:
    slower = Desk(staff, order.order_id)
    desk.act("ship", **{f"quantity_{PRINT}": 1})
    typed = {
        f"quantity_{PRINT}": "2",
        f"quantity_{CARD}": "0",
        "carrier": "DHL",
        "tracking_number": "JD<02>",
    }
    refused = slower.send("ship", **typed)
    assert {name: field(refused, name) for name in typed} == typed
    slower.version = field(refused, "version")
    slower.act("ship", **typed)
    assert [parcel.carrier for parcel in order_of(order).parcels] == ["", "DHL"]


def test_a_reason_and_an_amount_are_kept(desk: Desk, order: Placed) -> None:
    refused = desk.send("cancel-lines", reason="Suspected fraud", note="odd address")
    page = refused.content.decode()
    assert "<option selected>Suspected fraud</option>" in page
    assert field(refused, "note") == "odd address"
    assert field(desk.send("capture", amount="12,90"), "amount") == "12,90"


def test_a_form_without_version_or_id_is_out_of_date(desk: Desk, order: Placed) -> None:
    for change in ({"version": ""}, {"version": "9" * 30}, {"command_id": "1"}):
        data = {"version": desk.version, "command_id": "", "reason": "Mistake", **change}
        response = desk.client.post(f"{desk.address}cancel/", data)
        assert response.status_code == 409
        assert "This form is out of date" in text(response)
    assert order_of(order).status == "confirmed"


def test_another_form_may_not_take_an_id_that_was_used(desk: Desk, order: Placed) -> None:
    command_id = order.order_id
    assert desk.send("capture", command_id=command_id, amount="1.00").status_code == 303
    response = desk.send("capture", command_id=command_id, amount="2.00")
    assert response.status_code == 409
    assert "Nothing was done" in text(response)
