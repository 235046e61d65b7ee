"""Promotions: what runs, what each does in plain words, changing it, and trying it on a basket."""

from collections.abc import Mapping

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from frontend.access import staff_only
from frontend.htmx import page, redirect
from frontend.people import actor_names
from frontend.presenting import quote_rows, tax_note
from frontend.staff.promotion_form import (
    KINDS,
    STEPS,
    TARGETS,
    moment,
    read_rule,
    typed,
    whole,
    words,
)
from modules.checkout.contracts import TryBasket
from modules.checkout.selectors import try_basket
from modules.kernel.errors import DomainError
from modules.kernel.money import Money
from modules.promotions.commands import issue_vouchers, save_promotion, set_status
from modules.promotions.contracts import IssueVouchers, SavePromotion, SetStatus
from modules.promotions.selectors import (
    as_typed,
    campaigns,
    promotions,
    summary,
    versions,
    vouchers,
)
from modules.shipping.selectors import countries

ROWS = range(1, 6)
ACTIONS = {"pause": "paused", "resume": "running", "withdraw": "withdrawn"}


@staff_only
def promotion_list(request: HttpRequest) -> HttpResponse:
    return page(request, "staff/promotions.html", {"promotions": promotions()})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only
def promotion_page(request: HttpRequest, code: str = "") -> HttpResponse:
    """Shows a promotion, or an empty form for a new one; a POST previews or saves it."""
    if request.method != "POST":
        return show(request, code)
    data = request.POST
    code = code or data.get("code", "").strip()
    try:
        rule = read_rule(data.dict())
        if "preview" in data:
            return show(request, code, data=data, preview=summary(rule))
        seen = data.get("seen", "0")
        save_promotion(
            SavePromotion(
                code=code,
                rule=rule,
                campaign=data.get("campaign", "").strip(),
                seen_version=int(seen) if seen.isdecimal() and len(seen) < 9 else 0,
            )
        )
    except DomainError as refusal:
        return show(request, code, data=data, problem=refusal.message)
    return redirect(request, reverse("staff-promotion", args=[code]))


def show(
    request: HttpRequest,
    code: str,
    *,
    data: Mapping[str, object] | None = None,
    problem: str = "",
    preview: str = "",
) -> HttpResponse:
    """Answers the form; what was typed stays in it, with what is wrong or what it would do."""
    history = versions(code) if code else ()
    current = history[0] if history else None
    values: Mapping[str, object] = typed(current.rule) if current else {"priority": "100"}
    filled = data or values
    names = actor_names(each.actor for each in history)
    context = {
        "code": code,
        "promotion": current,
        "history": [(each, names[each.actor]) for each in history],
        "values": filled,
        "seen": (data or {}).get("seen") or (current.version if current else 0),
        "kinds": KINDS.items(),
        "targets": TARGETS.items(),
        "steps": [
            {"number": n, "start": filled.get(f"from_{n}", ""), "off": filled.get(f"off_{n}", "")}
            for n in STEPS
        ],
        "amounts": by_currency(filled, "amount"),
        "minimums": by_currency(filled, "minimum"),
        "problem": problem,
        "preview": preview,
        "campaigns": campaigns(),
        "campaign": filled.get("campaign", current.campaign if current else ""),
        "vouchers": vouchers(code) if code else (),
    }
    status = 409 if problem else 200
    return page(request, "staff/promotion.html", context, partial="editor", status=status)


def by_currency(filled: Mapping[str, object], name: str) -> list[dict[str, object]]:
    """Returns a field for each currency of the shop, as it is filled in."""
    return [
        {"name": f"{name}_{code}", "currency": code, "value": filled.get(f"{name}_{code}", "")}
        for code in settings.SHOP_CURRENCIES
    ]


@require_POST
@staff_only
def change(request: HttpRequest, code: str, action: str) -> HttpResponse:
    """Pauses, resumes or withdraws a promotion, or makes vouchers for it."""
    data = request.POST
    try:
        if action == "vouchers":
            limit, own = data.get("limit", "").strip(), data.get("limit_per_customer", "").strip()
            issue_vouchers(
                IssueVouchers(
                    promotion=code,
                    code=data.get("voucher", "").strip()[:60],
                    count=whole(data.get("count", "1")),
                    limit=whole(limit) if limit else None,
                    limit_per_customer=whole(own) if own else None,
                    reusable=data.get("reusable") == "yes",
                    valid_until=moment(data.get("voucher_until", "")),
                )
            )
        elif action in ACTIONS:
            set_status(SetStatus(code=code, status=ACTIONS[action]))  # type: ignore[arg-type]
    except DomainError as refusal:
        return show(request, code, problem=refusal.message)
    return redirect(request, reverse("staff-promotion", args=[code]))


@staff_only
def try_page(request: HttpRequest) -> HttpResponse:
    """Prices a made-up basket: which promotions apply to it, which not, and why."""
    asked = request.GET
    currency = asked.get("currency", "")
    wanted = TryBasket(
        lines=lines_of(asked),
        currency=currency if currency in settings.SHOP_CURRENCIES else settings.SHOP_CURRENCY,
        country=asked.get("country", "")[:2] or settings.SHOP_COUNTRY,
        codes=tuple(filter(None, (as_typed(code) for code in words(asked.get("codes", ""))))),
        groups=words(asked.get("groups", "")),
        first_order=asked.get("first_order") == "yes",
    )
    tried = try_basket(wanted)
    quote = tried.quote
    context = {
        "asked": asked,
        "wanted": wanted,
        "rows": [
            {
                "number": n,
                "sku": asked.get(f"sku_{n}", ""),
                "quantity": asked.get(f"quantity_{n}", ""),
            }
            for n in ROWS
        ],
        "countries": countries(),
        "currencies": settings.SHOP_CURRENCIES,
        "tried": tried,
        "total": Money(quote.total_minor, quote.currency) if quote else None,
        "total_rows": quote_rows(quote) if quote else [],
        "tax_note": tax_note(quote) if quote else "",
    }
    return page(request, "staff/promotion_try.html", context, partial="outcome")


def lines_of(asked: Mapping[str, str]) -> tuple[tuple[str, int], ...]:
    """Returns the pieces that were named; a quantity that cannot be read is one."""
    found: dict[str, int] = {}
    for number in ROWS:
        sku, quantity = (
            asked.get(f"sku_{number}", "").strip()[:64],
            asked.get(f"quantity_{number}", ""),
        )
        units = int(quantity) if quantity.isdecimal() and 0 < len(quantity) < 4 else 1
        if sku and units:
            found[sku] = found.get(sku, 0) + units
    return tuple(found.items())
