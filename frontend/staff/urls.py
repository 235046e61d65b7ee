"""Staff pages, below /staff/."""

from django.urls import URLPattern, path, re_path

from frontend import explaining
from frontend.staff import (
    actions,
    campaigns,
    dashboard,
    effects,
    gift_cards,
    invoices,
    mails,
    orders,
    payments,
    products,
    promotions,
    stock,
    timers,
    webhooks,
)

urlpatterns: list[URLPattern] = [
    path("", dashboard.dashboard, name="staff"),
    path("orders/", orders.order_list, name="staff-orders"),
    path("orders/<uuid:order_id>/", orders.order_page, name="staff-order"),
    path(
        "orders/<uuid:order_id>/explanation/", explaining.for_staff, name="staff-order-explanation"
    ),
    path("orders/<uuid:order_id>/<str:action>/", actions.act, name="staff-order-action"),
    path("invoices/", invoices.invoice_list, name="staff-invoices"),
    path("invoices.csv", invoices.invoice_csv, name="staff-invoices-csv"),
    path("invoices/<slug:number>/", invoices.invoice_page, name="staff-invoice"),
    re_path(
        r"^invoices/(?P<number>[0-9A-Za-z-]+)\.(?P<kind>pdf|xml)$",
        invoices.invoice_file,
        name="staff-invoice-file",
    ),
    path("invoices/<slug:number>/send/", invoices.send_again, name="staff-invoice-send"),
    path("stock/", stock.stock_page, name="staff-stock"),
    path("stock/<str:sku>/", stock.stock_item, name="staff-stock-item"),
    re_path(
        r"^stock/(?P<sku>[^/]+)/(?P<action>adjust|receive)/$",
        stock.change,
        name="staff-stock-change",
    ),
    path("products/", products.product_list, name="staff-products"),
    path("products/<str:sku>/", products.product_page, name="staff-product"),
    path("products/<str:sku>/price/", products.change_price, name="staff-product-price"),
    path("payments/", payments.payments_page, name="staff-payments"),
    path("payments/<uuid:message_id>/aside/", payments.aside, name="staff-message-aside"),
    path("promotions/", promotions.promotion_list, name="staff-promotions"),
    path("promotions/new/", promotions.promotion_page, name="staff-promotion-new"),
    path("promotions/try/", promotions.try_page, name="staff-promotion-try"),
    path("promotions/campaigns/", campaigns.campaign_page, name="staff-campaigns"),
    path("promotions/<slug:code>/", promotions.promotion_page, name="staff-promotion"),
    path("promotions/<slug:code>/<str:action>/", promotions.change, name="staff-promotion-change"),
    path("gift-cards/", gift_cards.gift_card_page, name="staff-gift-cards"),
    path("effects/", effects.effects_page, name="staff-effects"),
    path("effects/retry/", effects.try_all_again, name="staff-effects-retry"),
    path("effects/<uuid:effect_id>/retry/", effects.try_again, name="staff-effect-retry"),
    path("effects/<uuid:effect_id>/park/", effects.give_up, name="staff-effect-park"),
    path("mails/", mails.mails_page, name="staff-mails"),
    path("mails/<slug:kind>/<slug:language>/", mails.mail_html, name="staff-mail-html"),
    path("timers/", timers.timers_page, name="staff-timers"),
    path("timers/<str:name>/run/", timers.run_timer, name="staff-timer-run"),
    path("webhooks/", webhooks.webhook_list, name="staff-webhooks"),
    path(
        "webhooks/deliveries/<uuid:delivery_id>/",
        webhooks.delivery_page,
        name="staff-webhook-delivery",
    ),
    path(
        "webhooks/deliveries/<uuid:delivery_id>/<str:action>/",
        webhooks.act_on_delivery,
        name="staff-webhook-delivery-act",
    ),
    path("webhooks/<uuid:endpoint_id>/", webhooks.webhook_page, name="staff-webhook"),
    path("webhooks/<uuid:endpoint_id>/<str:action>/", webhooks.act, name="staff-webhook-act"),
]
