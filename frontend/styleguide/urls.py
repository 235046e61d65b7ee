"""The style guide's addresses; its views answer only while DEBUG is on."""

from django.urls import URLPattern, path

from frontend.styleguide.views import desk, sample_picture, storefront

urlpatterns: list[URLPattern] = [
    path("", storefront, name="styleguide"),
    path("staff/", desk, {"area": "staff"}, name="styleguide-staff"),
    path("auditor/", desk, {"area": "auditor"}, name="styleguide-auditor"),
    path("picture/<slug:name>-<int:width>.webp", sample_picture, name="styleguide-picture"),
]
