"""The auditor's pages: find a stream, read its events, see its state at any moment, verify it."""

import json
from collections.abc import Container
from dataclasses import replace
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from events.moments import AsOf, past, read_moment
from frontend.access import auditor_only
from frontend.htmx import page, redirect
from frontend.moments import asked_moment, moment_context
from frontend.people import actor_names
from frontend.templatetags.shop import money
from modules.audit.commands import open_seals
from modules.audit.contracts import (
    AuditedEvent,
    Change,
    OpenSeals,
    ReasonMissing,
    RecordUnreadable,
    StateAt,
    StreamUnknown,
)
from modules.audit.selectors import (
    erasures,
    family,
    find,
    head,
    looks,
    read_today,
    recent_streams,
    state_at,
    stream,
    verify,
)
from modules.kernel.errors import DomainError
from modules.kernel.money import MoneyError

OPEN_ROWS = 30
OPEN_GROUP = 12


@auditor_only
def landing(request: HttpRequest) -> HttpResponse:
    reference = request.GET.get("q", "").strip()[:100]
    problem = ""
    if reference:
        try:
            return redirect(request, reverse("audit-stream", args=[find(reference)]))
        except DomainError as refusal:
            problem = refusal.message
    context = {"streams": recent_streams(50), "reference": reference, "problem": problem}
    return page(request, "auditor/landing.html", context, status=404 if problem else 200)


@auditor_only
def stream_page(request: HttpRequest, stream_id: UUID) -> HttpResponse:
    context = stream_context(request, stream_id)
    refused = context["problem"] and context["state"]
    return page(
        request, "auditor/stream.html", context, partial="state", status=422 if refused else 200
    )


@auditor_only
@require_POST
def opened_page(request: HttpRequest, stream_id: UUID) -> HttpResponse:
    """Shows a stream's personal data once, to this one request, after recording why."""
    try:
        open_seals(OpenSeals(stream_id=stream_id, reason=request.POST.get("reason", "")[:500]))
    except ReasonMissing as refusal:
        context = stream_context(request, stream_id) | {"reason_problem": refusal.message}
        return page(request, "auditor/stream.html", context, status=422)
    context = stream_context(request, stream_id, seals_open=True)
    return page(request, "auditor/stream.html", context)


def stream_context(
    request: HttpRequest, stream_id: UUID, *, seals_open: bool = False
) -> dict[str, object]:
    events = stream(stream_id)
    state, problem = shown_state(request, stream_id, seals_open=seals_open)
    moment = None if seals_open or problem else moment_asked(request)
    # By effective time an event between two others may not count yet.
    counted = [each.version for each in stream(stream_id, moment)] if moment else []
    version = state.version if state else events[-1].version
    # Versions that somebody took out leave a gap, so the event is looked up and not counted.
    chosen = next((each for each in events if each.version == version), events[-1])
    asked = "verify" in request.GET or state is None
    looked = looks(stream_id)
    names = actor_names(each.actor for each in looked)
    return {
        "seals_open": seals_open,
        "looks": [(names[each.actor], each) for each in looked],
        "erasures": state.erasures if state else erasures(stream_id),
        "head": head(stream_id),
        "family": family(stream_id),
        "state": state,
        "version": chosen.version,
        "groups": grouped(written(state.changes, changed=True)) if state else [],
        "unchanged": written(state.changes, changed=False) if state else [],
        "state_json": json.dumps(state.state, indent=2, ensure_ascii=False, sort_keys=True)
        if state
        else "",
        "rows": rows(events, counted or range(1, chosen.version + 1), chosen.version),
        "chosen": chosen,
        "payload": indented(chosen.payload),
        "today": both_forms(chosen),
        "problem": problem,
        **moment_context(request, moment),
        "outcome": verify(stream_id) if asked else None,
        "ticks": range(1, len(events) + 1),
    }


def both_forms(event: AuditedEvent) -> dict[str, object] | None:
    """Returns an event of an older version as it is stored and as it is read; None of others."""
    try:
        found = read_today(event)
    except RecordUnreadable as refusal:
        return {"problem": refusal.message}
    if found is None:
        return None
    return {
        "found": found,
        "changed": written(found.fields, changed=True),
        "same": written(found.fields, changed=False),
    }


def indented(payload: str) -> str:
    """Returns a payload for reading; its exact text, which is what was hashed, is one link away."""
    return json.dumps(json.loads(payload), indent=2, ensure_ascii=False)


def shown_state(
    request: HttpRequest, stream_id: UUID, *, seals_open: bool
) -> tuple[StateAt | None, str]:
    """Returns the state to show and what is wrong with the question; no state if unreadable."""
    try:
        if seals_open:
            return state_at(stream_id, seals_open=True, tells_erased=True), ""
        return asked_state(request, stream_id), ""
    except RecordUnreadable as refusal:
        return None, refusal.message
    except DomainError as refusal:
        problem = refusal.message
    try:
        return state_at(stream_id, tells_erased=True), problem
    except RecordUnreadable:
        return None, problem


def written(rows: tuple[Change, ...], *, changed: bool) -> list[Change]:
    """Returns the rows that changed, or those that did not, with amounts as money."""
    named = [row for row in rows if row.field.rpartition(".")[2] == "currency"]
    # An order and a payment have one currency each, however often they say so.
    currency = named[0].after if named else ""
    return [
        replace(
            row,
            before=as_money(row.field, row.before, currency),
            after=as_money(row.field, row.after, currency),
        )
        for row in rows
        if row.changed == changed
    ]


def grouped(rows: list[Change]) -> list[tuple[str, list[Change]]]:
    """Returns rows by the first part of their names: few stand open, many are folded by name.

    The first event of an order changes hundreds of fields, most of them steps of a derivation.
    """
    if len(rows) <= OPEN_ROWS:
        return [("", rows)] if rows else []
    groups: dict[str, list[Change]] = {}
    for row in rows:
        groups.setdefault(row.field.partition(".")[0], []).append(row)
    small = [row for group in groups.values() if len(group) <= OPEN_GROUP for row in group]
    large = [(name, group) for name, group in groups.items() if len(group) > OPEN_GROUP]
    return [("", small), *large] if small else large


def as_money(field: str, value: str, currency: str) -> str:
    """Writes minor units as an amount; whatever is none stays as it is."""
    if not field.endswith("_minor"):
        return value
    try:
        return money(int(value), currency)
    except (ValueError, MoneyError):
        return value


def asked_state(request: HttpRequest, stream_id: UUID) -> StateAt:
    """Returns the state that the address asks for: `as_of` a version, or a moment on two clocks.

    Raises:
        MomentUnreadable, MomentAhead: a time that cannot be asked for.
        NothingRecordedYet: the stream began later.
    """
    version = request.GET.get("as_of", "")
    if version.isdecimal() and len(version) < 8 and int(version) > 0:
        return state_at(stream_id, version=int(version), tells_erased=True)
    return state_at(stream_id, as_of=moment_asked(request), tells_erased=True)


def moment_asked(request: HttpRequest) -> AsOf | None:
    """Returns the moment asked for; `at` and `by` of older addresses name one clock.

    None where a version is asked for, which is a moment of its own.

    Raises:
        MomentUnreadable, MomentAhead: a time that cannot be asked for.
    """
    if request.GET.get("as_of"):
        return None
    at = past(read_moment(request.GET.get("at", "")), "at")
    if at is None:
        return asked_moment(request)
    by_effect = request.GET.get("by") == "effective"
    return AsOf(effective_at=at) if by_effect else AsOf(known_at=at)


def rows(
    events: tuple[AuditedEvent, ...], counted: Container[int], version: int
) -> list[dict[str, object]]:
    names = actor_names(each.actor for each in events)
    return [
        {
            "position": each.version,
            "title": each.title,
            "text": each.topic,
            "at": each.recorded_at,
            "actor": names[each.actor],
            "channel": each.actor.split(":")[0],
            "hash": each.hash,
            "url": f"?as_of={each.version}",
            "state": "now"
            if each.version == version
            else "past"
            if each.version in counted
            else "future",
        }
        for each in events
    ]


@auditor_only
def raw_event(request: HttpRequest, stream_id: UUID, version: int) -> HttpResponse:
    """Answers one event as JSON; `payload_text` is the exact text that was hashed."""
    found = next((each for each in stream(stream_id) if each.version == version), None)
    if found is None:
        raise StreamUnknown(f"This stream has no event {version}.", reference=str(stream_id))
    return JsonResponse(
        {
            "stream_id": str(found.stream_id),
            "version": found.version,
            "position": found.position,
            "topic": found.topic,
            "event_id": str(found.event_id),
            "recorded_at": found.recorded_at.isoformat(),
            "effective_at": found.effective_at.isoformat(),
            "actor": found.actor,
            "causation_id": str(found.causation_id) if found.causation_id else None,
            "correlation_id": str(found.correlation_id) if found.correlation_id else None,
            "command_id": str(found.command_id) if found.command_id else None,
            "previous_hash": found.previous_hash,
            "hash": found.hash,
            "payload": json.loads(found.payload),
            "payload_text": found.payload,
        },
        json_dumps_params={"indent": 2, "ensure_ascii": False},
    )
