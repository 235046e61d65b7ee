"""Who may open and do what: every route of staff and auditor, each kind of visitor."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from django.test.utils import override_settings
from django.urls import URLPattern

from events.integrity.checkpoints import take
from events.repository import save
from events.store import read_log, read_stream
from frontend.auditor.urls import urlpatterns as auditor_routes
from frontend.staff.actions import ACTIONS
from frontend.staff.urls import urlpatterns as staff_routes
from modules.audit.bundling import bundle_of
from modules.audit.commands import ask_past, ask_run
from modules.audit.contracts import AskPast, AskRun
from modules.audit.domain.examination import Examination
from modules.audit.looking_back import rows_of
from modules.checkout.contracts import Placed
from modules.invoicing.commands import issue_documents
from modules.invoicing.contracts import IssueDocuments
from modules.webhooks.commands import add_endpoint, ping_endpoint
from modules.webhooks.contracts import AddEndpoint
from tests.frontend.staff.people import signed_in, text
from tests.support.trade import PRINT, ship

VISITORS = ("anonymous", "customer", "staff", "auditor")
STAFF = {
    "staff": ("GET", "/staff/"),
    "staff-orders": ("GET", "/staff/orders/"),
    "staff-order": ("GET", "/staff/orders/{order}/"),
    "staff-order-action": ("POST", "/staff/orders/{order}/cancel/"),
    "staff-order-explanation": ("GET", "/staff/orders/{order}/explanation/"),
    "staff-promotions": ("GET", "/staff/promotions/"),
    "staff-promotion-new": ("GET", "/staff/promotions/new/"),
    "staff-promotion-try": ("GET", "/staff/promotions/try/"),
    "staff-promotion": ("GET", "/staff/promotions/spring/"),
    "staff-promotion-change": ("POST", "/staff/promotions/spring/pause/"),
    "staff-campaigns": ("GET", "/staff/promotions/campaigns/"),
    "staff-message-aside": ("POST", f"/staff/payments/{UUID(int=1)}/aside/"),
    "staff-gift-cards": ("GET", "/staff/gift-cards/"),
    "staff-invoices": ("GET", "/staff/invoices/"),
    "staff-invoices-csv": ("GET", "/staff/invoices.csv"),
    "staff-invoice": ("GET", "/staff/invoices/{number}/"),
    "staff-invoice-file": ("GET", "/staff/invoices/{number}.xml"),
    "staff-invoice-send": ("POST", "/staff/invoices/{number}/send/"),
    "staff-stock": ("GET", "/staff/stock/"),
    "staff-stock-item": ("GET", f"/staff/stock/{PRINT}/"),
    "staff-stock-change": ("POST", f"/staff/stock/{PRINT}/receive/"),
    "staff-products": ("GET", "/staff/products/"),
    "staff-product": ("GET", f"/staff/products/{PRINT}/"),
    "staff-product-price": ("POST", f"/staff/products/{PRINT}/price/"),
    "staff-payments": ("GET", "/staff/payments/"),
    "staff-effects": ("GET", "/staff/effects/"),
    "staff-webhooks": ("GET", "/staff/webhooks/"),
    "staff-webhook": ("GET", "/staff/webhooks/{endpoint}/"),
    "staff-webhook-act": ("POST", "/staff/webhooks/{endpoint}/save/"),
    "staff-webhook-delivery": ("GET", "/staff/webhooks/deliveries/{delivery}/"),
    "staff-webhook-delivery-act": ("POST", "/staff/webhooks/deliveries/{delivery}/skip/"),
    "staff-effect-retry": ("POST", f"/staff/effects/{UUID(int=1)}/retry/"),
    "staff-effects-retry": ("POST", "/staff/effects/retry/"),
    "staff-effect-park": ("POST", f"/staff/effects/{UUID(int=1)}/park/"),
    "staff-mails": ("GET", "/staff/mails/"),
    "staff-mail-html": ("GET", "/staff/mails/refunded/de/"),
    "staff-timers": ("GET", "/staff/timers/"),
    "staff-timer-run": ("POST", "/staff/timers/events.forget/run/"),
}
AUDITOR = {
    "audit": ("GET", "/auditor/"),
    "audit-streams": ("GET", "/auditor/streams/"),
    "audit-verify": ("GET", "/auditor/verify/"),
    "audit-compare": ("GET", "/auditor/compare/?stream={order}"),
    "audit-fresh": ("GET", "/auditor/streams/{order}/fresh/"),
    "audit-export": ("GET", "/auditor/export/"),
    "audit-run": ("GET", "/auditor/runs/{run}/"),
    "audit-bundle": ("GET", "/auditor/runs/{run}/bundle/"),
    "audit-cover": ("GET", "/auditor/runs/{run}/cover.pdf"),
    "audit-stream": ("GET", "/auditor/streams/{order}/"),
    "audit-order-explanation": ("GET", "/auditor/orders/{order}/explanation/"),
    "audit-opened": ("POST", "/auditor/streams/{order}/opened/"),
    "audit-stock": ("GET", "/auditor/stock/"),
    "audit-stock-item": ("GET", f"/auditor/stock/{PRINT}/"),
    "audit-totals": ("GET", "/auditor/totals/"),
    "audit-row": ("GET", "/auditor/rows/"),
    "audit-log": ("GET", "/auditor/log/"),
    "audit-density": ("GET", "/auditor/log/density/"),
    "audit-why": ("GET", "/auditor/why/{cause}/"),
    "audit-past": ("GET", "/auditor/past/"),
    "audit-past-file": ("GET", "/auditor/runs/{past}/rows/"),
    "audit-raw-event": ("GET", "/auditor/streams/{order}/events/1/"),
    "audit-proof": ("GET", "/auditor/streams/{order}/proof/"),
    "audit-checkpoints": ("GET", "/auditor/checkpoints/"),
    "audit-checkpoint": ("GET", "/auditor/checkpoints/{size}/"),
}
# For both; whoever is neither is told of the first.
BOTH = {
    "audit-projections": ("GET", "/auditor/projections/"),
    "audit-ask": ("GET", "/auditor/runs/ask/rebuild/"),
}
ROUTES = [
    *((("staff",), *each) for each in STAFF.values()),
    *((("auditor",), *each) for each in AUDITOR.values()),
    *((("auditor", "staff"), *each) for each in BOTH.values()),
]


def names(routes: list[URLPattern]) -> set[str]:
    return {route.name or "" for route in routes}


def test_every_route_is_in_the_matrix() -> None:
    assert names(staff_routes) == set(STAFF)
    assert names(auditor_routes) == set(AUDITOR) | set(BOTH)


@pytest.fixture
def size(order: Placed, tmp_path: Path) -> int:
    """The size of a checkpoint over the order."""
    with override_settings(CHECKPOINT_KEY_FILE=tmp_path / "keys", CHECKPOINT_SINKS=""):
        checkpoint = take()
    assert checkpoint is not None
    return checkpoint.size


@pytest.fixture
def runs(order: Placed, size: int, tmp_path: Path) -> Iterator[dict[str, UUID]]:
    """An export and a look back with their files, the export recorded."""
    with override_settings(EXPORT_ROOT=tmp_path):
        export = ask_run(AskRun(kind="export"))
        bundle_of(export).write_bytes(b"")
        save(Examination.exported(export, size=size, root="", digest="", since=None))
        read_log(0, 1)
        past = ask_past(AskPast(read_model="orders.orders", position=1))
        rows_of(past).write_bytes(b"")
        yield {"run": export, "past": past}


@pytest.fixture
def number(order: Placed) -> str:
    """The number of the order's invoice."""
    ship(order, cards=1)
    return issue_documents(IssueDocuments(order_id=order.order_id))[0]


@pytest.fixture
def hook(db: None) -> dict[str, UUID]:
    """An endpoint of webhooks, and a ping on its way to it."""
    endpoint = add_endpoint(AddEndpoint(url="https://hooks.example.com/")).endpoint_id
    return {"endpoint": endpoint, "delivery": ping_endpoint(endpoint)}


@pytest.mark.parametrize("visitor", VISITORS)
def test_a_route_opens_for_its_role_alone(
    order: Placed,
    number: str,
    size: int,
    runs: dict[str, UUID],
    hook: dict[str, UUID],
    visitor: str,
) -> None:
    client = signed_in(visitor)
    cause = next(iter(read_stream(order.order_id))).correlation_id
    for roles, method, address in ROUTES:
        named = address.format(
            order=order.order_id, number=number, size=size, cause=cause, **runs, **hook
        )
        response = client.generic(method, named)
        if visitor == "anonymous":
            assert response.status_code == 302, address
            assert "/accounts/login/?next=" in response["Location"]
        elif visitor not in roles:
            assert response.status_code == 403, address
            assert f"Sign in with a{'n auditor' if roles[0] == 'auditor' else ' staff'}" in text(
                response
            )
        else:
            # A form sent empty is refused, or does nothing, by the page that only staff see.
            # A part of a page that is asked for without htmx leads to the whole page.
            leads_on = method == "POST" or address.endswith("/density/")
            allowed = (409, 422, 303) if leads_on else (200,)
            assert response.status_code in allowed, address
            assert "no-cache" in response["Cache-Control"]
        if response.streaming:
            # Reading a file to its end closes it; closing the response would end the connection.
            list(response)


def test_a_form_is_not_obeyed_by_following_a_link(order: Placed) -> None:
    client = signed_in("staff")
    for action in ACTIONS:
        assert client.get(f"/staff/orders/{order.order_id}/{action}/").status_code == 405


def test_what_does_not_exist_is_not_found(order: Placed) -> None:
    client = signed_in("staff")
    assert client.post(f"/staff/orders/{order.order_id}/burn/").status_code == 404
    assert client.get(f"/staff/orders/{UUID(int=1)}/").status_code == 404
    assert client.get("/staff/stock/NONE-SUCH/").status_code == 404
