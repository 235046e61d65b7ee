"""Finding a guest's order again: its link goes to the e-mail address it was placed with.

The answer is the same whether such an order exists or not, so nobody learns who bought here.
"""

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from events.privacy.secrets import keyed_digest
from frontend.errors import too_many_requests
from modules.notifications.commands import send_order_link
from modules.notifications.contracts import SendOrderLink
from modules.wire import neighbourhood, sender

TRIES = 5
PERIOD_SECONDS = 15 * 60


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def find_order(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return render(request, "storefront/find_order.html", {"errors": {}})
    number = request.POST.get("number", "").strip().upper()[:20]
    email = request.POST.get("email", "").strip()[:254]
    errors = {}
    if not number:
        errors["number"] = "Enter the order number, such as 7K3M-9QXA"
    if "@" not in email:
        errors["email"] = "Enter the e-mail address you ordered with"
    if errors:
        context = {"errors": errors, "number": number, "email": email}
        return render(request, "storefront/find_order.html", context, status=422)
    if tried_too_often(request, email):
        return too_many_requests(request)
    send_order_link(SendOrderLink(number=number, email=email))
    return render(request, "storefront/find_order.html", {"sent": True})


def tried_too_often(request: HttpRequest, email: str) -> bool:
    """Counts tries per network address and per e-mail address; a lost cache forgives them."""
    keys = (neighbourhood(sender(request)), email.lower())
    # Keyed, because the plain hash of an address can be guessed.
    names = (keyed_digest("find-order", key.encode()).hex() for key in keys)
    return any(count(f"find-order:{name}") > TRIES for name in names)


def count(key: str) -> int:
    cache.add(key, 0, PERIOD_SECONDS)
    try:
        return cache.incr(key)
    except ValueError:
        return 1
