"""Auditor pages, below /auditor/."""

from django.urls import URLPattern, path

from frontend.auditor import streams

urlpatterns: list[URLPattern] = [
    path("", streams.landing, name="audit"),
    path("streams/", streams.landing, name="audit-streams"),
    path("verify/", streams.verify_page, name="audit-verify"),
    path("streams/<uuid:stream_id>/", streams.stream_page, name="audit-stream"),
    path("streams/<uuid:stream_id>/opened/", streams.opened_page, name="audit-opened"),
    path(
        "streams/<uuid:stream_id>/events/<int:version>/", streams.raw_event, name="audit-raw-event"
    ),
]
