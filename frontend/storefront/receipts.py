"""What a shopper takes home as proof: an order's receipt, and the key that it is verified by."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from modules.audit.selectors import log_keys, receipt
from modules.orders.selectors import order_by_token, order_detail

LONGEST_SIZE = 18


@never_cache
@require_safe
def receipt_file(request: HttpRequest, token: str) -> HttpResponse:
    """Answers the receipt as a file; `?since=` asks for a proof from an earlier checkpoint."""
    order = order_detail(order_by_token(token))
    since = request.GET.get("since", "")
    known = since.isascii() and since.isdecimal() and len(since) <= LONGEST_SIZE
    return as_file(receipt(order.id, since=int(since) if known else 0), f"receipt-{order.number}")


def as_file(text: str, name: str) -> HttpResponse:
    return HttpResponse(
        text,
        content_type="application/json; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.json"'},
    )


@require_safe
def key_page(request: HttpRequest) -> HttpResponse:
    """Answers the log's public keys, a line each, for `verify.py --key`."""
    text = "".join(f"{key}\n" for key in log_keys())
    return HttpResponse(text, content_type="text/plain; charset=utf-8")
