"""Every component with sample data, for those who write pages. DEBUG only."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from frontend.styleguide.pictures import PALETTES, WIDTHS, draw
from frontend.styleguide.samples import everything


def refuse_outside_development() -> None:
    if not settings.DEBUG:
        raise Http404("The style guide is shown while DEBUG is on.")


def storefront(request: HttpRequest) -> HttpResponse:
    """Shows the components of shop pages inside the shop's own frame."""
    refuse_outside_development()
    return render(request, "styleguide/storefront.html", everything(reverse("styleguide")))


def desk(request: HttpRequest, area: str) -> HttpResponse:
    """Shows the components of staff or auditor pages inside their frame."""
    refuse_outside_development()
    return render(request, f"styleguide/{area}.html", everything(reverse("styleguide")))


def sample_picture(request: HttpRequest, name: str, width: int) -> HttpResponse:
    """Draws a sample picture."""
    refuse_outside_development()
    if name not in PALETTES or width not in WIDTHS:
        raise Http404("There is no such sample picture.")
    return HttpResponse(draw(name, width), content_type="image/webp")
