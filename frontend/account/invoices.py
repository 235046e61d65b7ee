"""The customer's own invoices and credit notes; each opens below its order's own address."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from frontend.account.views import own_id
from frontend.documents import shown_documents
from modules.invoicing.selectors import documents_of_customer
from modules.orders.selectors import order_token


@never_cache
@login_required
def invoice_list(request: HttpRequest) -> HttpResponse:
    documents = [
        shown
        for each in documents_of_customer(own_id(request))
        for shown in shown_documents([each], "order-invoice", order_token(each.order_id))
    ]
    return render(request, "account/invoices.html", {"documents": documents})
