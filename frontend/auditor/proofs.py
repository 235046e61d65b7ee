"""The auditor's pages about proof: checkpoints, verifying, exporting, an order's own proofs."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from frontend.access import auditor_only
from frontend.auditor.runs import place, rows
from frontend.htmx import page
from frontend.people import actor_names
from frontend.storefront.receipts import LONGEST_SIZE, as_file
from modules.audit.selectors import (
    log_keys,
    order_proof,
    runs,
    signed_checkpoints,
    signed_note,
    verifications,
)

ROWS = 50
RECORDED_ROWS = 50


@auditor_only
def checkpoints(request: HttpRequest) -> HttpResponse:
    before = request.GET.get("before", "")
    known = before.isascii() and before.isdecimal() and len(before) <= LONGEST_SIZE
    found = signed_checkpoints(ROWS + 1, before=int(before) if known else None)
    shown = found[:ROWS]
    context = {"checkpoints": shown, "more": shown[-1].size if len(found) > ROWS else None}
    return page(request, "auditor/checkpoints.html", context)


@auditor_only
def checkpoint_note(request: HttpRequest, size: int) -> HttpResponse:
    """Answers a signed note with its cosignatures: what to keep for the next audit."""
    return HttpResponse(
        signed_note(size),
        content_type="text/plain; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="checkpoint-{size}.txt"'},
    )


@auditor_only
def stream_proof(request: HttpRequest, stream_id: UUID) -> HttpResponse:
    """Answers the events of an order and its payments, or of one payment, each with its proof."""
    return as_file(order_proof(stream_id), f"proof-{stream_id}")


@auditor_only
def verify_page(request: HttpRequest) -> HttpResponse:
    found = verifications(RECORDED_ROWS)
    names = actor_names(each.actor for each in found)
    context = {
        # What has ended is told by the record itself; the rest is under way, or came to nothing.
        "runs": rows(tuple(each for each in runs(["verify"]) if each.outcome in ("", "failed"))),
        "recorded": [(names[each.actor], each, place(each.first_position)) for each in found],
    }
    return page(request, "auditor/verify.html", context)


@auditor_only
def export_page(request: HttpRequest) -> HttpResponse:
    context = {"runs": rows(runs(["export"])), "keys": log_keys()}
    return page(request, "auditor/export.html", context)
