"""An Idempotency-Key makes a change happen once, however often it is sent."""

from tests.api.conftest import LARGE, SMALL, Caller

KEY = {"Idempotency-Key": "0192f0c1-7d1c-7b8e-9a51-6f0d2b8c4e11"}


def test_the_same_key_opens_one_basket(guest: Caller) -> None:
    first = guest("POST", "/api/carts", {}, **KEY)
    again = guest("POST", "/api/carts", {}, **KEY)
    assert first.json["id"] == again.json["id"]


def test_the_same_key_with_another_body_is_refused(guest: Caller) -> None:
    guest("POST", "/api/carts", {"country": "FR"}, **KEY)
    answer = guest("POST", "/api/carts", {"country": "DE"}, **KEY)
    assert (answer.status, answer.code) == (409, "command-reused")


def test_a_guest_may_not_use_a_key_that_can_be_guessed(guest: Caller) -> None:
    answer = guest("POST", "/api/carts", {}, **{"Idempotency-Key": "1"})
    assert answer.status == 422
    assert answer.json["errors"][0]["parameter"] == "Idempotency-Key"


def test_two_callers_may_use_the_same_key(machine, guest: Caller) -> None:  # type: ignore[no-untyped-def]
    own = guest("POST", "/api/carts", {}, **KEY).json["id"]
    assert machine("carts:write")("POST", "/api/carts", {}, **KEY).json["id"] != own


def test_a_line_is_added_once_however_often_it_is_sent(guest: Caller) -> None:
    created = guest("POST", "/api/carts", {}).json
    caller = guest.with_headers(**{"X-Cart-Token": created["token"]})
    path = f"/api/carts/{created['id']}"
    for _ in range(3):
        caller("PUT", f"{path}/lines/{SMALL}", {"quantity": 2}, **KEY)
    assert caller("GET", path).json["quantity"] == 0
    assert LARGE
