"""The pages of the shop."""

from django.urls import URLPattern, URLResolver, include, path, re_path

from frontend import explaining
from frontend.account import invoices as own_invoices
from frontend.account import privacy
from frontend.account import views as account
from frontend.bank.views import bank_page
from frontend.live.auditing import log_live, run_live
from frontend.live.streams import order_live
from frontend.storefront import (
    basket,
    catalogue,
    checkout,
    codes,
    currency,
    information,
    invoices,
    orders,
    receipts,
)
from frontend.storefront.finding import find_order
from frontend.storefront.visitor import visitor

urlpatterns: list[URLPattern | URLResolver] = [
    path("", catalogue.home, name="home"),
    path("products/", catalogue.search_page, name="products"),
    path("products/<slug:slug>/", catalogue.product_page, name="product"),
    path("categories/<path:path>/", catalogue.category_page, name="category"),
    path("collections/<slug:slug>/", catalogue.collection_page, name="collection"),
    path("search/", catalogue.search_page, name="search"),
    path("search/suggestions/", catalogue.suggest, name="suggestions"),
    path("visitor/", visitor, name="visitor"),
    path("cart/", basket.basket_page, name="basket"),
    path("cart/add/", basket.add, name="basket-add"),
    path("cart/change/", basket.change, name="basket-change"),
    path("currency/", currency.choose, name="currency"),
    path("cart/code/", codes.enter, name="basket-code"),
    path("cart/code/remove/", codes.remove, name="basket-code-remove"),
    path("cart/remove/", basket.remove, name="basket-remove"),
    path("checkout/", checkout.checkout_page, name="checkout"),
    path("checkout/return/<str:token>/", checkout.payment_return, name="payment-return"),
    path("orders/<str:token>/", orders.order_page, name="order"),
    path("orders/<str:token>/pay/", checkout.pay_again, name="order-pay"),
    path("orders/<str:token>/cancel/", orders.cancel, name="order-cancel"),
    path("orders/<str:token>/return/", orders.ask_to_return, name="order-return"),
    path("orders/<str:token>/explanation/", explaining.for_shoppers, name="order-explanation"),
    path("orders/<str:token>/receipt/", receipts.receipt_file, name="order-receipt"),
    path("orders/<str:token>/invoices/<slug:number>/", invoices.invoice_page, name="order-invoice"),
    re_path(
        r"^orders/(?P<token>[^/]+)/invoices/(?P<number>[0-9A-Za-z-]+)\.(?P<kind>pdf|xml)$",
        invoices.invoice_file,
        name="order-invoice-file",
    ),
    path("log/keys", receipts.key_page, name="log-keys"),
    path("find-order/", find_order, name="find-order"),
    path("robots.txt", information.robots, name="robots"),
    path("sitemap.xml", information.sitemap, name="sitemap"),
    re_path(
        rf"^(?P<name>{'|'.join(information.DOCUMENTS)})/$",
        information.information,
        name="information",
    ),
    path("live/orders/<str:token>/", order_live, name="order-live"),
    path("live/log/<str:ticket>/", log_live, name="audit-log-live"),
    path("live/runs/<str:ticket>/", run_live, name="audit-run-live"),
    path("bank/<str:session_id>/", bank_page, name="bank"),
    path("account/", account.overview, name="account"),
    path("account/orders/", account.order_list, name="account-orders"),
    path("account/invoices/", own_invoices.invoice_list, name="account-invoices"),
    path("account/addresses/", account.address_list, name="account-addresses"),
    path("account/addresses/new/", account.address_form, name="account-address-new"),
    path("account/addresses/<uuid:address_id>/", account.address_form, name="account-address"),
    path(
        "account/addresses/<uuid:address_id>/remove/",
        account.address_remove,
        name="account-address-remove",
    ),
    path("account/data/", privacy.download, name="account-data"),
    path("account/delete/", privacy.delete_account, name="account-delete"),
    path("account/deleted/", privacy.deleted, name="account-deleted"),
    path("", include("frontend.problems.urls")),
    path("staff/", include("frontend.staff.urls")),
    path("auditor/", include("frontend.auditor.urls")),
    path("ledger/", include("frontend.ledger.urls")),
    path("styleguide/", include("frontend.styleguide.urls")),
]
