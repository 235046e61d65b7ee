"""A request, its command, its statements, and all that the worker does for it, are one trace."""

import os
import subprocess
import sys
from collections.abc import Iterator
from uuid import UUID

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from config.environment import Environment
from config.logs import RequestLogMiddleware
from config.telemetry import OpenTelemetry
from events import tracing
from events.relay import drain
from modules.checkout.commands import place_order
from tests.observability.conftest import Lines
from tests.observability.receiver import Receiver, receiving
from tests.privacy.planted import trade
from tests.privacy.test_elsewhere import marks_in
from tests.support.servers import ROOT
from tests.support.trade import begin, buy, checkout, fill_basket, open_shop

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def receiver(db: None) -> Iterator[Receiver]:
    open_shop()
    drain()
    with receiving() as receiver:
        trace_to(receiver)
        yield receiver
        tracing.install(None)


def trace_to(receiver: Receiver, share: float = 1.0) -> None:
    found = Environment.model_construct(
        otel_exporter_otlp_endpoint=receiver.address, otel_traces_sampler_arg=share
    )
    tracing.install(lambda: OpenTelemetry(found))


def sent(receiver: Receiver) -> list[Span]:
    tracing.flush()
    return receiver.spans()


def ordering(request: HttpRequest) -> HttpResponse:
    place_order(checkout(fill_basket()))
    return HttpResponse()


def test_a_request_and_its_mail_are_one_trace_named_by_the_correlation_id(
    receiver: Receiver, lines: Lines
) -> None:
    RequestLogMiddleware(ordering)(RequestFactory().post("/"))
    assert drain() > 0
    correlation_id = UUID(lines.last()["correlation_id"])
    spans = [each for each in sent(receiver) if UUID(bytes=each.trace_id) == correlation_id]
    (request,) = [each for each in spans if each.kind == Span.SPAN_KIND_SERVER]
    effects = [each for each in spans if each.name.startswith("effect ")]
    assert effects
    assert {each.parent_span_id for each in effects} == {request.span_id}
    names = {each.name for each in spans}
    assert "command modules.checkout.commands.place_order" in names
    assert {"SELECT", "INSERT"} <= names


def test_every_span_but_the_request_has_its_parent_in_the_trace(receiver: Receiver) -> None:
    RequestLogMiddleware(ordering)(RequestFactory().post("/"))
    spans = sent(receiver)
    ids = {each.span_id for each in spans}
    assert len(ids) == len(spans)
    (root,) = [each for each in spans if each.parent_span_id not in ids]
    assert root.kind == Span.SPAN_KIND_SERVER


def test_a_call_of_a_provider_is_a_span(receiver: Receiver) -> None:
    begin(buy())
    assert "testbank start" in {each.name for each in sent(receiver)}


def test_the_trace_of_a_proxy_is_linked_and_not_taken_over(receiver: Receiver) -> None:
    Client().get("/orders/none/", headers={"traceparent": f"00-{TRACE}-{PARENT}-01"})
    (request,) = [each for each in sent(receiver) if each.kind == Span.SPAN_KIND_SERVER]
    assert request.name == "GET orders/<str:token>/"
    assert request.trace_id.hex() != TRACE
    assert [(each.trace_id.hex(), each.span_id.hex()) for each in request.links] == [
        (TRACE, PARENT)
    ]


def test_no_span_ever_names_anybody(receiver: Receiver) -> None:
    placed = trade()
    drain()
    Client().get(f"/orders/{placed.token}/?q=zornwhistle")
    assert len(sent(receiver)) > 50
    assert marks_in(receiver.text()) == []
    assert placed.token not in receiver.text()


def test_of_traces_that_are_not_in_the_share_nothing_is_sent(receiver: Receiver) -> None:
    trace_to(receiver, share=0.0)
    RequestLogMiddleware(ordering)(RequestFactory().post("/"))
    drain()
    assert sent(receiver) == []


def test_a_receiver_that_is_away_stops_nobody(receiver: Receiver) -> None:
    receiver.requests.clear()
    found = Environment.model_construct(otel_exporter_otlp_endpoint="http://127.0.0.1:1")
    tracing.install(lambda: OpenTelemetry(found))
    assert RequestLogMiddleware(ordering)(RequestFactory().post("/")).status_code == 200


def test_without_an_endpoint_nothing_of_it_is_imported() -> None:
    look = (
        "import django, sys; django.setup(); import config.wsgi;"
        " sys.exit(any(name.startswith('opentelemetry') for name in sys.modules))"
    )
    # Redis' client has instruments of its own, which it imports where it finds the packages.
    environment = {**os.environ, "REDIS_URL": ""}
    done = subprocess.run([sys.executable, "-c", look], cwd=ROOT, env=environment, check=False)
    assert done.returncode == 0
