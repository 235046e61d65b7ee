"""Webhooks: which systems are told of orders, what was sent to each, and sending it again."""

import json
from collections.abc import Callable, Mapping
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from events.context import acting
from frontend.access import staff_only
from frontend.htmx import page, redirect
from frontend.people import actor_name
from frontend.staff.actions import FormRefused, identifier
from modules.kernel.clock import now
from modules.kernel.errors import DomainError
from modules.kernel.identity import new_id
from modules.webhooks import commands, selectors
from modules.webhooks.contracts import (
    AddEndpoint,
    ChangeEndpoint,
    DeliveryFilter,
    RotateSecret,
    Seek,
    SwitchEndpoint,
)

STATES = ("waiting", "delivered", "failed", "skipped")
REASONS = {
    "staff": "Staff switched it off. What happens meanwhile waits for it.",
    "failing": "It accepted nothing for days. What happens meanwhile waits for it.",
    "gone": "It answered 410 Gone, which asks for no more messages. They wait for it.",
}
OVERLAPS = {"0": "at once", "3600": "in an hour", "86400": "in a day", "604800": "in a week"}
type Data = Mapping[str, object]


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def webhook_list(request: HttpRequest) -> HttpResponse:
    """Shows every endpoint; a POST registers one and shows its secret, this once."""
    added, secret, problem = None, "", ""
    if request.method == "POST":
        try:
            with acting(command_id=identifier(request.POST, "command_id")):
                added = commands.add_endpoint(as_typed(request.POST))
            secret = commands.shown_secret(added.secret_id)
        except DomainError as refusal:
            problem = refusal.message
    context = {
        "endpoints": selectors.endpoints(),
        "added": added,
        "secret": secret,
        "problem": problem,
        "typed": request.POST if problem else {},
        "chosen": request.POST.getlist("types") if problem else [],
        "types": selectors.message_types(),
        "command_id": new_id(),
    }
    return page(request, "staff/webhooks.html", context, status=409 if problem else 200)


def as_typed(data: QueryDict) -> AddEndpoint:
    return AddEndpoint(
        url=data.get("url", "").strip(),
        description=data.get("description", "").replace("\x00", "").strip()[:200],
        types=tuple(data.getlist("types")),
        personal=data.get("personal") == "yes",
        start="beginning" if data.get("start") == "beginning" else "now",
    )


@require_safe
@staff_only
def webhook_page(request: HttpRequest, endpoint_id: UUID) -> HttpResponse:
    return show(request, endpoint_id)


def show(
    request: HttpRequest,
    endpoint_id: UUID,
    *,
    problem: str = "",
    secret: str = "",
    typed: QueryDict | None = None,
) -> HttpResponse:
    """Answers an endpoint with what was sent to it; what was typed stays in its form."""
    found = selectors.endpoint(endpoint_id)
    asked = request.GET
    state = asked.get("state", "") if asked.get("state", "") in STATES else ""
    types = selectors.message_types()
    message_type = asked.get("type", "")
    if message_type not in {each.type for each in types}:
        message_type = ""
    order_id = order_typed(asked.get("order", ""))
    shown = selectors.deliveries(
        DeliveryFilter(
            endpoint_id=endpoint_id,
            state=state,
            type=message_type,
            order_id=order_id,
            cursor=asked.get("cursor", "")[:100],
        )
    )
    kept = {"state": state, "type": message_type, "order": asked.get("order", "")}
    older = urlencode(kept | {"cursor": shown.next_cursor}) if shown.next_cursor else ""
    context = {
        "endpoint": found,
        "reason": REASONS.get(found.off_reason, ""),
        "author": actor_name(found.created_by),
        "secrets": selectors.secrets_of(endpoint_id, now()),
        "seeking": selectors.seeking(endpoint_id),
        "head": selectors.log_head(),
        "types": types,
        "chosen": typed.getlist("types") if typed else found.types,
        "typed": typed,
        "overlaps": OVERLAPS.items(),
        "states": STATES,
        "asked": kept,
        "deliveries": shown.deliveries,
        "older": f"?{older}" if older else "",
        "problem": problem,
        "secret": secret,
        "command_id": new_id(),
    }
    status = 409 if problem else 200
    return page(request, "staff/webhook.html", context, partial="rows", status=status)


def order_typed(text: str) -> UUID | None:
    """Reads an order's id; what is none finds nothing."""
    if not text.strip():
        return None
    try:
        return UUID(text.strip())
    except ValueError:
        return UUID(int=0)


def save(endpoint_id: UUID, data: QueryDict) -> str:
    typed = as_typed(data)
    commands.change_endpoint(
        ChangeEndpoint(
            endpoint_id=endpoint_id,
            url=typed.url,
            description=typed.description,
            types=typed.types,
            personal=typed.personal,
        )
    )
    return "Saved."


def switch_on(endpoint_id: UUID, data: QueryDict) -> str:
    commands.switch_endpoint(SwitchEndpoint(endpoint_id=endpoint_id, on=True))
    return "Switched on: what waited is on its way."


def switch_off(endpoint_id: UUID, data: QueryDict) -> str:
    commands.switch_endpoint(SwitchEndpoint(endpoint_id=endpoint_id, on=False))
    return "Switched off."


def ping(endpoint_id: UUID, data: QueryDict) -> str:
    commands.ping_endpoint(endpoint_id)
    return "A ping is on its way."


def seek(endpoint_id: UUID, data: QueryDict) -> str:
    text = data.get("position", "").strip()
    if not (text.isascii() and text.isdecimal() and len(text) < 16):
        raise FormRefused(f"“{text[:40]}” is no position: type a whole number from 1 on.")
    commands.seek(Seek(endpoint_id=endpoint_id, position=int(text)))
    return f"Everything from position {text} on is sent again."


def remove(endpoint_id: UUID, data: QueryDict) -> str:
    if data.get("sure") != "yes":
        raise FormRefused("Tick that you are sure: what was sent to it is forgotten as well.")
    commands.remove_endpoint(endpoint_id)
    return "The endpoint is removed."


ACTIONS: dict[str, Callable[[UUID, QueryDict], str]] = {
    "save": save,
    "on": switch_on,
    "off": switch_off,
    "ping": ping,
    "seek": seek,
    "remove": remove,
}


@require_POST
@staff_only
def act(request: HttpRequest, endpoint_id: UUID, action: str) -> HttpResponse:
    """Runs one action and shows the endpoint again; a refusal says why and changes nothing."""
    data = request.POST
    if action == "rotate":
        return rotate(request, endpoint_id)
    if action not in ACTIONS:
        raise Http404
    selectors.endpoint(endpoint_id)
    try:
        with acting(command_id=identifier(data, "command_id")):
            done = ACTIONS[action](endpoint_id, data)
    except DomainError as refusal:
        typed = data if action == "save" else None
        return show(request, endpoint_id, problem=refusal.message, typed=typed)
    messages.success(request, done)
    if action == "remove":
        return redirect(request, reverse("staff-webhooks"))
    return redirect(request, reverse("staff-webhook", args=[endpoint_id]))


def rotate(request: HttpRequest, endpoint_id: UUID) -> HttpResponse:
    """Makes a new secret and shows it, this once."""
    selectors.endpoint(endpoint_id)
    overlap = request.POST.get("overlap", "")
    try:
        if overlap not in OVERLAPS:
            raise FormRefused("Choose when the old secret ends.")
        with acting(command_id=identifier(request.POST, "command_id")):
            secret_id = commands.rotate_secret(
                RotateSecret(endpoint_id=endpoint_id, overlap_seconds=int(overlap))
            )
    except DomainError as refusal:
        return show(request, endpoint_id, problem=refusal.message)
    return show(request, endpoint_id, secret=commands.shown_secret(secret_id))


@require_safe
@staff_only
def delivery_page(request: HttpRequest, delivery_id: UUID) -> HttpResponse:
    return show_delivery(request, delivery_id)


def show_delivery(request: HttpRequest, delivery_id: UUID, problem: str = "") -> HttpResponse:
    found = selectors.delivery(delivery_id)
    context = {
        "found": found,
        "delivery": found.delivery,
        "body": json.dumps(json.loads(found.body), indent=2, ensure_ascii=False),
        "problem": problem,
        "command_id": new_id(),
    }
    status = 409 if problem else 200
    return page(request, "staff/webhook_delivery.html", context, status=status)


@require_POST
@staff_only
def act_on_delivery(request: HttpRequest, delivery_id: UUID, action: str) -> HttpResponse:
    """Sends a delivery again, or gives it up."""
    acts = {"redeliver": commands.redeliver, "skip": commands.skip}
    if action not in acts:
        raise Http404
    selectors.delivery(delivery_id)
    try:
        with acting(command_id=identifier(request.POST, "command_id")):
            acts[action](delivery_id)
    except DomainError as refusal:
        return show_delivery(request, delivery_id, problem=refusal.message)
    return redirect(request, reverse("staff-webhook-delivery", args=[delivery_id]))
