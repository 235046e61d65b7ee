"""Invoices and credit notes of an order, reached by its signed link."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from frontend.documents import document_answer, file_answer, files_of
from modules.invoicing.contracts import Link
from modules.invoicing.selectors import order_document
from modules.orders.selectors import order_by_token

VIEW = "order-invoice"


def links(token: str, number: str) -> list[Link]:
    back = Link(url=reverse("order", args=[token]), label="Back to the order")
    return [back, *files_of(number, VIEW, token)]


@never_cache
@require_safe
def invoice_page(request: HttpRequest, token: str, number: str) -> HttpResponse:
    found = order_document(order_by_token(token), number)
    return document_answer(found, links(token, found.number))


@never_cache
@require_safe
def invoice_file(request: HttpRequest, token: str, number: str, kind: str) -> HttpResponse:
    found = order_document(order_by_token(token), number)
    return file_answer(request, found, kind, links(token, found.number))
