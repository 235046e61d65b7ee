"""The test bank's own page: the shopper decides here what the bank will say."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from modules.payments.commands import bank_decide
from modules.payments.selectors import bank_session

DECISIONS = {
    "approve": ("Approve", "The bank promises the money at once."),
    "decline": ("Decline", "The bank refuses; the shop lets you try again."),
    "challenge": ("Ask for a second step", "The bank wants one more confirmation first."),
    "approve-twice": ("Approve, and say so twice", "The same message reaches the shop two times."),
    "approve-late": (
        "Approve, and say so late",
        "The message comes after you are back in the shop.",
    ),
    "timeout": ("Say nothing", "The bank decides, but its answer gets lost on the way."),
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def bank_page(request: HttpRequest, session_id: str) -> HttpResponse:
    session = bank_session(session_id)
    decision = request.POST.get("decision", "")
    if request.method == "POST" and decision in DECISIONS:
        return HttpResponseRedirect(bank_decide(session_id, decision))
    context = {"session": session, "decisions": DECISIONS}
    return render(request, "bank/session.html", context)
