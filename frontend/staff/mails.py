"""Mails: each kind as customers get it, in every language, about an order nobody placed."""

from django.http import Http404, HttpRequest, HttpResponse

from frontend.access import staff_only
from frontend.htmx import page
from modules.notifications.contracts import Kind, Language
from modules.notifications.selectors import KINDS, LANGUAGES, mail_preview

NAMES: dict[Language, str] = {"en": "English", "de": "Deutsch", "fr": "Français"}


def asked[T](known: tuple[T, ...], text: str) -> T:
    """Returns which of the known values a text means. Raises: Http404."""
    for each in known:
        if each == text:
            return each
    raise Http404


@staff_only
def mails_page(request: HttpRequest) -> HttpResponse:
    kind: Kind = asked(KINDS, request.GET.get("kind", KINDS[0]))
    language: Language = asked(LANGUAGES, request.GET.get("language", "en"))
    context = {
        "kind": kind,
        "language": language,
        "mail": mail_preview(kind, language),
        "kinds": KINDS,
        "tabs": [
            {
                "label": name,
                "url": f"?kind={kind}&language={code}",
                "current": code == language,
                "count": None,
            }
            for code, name in NAMES.items()
        ],
    }
    return page(request, "staff/mails.html", context)


@staff_only
def mail_html(request: HttpRequest, kind: str, language: str) -> HttpResponse:
    """Answers the HTML of a mail alone, as a mail program shows it."""
    return HttpResponse(mail_preview(asked(KINDS, kind), asked(LANGUAGES, language)).html)
