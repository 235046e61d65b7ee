"""localstripe as a process of its own, with what it does not play: `--port N`.

Added here: Checkout Sessions with a page to pay at, idempotency keys as Stripe keeps them, what was
received and is capturable, tags on captures, the events of refunds and authorisations, and faults
on demand. What is played is the contract of docs.stripe.com, as far as the shop relies on it.
"""

import argparse
import asyncio
import json
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from functools import partial
from hashlib import sha256
from html import escape
from typing import Any

from aiohttp import web
from localstripe import webhooks
from localstripe.errors import UserError
from localstripe.resources import (
    Charge,
    Customer,
    Event,
    List,
    PaymentIntent,
    PaymentMethod,
    Refund,
    StripeObject,
)
from localstripe.server import app, get_api_key, get_post_data, store

type Handler = Callable[..., Awaitable[web.StreamResponse]]
type Theirs = Callable[[web.Request], Awaitable[web.StreamResponse]]

OF_SEVERAL_CAPTURES = "4111111111111111"
CARDS = {
    OF_SEVERAL_CAPTURES: "Pay with a card that several captures are possible of",
    "4242424242424242": "Pay",
    "4000000000000341": "Pay with a card that is declined",
    "4000002500003155": "Pay with a card that wants a second factor",
}
answers: dict[str, tuple[str, int, bytes]] = {}
faults: list[dict[str, Any]] = []
calls: Counter[str] = Counter()
booked: list[dict[str, Any]] = []
# Small, so that a few lines are several pages.
PAGE_OF_BALANCE = 3


class CheckoutSession(StripeObject):  # type: ignore[misc]  # the library is untyped
    object = "checkout.session"
    _id_prefix = "cs_test_"

    def __init__(
        self,
        *,
        line_items: list[dict[str, Any]],
        payment_intent_data: dict[str, Any],
        metadata: dict[str, str],
        success_url: str,
        cancel_url: str,
        mode: str,
        **ignored: Any,
    ) -> None:
        super().__init__()
        (line,) = line_items
        self.mode = mode
        self.amount_total = int(line["price_data"]["unit_amount"]) * int(line["quantity"])
        self.currency = line["price_data"]["currency"]
        self.metadata = metadata
        self.success_url, self.cancel_url = success_url, cancel_url
        self.status, self.payment_intent = "open", None
        self.url = f"http://127.0.0.1:{app['port']}/pay/{self.id}"
        self._intent_data = payment_intent_data

    def _pay(self, card: str) -> Any:
        """Confirms an intent with a card; raises UserError where it is declined."""
        if self.status != "open":
            raise UserError(400, "This page is closed.")
        method = PaymentMethod(
            type="card",
            card={"number": card, "exp_month": 12, "exp_year": 2040, "cvc": "123"},
        )
        customer = None
        if self._intent_data.get("setup_future_usage"):
            customer = Customer().id
            PaymentMethod._api_attach(method.id, customer=customer)
        intent = PaymentIntent(
            amount=self.amount_total,
            currency=self.currency,
            customer=customer,
            payment_method=method.id,
            metadata=dict(self._intent_data.get("metadata", {})),
            capture_method=self._intent_data["capture_method"],
        )
        self.payment_intent = intent.id
        intent._confirm(on_failure_now=intent._report_failure)
        self._after(intent)
        return intent

    def _after(self, intent: Any) -> None:
        if intent.status == "requires_capture":
            say("payment_intent.amount_capturable_updated", intent)
        if intent.status in ("requires_capture", "succeeded"):
            self.status = "complete"
            say("checkout.session.completed", self)


def say(kind: str, thing: Any) -> None:
    webhooks.schedule_webhook(Event(kind, thing))


def received(intent: Any) -> int:
    taken = getattr(intent, "_taken", None)
    return int(taken if taken is not None else intent.amount if intent.status == "succeeded" else 0)


def capturable(intent: Any) -> int:
    return int(intent.amount) - received(intent) if intent.status == "requires_capture" else 0


def takes_parts(charge: Any) -> dict[str, Any]:
    number = PaymentMethod._api_retrieve(charge.payment_method)._card_number
    status = "available" if number == OF_SEVERAL_CAPTURES else "unavailable"
    return {"card": {"multicapture": {"status": status}}}


Charge.payment_method_details = property(takes_parts)
PaymentIntent.amount_capturable = property(capturable)
PaymentIntent.amount_received = property(received)


async def create_session(request: web.Request, name: str) -> web.StreamResponse:
    data = await get_post_data(request)
    return web.json_response(CheckoutSession(**data)._export())


async def show_session(request: web.Request, name: str) -> web.StreamResponse:
    session = CheckoutSession._api_retrieve(name)
    found = session._export()
    if session.payment_intent and "payment_intent" in str(request.query_string):
        found["payment_intent"] = PaymentIntent._api_retrieve(session.payment_intent)._export()
    return web.json_response(found)


async def list_sessions(request: web.Request, name: str) -> web.StreamResponse:
    return listed("/v1/checkout/sessions", kept("checkout.session"))


async def expire_session(request: web.Request, name: str) -> web.StreamResponse:
    session = CheckoutSession._api_retrieve(name)
    if session.status != "open":
        raise UserError(400, "Only open sessions can be expired.")
    session.status = "expired"
    say("checkout.session.expired", session)
    return web.json_response(session._export())


async def create_intent(request: web.Request, name: str) -> web.StreamResponse:
    data = await get_post_data(request)
    for unknown in ("description", "expand"):
        data.pop(unknown, None)
    intent = PaymentIntent._api_create(**data)
    if intent.status == "requires_capture":
        say("payment_intent.amount_capturable_updated", intent)
    return web.json_response(intent._export())


async def list_intents(request: web.Request, name: str) -> web.StreamResponse:
    return listed("/v1/payment_intents", kept("payment_intent"))


async def capture(request: web.Request, name: str) -> web.StreamResponse:
    data = await get_post_data(request) or {}
    intent = PaymentIntent._api_retrieve(name)
    amount = int(data.get("amount_to_capture") or capturable(intent))
    if intent.status != "requires_capture" or amount > capturable(intent):
        raise UserError(400, "This amount of this PaymentIntent could not be captured.")
    intent.metadata = {**intent.metadata, **data.get("metadata", {})}
    intent._taken = received(intent) + amount
    if data.get("final_capture") in ("false", False):
        say("payment_intent.amount_capturable_updated", intent)
    else:
        PaymentIntent._api_capture(intent.id, amount_to_capture=intent._taken)
    return web.json_response(intent._export())


async def cancel(request: web.Request, name: str) -> web.StreamResponse:
    intent = PaymentIntent._api_cancel(name)
    say("payment_intent.canceled", intent)
    return web.json_response(intent._export())


async def refund(request: web.Request, name: str) -> web.StreamResponse:
    data = await get_post_data(request) or {}
    intent = PaymentIntent._api_retrieve(data["payment_intent"])
    left = received(intent) - sum(each.amount for each in refunds_of(intent.id))
    if int(data["amount"]) > left:
        raise UserError(400, f"Refund amount is greater than unrefunded amount ({left}).")
    made = Refund(
        payment_intent=intent.id, amount=data["amount"], metadata=data.get("metadata", {})
    )
    say("refund.created", made)
    return web.json_response(made._export())


async def list_refunds(request: web.Request, name: str) -> web.StreamResponse:
    return listed("/v1/refunds", refunds_of(request.query["payment_intent"]))


async def list_balance(request: web.Request, name: str) -> web.StreamResponse:
    """What moved the account's balance, newest first, page by page."""
    since = int(request.query.get("created[gte]", 0))
    found = sorted(
        (each for each in [*balance(), *booked] if each["created"] >= since),
        key=lambda each: (each["created"], each["id"]),
        reverse=True,
    )
    names = [each["id"] for each in found]
    after = request.query.get("starting_after")
    start = names.index(after) + 1 if after else 0
    size = min(int(request.query.get("limit", 10)), PAGE_OF_BALANCE)
    page = {"object": "list", "url": "/v1/balance_transactions"}
    rest = found[start : start + size]
    return web.json_response({**page, "data": rest, "has_more": start + size < len(found)})


def balance() -> list[dict[str, Any]]:
    """The lines of what was captured and refunded; a fee of 2 % on captures."""
    lines = []
    for intent in kept("payment_intent"):
        if taken := received(intent):
            about = {"id": f"ch_{intent.id}", "object": "charge", "currency": intent.currency}
            source = {**about, "amount_captured": taken, "payment_intent": intent._export()}
            lines.append(line_of(intent, "charge", taken, taken * 2 // 100, source))
    for each in kept("refund"):
        lines.append(line_of(each, "refund", -each.amount, 0, each._export()))
    return lines


def line_of(thing: Any, kind: str, amount: int, fee: int, source: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": f"txn_{thing.id}",
        "object": "balance_transaction",
        "type": kind,
        "amount": amount,
        "fee": fee,
        "currency": thing.currency,
        "created": thing.created,
        "source": source,
    }


async def book(request: web.Request, name: str) -> web.StreamResponse:
    """Adds lines to the balance that come from elsewhere: payouts, disputes, fees."""
    booked.extend(await request.json())
    return web.Response()


def listed(url: str, things: list[Any]) -> web.Response:
    found = List(url, limit=100)
    found._list = things
    return web.json_response(found._export())


def kept(kind: str) -> list[Any]:
    return [each for name, each in store.items() if name.startswith(f"{kind}:")]


def refunds_of(intent_id: str) -> list[Any]:
    return [each for each in kept("refund") if each.payment_intent == intent_id]


async def page(request: web.Request, name: str) -> web.StreamResponse:
    """The hosted page: who plays the shopper chooses a card."""
    session = CheckoutSession._api_retrieve(name)
    if request.method == "POST":
        intent = session._pay(str((await request.post())["card"]))
        waits = intent.status == "requires_action"
        raise web.HTTPSeeOther(f"/pay/{name}/factor" if waits else session.success_url)
    buttons = "".join(
        f'<button name="card" value="{number}">{escape(words)}</button>'
        for number, words in CARDS.items()
    )
    return web.Response(
        text=f'<h1>Pay {session.amount_total} {session.currency}</h1><form method="post">{buttons}'
        f'</form><a href="{escape(session.cancel_url)}">Back to the shop</a>',
        content_type="text/html",
    )


async def factor(request: web.Request, name: str) -> web.StreamResponse:
    """The second factor, at the page of the shopper's bank."""
    if request.method == "GET":
        form = '<form method="post"><button name="ok" value="yes">Confirm</button></form>'
        return web.Response(text=form, content_type="text/html")
    session = CheckoutSession._api_retrieve(name)
    intent = PaymentIntent._api_retrieve(session.payment_intent)
    good = (await request.post()).get("ok") == "yes"
    PaymentIntent._api_authenticate(intent.id, client_secret=intent.client_secret, success=good)
    session._after(intent)
    raise web.HTTPSeeOther(session.success_url if good else f"/pay/{name}")


async def arrange(request: web.Request, name: str) -> web.StreamResponse:
    """Arranges a fault: `{"path": "...", "kind": "lost" | "500" | "slow", "times": 1}`."""
    faults.append({"times": 1, **await request.json()})
    return web.Response()


async def count(request: web.Request, name: str) -> web.StreamResponse:
    return web.json_response(dict(calls))


NAME = r"(\w+)"
OURS: tuple[tuple[str, str, Handler], ...] = (
    ("POST", r"/v1/checkout/sessions()", create_session),
    ("GET", r"/v1/checkout/sessions()", list_sessions),
    ("GET", rf"/v1/checkout/sessions/{NAME}", show_session),
    ("POST", rf"/v1/checkout/sessions/{NAME}/expire", expire_session),
    ("POST", r"/v1/payment_intents()", create_intent),
    ("GET", r"/v1/payment_intents()", list_intents),
    ("POST", rf"/v1/payment_intents/{NAME}/capture", capture),
    ("POST", rf"/v1/payment_intents/{NAME}/cancel", cancel),
    ("POST", r"/v1/refunds()", refund),
    ("GET", r"/v1/refunds()", list_refunds),
    ("*", rf"/pay/{NAME}", page),
    ("*", rf"/pay/{NAME}/factor", factor),
    ("GET", r"/v1/balance_transactions()", list_balance),
    ("POST", r"/_config/balance()", book),
    ("POST", r"/_config/faults()", arrange),
    ("GET", r"/_config/calls()", count),
)


@web.middleware
async def ours_first(request: web.Request, handler: Theirs) -> web.StreamResponse:
    if request.path.startswith("/v1/") and not get_api_key(request):
        raise UserError(401, "Unauthorized")
    for method, pattern, own in OURS:
        found = re.fullmatch(pattern, request.path)
        if found and method in ("*", request.method):
            return await keyed(request, partial(own, name=found[1]))
    return await keyed(request, handler)


async def keyed(request: web.Request, handler: Theirs) -> web.StreamResponse:
    """Keeps the first answer under an idempotency key, failures of Stripe's own included."""
    key = request.headers.get("Idempotency-Key", "")
    if request.method != "POST" or not request.path.startswith("/v1/") or not key:
        return await handler(request)
    body = sha256(request.path.encode() + await request.read()).hexdigest()
    if key in answers:
        digest, status, content = answers[key]
        if digest != body:
            error = {"type": "idempotency_error", "message": "Keys are for one request only."}
            return web.json_response({"error": error}, status=400)
        headers = {"Idempotent-Replayed": "true", "Content-Type": "application/json"}
        return web.Response(body=content, status=status, headers=headers)
    calls[request.path.rpartition("/")[2]] += 1
    fault = next_fault(request.path)
    if fault == "500":
        content = json.dumps({"error": {"type": "api_error", "message": "An error."}}).encode()
        answers[key] = (body, 500, content)
        return web.Response(body=content, status=500, content_type="application/json")
    if fault == "decline":
        error = {"type": "card_error", "code": "card_declined", "message": "It was declined."}
        return web.json_response({"error": error}, status=402)
    if fault == "slow":
        await asyncio.sleep(0.3)
    try:
        response = await handler(request)
    except UserError as refusal:
        response = refusal.to_response()
    assert isinstance(response, web.Response)
    answers[key] = (body, response.status, bytes(response.body))  # type: ignore[arg-type]
    if fault == "lost" and request.transport:
        request.transport.close()
    return response


def next_fault(path: str) -> str:
    for fault in faults:
        if fault["path"] in path and fault["times"] > 0:
            fault["times"] -= 1
            return str(fault["kind"])
    return ""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    app["port"] = parser.parse_args().port
    store.dump_to_disk = lambda: None
    # After the one that turns refusals into answers, before the one that knows no page of ours.
    app.middlewares.insert(1, ours_first)
    web.run_app(app, host="127.0.0.1", port=app["port"], print=None, access_log=None)


if __name__ == "__main__":
    main()
