"""Whole read models as they were: asked for with a form, folded by the worker, downloaded."""

from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import reverse

from events import generations
from events.moments import read_moment
from events.store import log_head
from frontend.access import auditor_only
from frontend.auditor.comparing import LONGEST_NUMBER
from frontend.auditor.runs import rows
from frontend.htmx import page, redirect
from modules.audit.commands import ask_past
from modules.audit.contracts import AskPast, RunRefused
from modules.audit.selectors import past_rows, run, runs
from modules.kernel.errors import DomainError

FIELDS = ("read_model", "position", "as_known_at", "as_effective_at")


@auditor_only
def past_page(request: HttpRequest) -> HttpResponse:
    """Shows what can be asked for; sent as a form, has it done and leads to its progress."""
    typed = {name: request.POST.get(name, "").strip()[:100] for name in FIELDS}
    problem = ""
    if request.method == "POST":
        try:
            return redirect(request, reverse("audit-run", args=[ask_past(asked(typed))]))
        except DomainError as refusal:
            problem = refusal.message
    context = {
        "names": sorted(each.name for each in generations.choose(())),
        "typed": typed,
        "problem": problem,
        "head": log_head(),
        "runs": rows(runs(["past"])),
    }
    return page(request, "auditor/past.html", context, status=409 if problem else 200)


def asked(typed: dict[str, str]) -> AskPast:
    """Raises: RunRefused, MomentUnreadable: what was typed is no position, or no time."""
    position = typed["position"]
    known = position.isascii() and position.isdecimal() and len(position) <= LONGEST_NUMBER
    if position and not known:
        raise RunRefused("A position of the log is a whole number.", subject=position)
    return AskPast(
        read_model=typed["read_model"],
        position=int(position) if position else None,
        as_known_at=read_moment(typed["as_known_at"]),
        as_effective_at=read_moment(typed["as_effective_at"]),
    )


@auditor_only
def past_file(request: HttpRequest, run_id: UUID) -> FileResponse:
    """Answers the rows of a finished look back as a download."""
    found = run(run_id)
    name = f"{found.subject.split(' ')[0]}-{found.asked_at:%Y-%m-%d-%H%M}.jsonl"
    return FileResponse(past_rows(run_id).open("rb"), as_attachment=True, filename=name)
