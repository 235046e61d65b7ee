"""Auditor pages, below /auditor/."""

from django.urls import URLPattern, path

from frontend import explaining
from frontend.auditor import (
    comparing,
    log,
    past,
    projections,
    proofs,
    runs,
    stock,
    streams,
    sums,
    why,
)

urlpatterns: list[URLPattern] = [
    path("", streams.landing, name="audit"),
    path("streams/", streams.landing, name="audit-streams"),
    path("log/", log.log_page, name="audit-log"),
    path("log/density/", log.density_part, name="audit-density"),
    path("why/<uuid:correlation_id>/", why.why_page, name="audit-why"),
    path("stock/", stock.stock_page, name="audit-stock"),
    path("stock/<str:sku>/", stock.stock_item, name="audit-stock-item"),
    path("totals/", sums.totals_page, name="audit-totals"),
    path("rows/", sums.row_page, name="audit-row"),
    path("past/", past.past_page, name="audit-past"),
    path("compare/", comparing.compare_page, name="audit-compare"),
    path("streams/<uuid:stream_id>/fresh/", comparing.fresh_page, name="audit-fresh"),
    path("verify/", proofs.verify_page, name="audit-verify"),
    path("export/", proofs.export_page, name="audit-export"),
    path("projections/", projections.projections_page, name="audit-projections"),
    path("runs/ask/<str:kind>/", runs.ask, name="audit-ask"),
    path("runs/<uuid:run_id>/", runs.run_page, name="audit-run"),
    path("runs/<uuid:run_id>/bundle/", runs.bundle_file, name="audit-bundle"),
    path("runs/<uuid:run_id>/cover.pdf", runs.cover_file, name="audit-cover"),
    path("runs/<uuid:run_id>/rows/", past.past_file, name="audit-past-file"),
    path("checkpoints/", proofs.checkpoints, name="audit-checkpoints"),
    path("checkpoints/<int:size>/", proofs.checkpoint_note, name="audit-checkpoint"),
    path("streams/<uuid:stream_id>/proof/", proofs.stream_proof, name="audit-proof"),
    path(
        "orders/<uuid:order_id>/explanation/",
        explaining.for_auditors,
        name="audit-order-explanation",
    ),
    path("streams/<uuid:stream_id>/", streams.stream_page, name="audit-stream"),
    path("streams/<uuid:stream_id>/opened/", streams.opened_page, name="audit-opened"),
    path(
        "streams/<uuid:stream_id>/events/<int:version>/", streams.raw_event, name="audit-raw-event"
    ),
]
