"""The first page of the day: what waits to be done."""

from django.http import HttpRequest, HttpResponse

from frontend.access import staff_only
from frontend.htmx import page
from frontend.staff.orders import VIEWS, counted
from modules.inventory.selectors import stock_list
from modules.orders.contracts import OrderFilter
from modules.orders.selectors import order_counts, orders
from modules.payments.selectors import parked_count
from modules.webhooks.selectors import troubled


@staff_only
def dashboard(request: HttpRequest) -> HttpResponse:
    counts = order_counts()
    context = {
        "tasks": [
            {"label": label, "code": code, "count": counted(counts, code)}
            for code, label in VIEWS.items()
            if code != "all"
        ],
        "parked": parked_count(),
        "hooks": troubled(),
        "latest": orders(OrderFilter(limit=8)).orders,
        "low": stock_list(only="low", page_size=5),
        "sold_out": stock_list(only="out", page_size=5),
    }
    return page(request, "staff/dashboard.html", context)
