"""Work that the worker does for auditors and staff: asking for it, its progress, its outcome."""

from dataclasses import dataclass
from typing import get_args
from urllib.parse import urlencode
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.urls import reverse

from events.context import current_context
from frontend.access import REFUSALS, auditor_only, operators_only
from frontend.htmx import page, redirect
from frontend.live.tickets import live_address
from frontend.people import actor_name, actor_names
from modules.audit.commands import ask_run
from modules.audit.contracts import AskRun, RunKind, RunView
from modules.audit.selectors import bundle, cover, recorded, run
from modules.kernel.errors import DomainError

# What concerns the whole record is an auditor's; what the shop reads is the staff's as well.
AUDITORS_KINDS = frozenset({"verify", "export", "past"})
# What such work came to is an event of the record.
RECORDED = frozenset({"verify", "export"})
HOME = {"verify": "audit-verify", "export": "audit-export", "past": "audit-past"}

PAST_WORDS = {
    " position=": ", after position ",
    " known=": ", as known at ",
    " effective=": ", as effective at ",
}


@dataclass(frozen=True, slots=True)
class Words:
    """How a kind of work is called, asked for, and what it means to do it."""

    name: str
    question: str
    consequence: str
    button: str


WORDS: dict[str, Words] = {
    "verify": Words(
        "Verification",
        "Verify the whole record?",
        "Every event is hashed anew, and the tree over all of them is held against every signed"
        " checkpoint. Nothing is changed.",
        "Verify everything",
    ),
    "export": Words(
        "Export",
        "Make a bundle of the whole record?",
        "The worker signs what is new and writes all events with their proofs into one file."
        " Personal data stays sealed in it. That it was made, and by whom, is recorded.",
        "Make a bundle",
    ),
    "drift": Words(
        "Drift check",
        "Compare all read models with the events?",
        "All events are folded once more, beside the live tables, and every cell is compared."
        " Nothing is changed.",
        "Check for drift",
    ),
    "rebuild": Words(
        "Rebuild",
        "Rebuild from the events?",
        "All events are folded into new tables while the shop goes on, which then take the place of"
        " the live ones within milliseconds. The present tables are kept for the way back.",
        "Rebuild",
    ),
    "back": Words(
        "Switch back",
        "Go back to the tables before the last rebuild?",
        "The kept tables are brought up to date and take the place of the live ones. The live ones"
        " are kept in their stead.",
        "Switch back",
    ),
    "past": Words(
        "Look back",
        "Fold a read model as it was?",
        "The worker folds it beside the live one, up to where you say, and writes it into a file."
        " Nothing is changed.",
        "Look back",
    ),
    "retry": Words(
        "Retry",
        "Fold the parked stream again?",
        "Do it after its cause was mended. If it still cannot be folded, it stays parked.",
        "Retry",
    ),
}


@operators_only
def ask(request: HttpRequest, kind: str) -> HttpResponse:
    """Shows what a piece of work means; sent as a form, has it done and leads to its progress."""
    known: tuple[RunKind, ...] = get_args(RunKind.__value__)
    wanted = next((each for each in known if each == kind), None)
    if wanted is None:
        raise Http404
    refuse_strangers(wanted)
    asked = request.POST if request.method == "POST" else request.GET
    subject = asked.get("subject", "").strip()[:200]
    problem = ""
    if request.method == "POST":
        try:
            run_id = ask_run(AskRun(kind=wanted, subject=subject))
            return redirect(request, reverse("audit-run", args=[run_id]))
        except DomainError as refusal:
            problem = refusal.message
    context = {
        "desk": desk(),
        "kind": kind,
        "words": WORDS[kind],
        "subject": subject,
        "what": what(kind, subject),
        "problem": problem,
        "back": reverse(HOME.get(kind, "audit-projections")),
    }
    return page(request, "auditor/ask.html", context, status=409 if problem else 200)


@operators_only
def run_page(request: HttpRequest, run_id: UUID) -> HttpResponse:
    found = run(run_id)
    refuse_strangers(found.kind)
    under_way = found.finished_at is None
    context = {
        "desk": desk(),
        "words": WORDS[found.kind],
        "what": what(found.kind, found.subject),
        "who": actor_name(found.actor),
        "back": reverse(HOME.get(found.kind, "audit-projections")),
        "live_url": live_address(request, "audit-run-live", str(run_id)) if under_way else "",
        **run_context(found),
    }
    return page(request, "auditor/run.html", context, partial="progress")


def run_context(found: RunView) -> dict[str, object]:
    """Returns what the part of the page shows that changes while the work is done."""
    position = recorded(found.id) if found.finished_at and found.kind in RECORDED else None
    return {
        "run": found,
        "finding_rows": [(each, place(each.position)) for each in found.findings],
        "recorded": position,
    }


@auditor_only
def bundle_file(request: HttpRequest, run_id: UUID) -> FileResponse:
    """Answers the bundle of a finished export as a download."""
    found = run(run_id)
    name = f"record-{found.asked_at:%Y-%m-%d-%H%M}.zip"
    return FileResponse(bundle(run_id).open("rb"), as_attachment=True, filename=name)


@auditor_only
def cover_file(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Answers the cover sheet of a recorded export as a PDF."""
    found = run(run_id)
    made = cover(run_id, asked_by=actor_name(found.actor))
    name = f"record-{found.asked_at:%Y-%m-%d-%H%M}.pdf"
    return HttpResponse(
        made,
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def refuse_strangers(kind: str) -> None:
    """Raises: PermissionDenied: this work is not for the role in which somebody is here."""
    if kind in AUDITORS_KINDS and not current_context().actor.startswith("auditor:"):
        raise PermissionDenied(REFUSALS["auditor"])


def desk() -> str:
    """Returns the frame of the page: of the role in which somebody is here."""
    staff = current_context().actor.startswith("staff:")
    return "staff_base.html" if staff else "auditor_base.html"


def what(kind: str, subject: str) -> str:
    """Names what a piece of work is about."""
    if kind == "retry":
        name, _, stream = subject.partition(" ")
        return f"{name}, stream {stream}"
    if kind == "export":
        return f"consistent with the checkpoint of {subject} events" if subject else ""
    if kind == "past":
        for sign, words in PAST_WORDS.items():
            subject = subject.replace(sign, words)
    return subject or ("all read models" if kind in ("rebuild", "back", "drift") else "")


def place(position: int | None) -> str:
    """Returns the address at which the log shows a position and its neighbours."""
    if position is None:
        return ""
    question = f"after:{max(0, position - 3)} before:{position + 3}"
    return reverse("audit-log") + "?" + urlencode({"q": question})


def percent(found: RunView) -> int | None:
    return min(100, found.done * 100 // found.total) if found.total else None


def rows(found: tuple[RunView, ...]) -> list[dict[str, object]]:
    """Returns pieces of work as a list of them shows each."""
    names = actor_names(each.actor for each in found)
    return [
        {
            "run": each,
            "words": WORDS[each.kind],
            "what": what(each.kind, each.subject),
            "who": names[each.actor],
            "percent": percent(each),
        }
        for each in found
    ]
