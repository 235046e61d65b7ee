"""The auditor's comparisons: a stream at two moments, and its read models' rows folded anew."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse

from frontend.access import auditor_only
from frontend.auditor.streams import grouped, written
from frontend.htmx import page
from modules.audit.contracts import StreamHead
from modules.audit.selectors import (
    differences,
    family,
    find,
    head,
    not_compared,
    state_at,
    stored_and_fresh,
    version_at,
)
from modules.kernel.errors import DomainError

LONGEST_NUMBER = 18


@auditor_only
def compare_page(request: HttpRequest) -> HttpResponse:
    """Shows what differs between two versions of a stream, or at two positions of the log."""
    reference = request.GET.get("stream", "").strip()[:100]
    context: dict[str, object] = {"reference": reference}
    status = 200
    if reference:
        try:
            context |= compared(request, head(find(reference)))
        except DomainError as refusal:
            context["problem"] = refusal.message
            status = 404
    return page(request, "auditor/compare.html", context, partial="differences", status=status)


def compared(request: HttpRequest, stream: StreamHead) -> dict[str, object]:
    """Raises: RecordUnreadable, NothingRecordedYet: as `state_at` does."""
    by_position = request.GET.get("by") == "position"
    asked = [number(request.GET.get(name, "")) for name in ("left", "right")]
    versions = [
        version_at(stream.stream_id, each) if by_position and each is not None else each
        for each in asked
    ]
    last = stream.version
    left, right = (
        min(max(version, 1), last) if version is not None else standard
        for version, standard in zip(versions, (max(last - 1, 1), last), strict=True)
    )
    before = state_at(stream.stream_id, version=left, tells_erased=True)
    after = state_at(stream.stream_id, version=right, tells_erased=True)
    rows = differences(before, after)
    return {
        "stream": stream,
        "family": family(stream.stream_id),
        "left": before,
        "right": after,
        "by": "position" if by_position else "version",
        "asked": asked,
        "groups": grouped(written(rows, changed=True)),
        "same": written(rows, changed=False),
        "ticks": range(1, last + 1),
    }


def number(text: str) -> int | None:
    """Reads a number that somebody typed; what is none counts as not given."""
    plain = text.strip()
    known = plain.isascii() and plain.isdecimal() and len(plain) <= LONGEST_NUMBER
    return int(plain) if known else None


@auditor_only
def fresh_page(request: HttpRequest, stream_id: UUID) -> HttpResponse:
    """Shows the rows that a stream's events make beside those that the tables hold."""
    context: dict[str, object] = {"stream": head(stream_id)}
    try:
        context["tables"] = [
            {
                "row": each,
                "differing": written(each.columns, changed=True),
                "same": written(each.columns, changed=False),
            }
            for each in stored_and_fresh(stream_id)
        ]
        context["left_out"] = not_compared(stream_id)
    except DomainError as refusal:
        context["problem"] = refusal.message
    return page(request, "auditor/fresh.html", context)
