"""The auditor's pages about proof: the checkpoints, and an order's events with their paths."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from frontend.access import auditor_only
from frontend.htmx import page
from frontend.storefront.receipts import LONGEST_SIZE, as_file
from modules.audit.selectors import order_proof, signed_checkpoints, signed_note

ROWS = 50


@auditor_only
def checkpoints(request: HttpRequest) -> HttpResponse:
    before = request.GET.get("before", "")
    known = before.isascii() and before.isdecimal() and len(before) <= LONGEST_SIZE
    rows = signed_checkpoints(ROWS + 1, before=int(before) if known else None)
    shown = rows[:ROWS]
    context = {"checkpoints": shown, "more": shown[-1].size if len(rows) > ROWS else None}
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
