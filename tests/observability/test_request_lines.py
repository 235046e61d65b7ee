"""One line a request: what was asked by its pattern, how it ended, what it cost, and its ids."""

import logging
import re
from uuid import UUID

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from config.logs import RequestLogMiddleware
from events.context import acting, current_context
from events.effects import observed
from modules.checkout.commands import place_order
from tests.observability.conftest import Lines
from tests.privacy.planted import EMAIL, TRACKING, trade
from tests.privacy.test_elsewhere import marks_in
from tests.support.trade import checkout, fill_basket, open_shop

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
TRACEPARENT = f"00-{TRACE}-00f067aa0ba902b7-01"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _shop(db: None) -> None:
    open_shop()


def test_a_line_tells_pattern_status_time_statements_and_ids(lines: Lines) -> None:
    response = Client().get("/orders/some-secret-token/")
    line = lines.last()
    assert line["event"] == "request"
    assert (line["method"], line["route"], line["status"]) == ("GET", "orders/<str:token>/", 403)
    assert line["milliseconds"] > 0
    assert line["statements"] > 0
    assert line["request_id"] == response["X-Request-ID"]
    assert UUID(line["correlation_id"]).version == 7
    assert "some-secret-token" not in lines.stream.getvalue()


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"X-Request-ID": "proxy-1234.5_6"}, "proxy-1234.5_6"),
        ({"traceparent": TRACEPARENT}, TRACE),
        ({"X-Request-ID": "proxy-1234", "traceparent": TRACEPARENT}, "proxy-1234"),
    ],
)
def test_the_id_that_a_proxy_gave_is_kept(
    lines: Lines, headers: dict[str, str], expected: str
) -> None:
    response = Client().get("/p", headers=headers)
    assert response["X-Request-ID"] == lines.last()["request_id"] == expected


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Request-ID": "short"},
        {"X-Request-ID": "a" * 65},
        {"X-Request-ID": 'quoted" line=break'},
        {"traceparent": f"00-{'0' * 32}-00f067aa0ba902b7-01"},
        {"traceparent": f"ff-{TRACE}-00f067aa0ba902b7-01"},
        {"traceparent": TRACEPARENT.upper()},
    ],
)
def test_an_id_that_is_none_is_replaced(lines: Lines, headers: dict[str, str]) -> None:
    response = Client().get("/p", headers=headers)
    assert re.fullmatch(r"[0-9a-f]{32}", response["X-Request-ID"])
    assert response["X-Request-ID"] not in (TRACE, "0" * 32)


def test_a_command_names_its_order_in_the_line_of_its_request_and_in_no_other(
    lines: Lines,
) -> None:
    wanted = checkout(fill_basket())
    seen: list[UUID] = []

    def answer(request: HttpRequest) -> HttpResponse:
        seen.append(current_context().correlation_id)
        place_order(wanted)
        return HttpResponse()

    RequestLogMiddleware(answer)(RequestFactory().post("/"))
    Client().get("/")
    placing, looking = lines.all()
    assert placing["order_id"] == str(wanted.order_id)
    assert placing["command"] == "modules.checkout.commands.place_order"
    assert placing["correlation_id"] == str(seen[0])
    assert "order_id" not in looking
    assert looking["correlation_id"] != placing["correlation_id"]


def test_worker_lines_carry_effect_and_attempt(caplog: pytest.LogCaptureFixture) -> None:
    identifier = UUID("00000000-0000-7000-8000-00000000000e")
    with caplog.at_level(logging.INFO), acting(), observed("orders.mail", identifier, 3):
        pass
    said = caplog.records[-1].msg
    assert isinstance(said, dict)
    assert (said["effect"], said["effect_id"], said["attempt"]) == (
        "orders.mail",
        str(identifier),
        3,
    )
    assert UUID(said["correlation_id"])


def test_no_line_of_a_request_ever_names_anybody(lines: Lines) -> None:
    placed = trade()
    client = Client()
    client.get(f"/orders/{placed.token}/")
    client.get(f"/search/?q={EMAIL}", headers={"X-Request-ID": EMAIL, "traceparent": TRACKING})
    client.post("/accounts/login/", {"login": EMAIL, "password": "zornwhistle"})
    assert len(lines.all()) == 3
    assert marks_in(lines.stream.getvalue()) == []
    assert placed.token not in lines.stream.getvalue()
