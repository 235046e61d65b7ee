"""Live order pages: server-sent events whose id is the order's position in its history.

Served by the ASGI process. The address carries the order's signed token, so no cookie is needed
and the stream may have an origin of its own. After a dropped connection the browser names the last
position it saw, and gets what it missed.
"""

import time
from collections.abc import AsyncIterator
from uuid import UUID

from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string

from frontend.live.board import in_thread, moves
from frontend.storefront.orders import order_context, shown_position
from modules.kernel.errors import DomainError
from modules.orders.selectors import order_by_token, order_detail

HEARTBEAT_SECONDS = 15.0
# A look of one's own, should the one for all pages be lost.
LOOK_SECONDS = 60.0
# Then the browser connects anew, so that no stream outlives a deployment for long.
MAXIMUM_SECONDS = 15 * 60.0
ENDED = frozenset({"completed", "cancelled"})
ALLOWED_HEADERS = (
    "Accept, Last-Event-ID, HX-Request, HX-Request-Type, HX-Source, HX-Target, HX-Current-URL, "
    "HX-Boosted"
)


async def order_live(request: HttpRequest, token: str) -> HttpResponseBase:
    if not isinstance(request, ASGIRequest):
        return HttpResponse("Live streams are served at another address.\n", status=421)
    if request.method == "OPTIONS":
        return allowed(HttpResponse(status=204))
    try:
        order_id = await in_thread(order_by_token, token)
    except DomainError as refusal:
        return allowed(HttpResponse(f"{refusal.message}\n", status=403))
    response = StreamingHttpResponse(
        messages(order_id, token, last_seen(request)), content_type="text/event-stream"
    )
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return allowed(response)


def allowed[R: HttpResponseBase](response: R) -> R:
    """Lets exactly the shop's own pages read the stream from another origin."""
    response.headers["Access-Control-Allow-Origin"] = settings.PUBLIC_URL
    response.headers["Access-Control-Allow-Headers"] = ALLOWED_HEADERS
    response.headers["Access-Control-Max-Age"] = "600"
    response.headers["Vary"] = "Origin"
    return response


def last_seen(request: HttpRequest) -> int:
    text = request.headers.get("Last-Event-ID", "")
    return int(text) if text.isdecimal() and len(text) < 10 else 0


async def messages(order_id: UUID, token: str, seen: int) -> AsyncIterator[bytes]:
    """Yields the progress of the order each time its position grows, until it has ended."""
    started = spoken = looked = time.monotonic()
    async for told in moves(order_id):
        moment = time.monotonic()
        if moment - started > MAXIMUM_SECONDS:
            return
        if told or moment - looked > LOOK_SECONDS:
            looked = moment
            position, body, ended = await in_thread(progress, order_id, token, seen)
            if position > seen:
                seen, spoken = position, moment
                yield message(position, body)
            if ended:
                yield b"event: done\ndata: .\n\n"
                return
        if moment - spoken > HEARTBEAT_SECONDS:
            spoken = moment
            yield b": still here\n\n"


def progress(order_id: UUID, token: str, seen: int) -> tuple[int, str, bool]:
    """Returns the position, the part of the page if it is news, and whether the order has ended."""
    close_old_connections()
    position = shown_position(order_id)
    if position <= seen:
        return position, "", False
    order = order_detail(order_id)
    body = render_to_string("storefront/order.html#progress", order_context(order, token))
    return position, body, order.status in ENDED


def message(position: int, body: str) -> bytes:
    lines = "".join(f"data: {line}\n" for line in body.splitlines() if line.strip())
    return f"id: {position}\n{lines}\n".encode()
