"""The style guide shows every component, to developers only."""

import re
from collections import Counter

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from frontend.vendoring import ROOT

pytestmark = pytest.mark.urls("frontend.styleguide.urls")
PAGES = ("/", "/staff/", "/auditor/")
COMPONENTS = ROOT / "frontend/templates/components"
# Shown in answers to htmx, or drawn by another component.
NOT_ON_A_PAGE = {"basket_update", "toast", "form_fields", "account_nav", "explanation"}


@pytest.fixture
def in_development(settings: Settings) -> None:
    settings.DEBUG = True


def html(path: str) -> str:
    response = Client().get(path)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.usefixtures("in_development")
@pytest.mark.parametrize("path", PAGES)
def test_an_id_is_used_once_a_page_and_references_lead_somewhere(path: str) -> None:
    text = html(path)
    ids = Counter(re.findall(r'\sid="([^"]+)"', text))
    assert [name for name, times in ids.items() if times > 1] == []
    pointed = re.findall(r'\s(?:for|aria-labelledby|aria-describedby|list)="([^"]+)"', text)
    assert [name for names in pointed for name in names.split() if name not in ids] == []


@pytest.mark.usefixtures("in_development")
@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_one_title_and_no_inline_style(path: str) -> None:
    text = html(path)
    assert text.count("<h1>") == 1
    assert "<main" in text
    assert " style=" not in text


@pytest.mark.usefixtures("in_development")
def test_every_component_is_shown() -> None:
    names = {path.stem for path in COMPONENTS.glob("*.html")} - NOT_ON_A_PAGE
    sources = "".join(
        path.read_text()
        for folder in ("styleguide", "components", ".")
        for path in (ROOT / "frontend/templates" / folder).glob("*.html")
    )
    missing = [
        name
        for name in names
        if f"components/{name}.html" not in sources and f'frame "{name}"' not in sources
    ]
    assert [name for name in missing if name != "nav_link"] == []


@pytest.mark.usefixtures("in_development")
def test_sample_pictures_are_drawn_and_unknown_ones_refused() -> None:
    picture = Client().get("/picture/dunes-320.webp")
    assert picture.headers["Content-Type"] == "image/webp"
    assert Client().get("/picture/dunes-321.webp").status_code == 404


@pytest.mark.parametrize("path", [*PAGES, "/picture/dunes-320.webp"])
def test_the_style_guide_is_hidden_from_shoppers(path: str) -> None:
    assert Client().get(path).status_code == 404
