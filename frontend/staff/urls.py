"""Staff pages, below /staff/."""

from django.urls import URLPattern, path, re_path

from frontend.staff import actions, dashboard, orders, stock

urlpatterns: list[URLPattern] = [
    path("", dashboard.dashboard, name="staff"),
    path("orders/", orders.order_list, name="staff-orders"),
    path("orders/<uuid:order_id>/", orders.order_page, name="staff-order"),
    path("orders/<uuid:order_id>/<str:action>/", actions.act, name="staff-order-action"),
    path("stock/", stock.stock_page, name="staff-stock"),
    path("stock/<str:sku>/", stock.stock_item, name="staff-stock-item"),
    re_path(
        r"^stock/(?P<sku>[^/]+)/(?P<action>adjust|receive)/$",
        stock.change,
        name="staff-stock-change",
    ),
]
