"""Pages of the books, below /ledger/, for staff and auditors."""

from django.urls import URLPattern, path, re_path

from frontend.ledger import cases, discrepancies, views, what_if

urlpatterns: list[URLPattern] = [
    path("", views.balance_page, name="ledger"),
    re_path(
        r"^accounts/(?P<account>[0-9A-Za-z:_.-]{1,120})/(?P<currency>[A-Z]{3})/$",
        views.statement_page,
        name="ledger-statement",
    ),
    path("orders/<uuid:order_id>/", views.order_page, name="ledger-order"),
    re_path(r"^journal\.(?P<kind>csv|ledger)$", views.export, name="ledger-export"),
    path("cases/", cases.case_list, name="ledger-cases"),
    path("cases/compare/", cases.compare, name="ledger-compare"),
    path("cases/file/", cases.upload, name="ledger-upload"),
    path("cases/<uuid:case_id>/", cases.case_page, name="ledger-case"),
    path("cases/<uuid:case_id>/close/", cases.close, name="ledger-case-close"),
    path("discrepancies/", discrepancies.discrepancies_page, name="ledger-discrepancies"),
    path("discrepancies/<uuid:order_id>/", discrepancies.correct, name="ledger-correct"),
    path("what-if/", what_if.what_if_page, name="ledger-what-if"),
]
