"""Auditor pages, below /auditor/."""

from django.urls import URLPattern, path

from frontend import explaining
from frontend.auditor import log, proofs, streams

urlpatterns: list[URLPattern] = [
    path("", streams.landing, name="audit"),
    path("streams/", streams.landing, name="audit-streams"),
    path("log/", log.log_page, name="audit-log"),
    path("verify/", streams.verify_page, name="audit-verify"),
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
