"""The stylesheets keep to their layers, and the one that pages link is made of them."""

import re
from pathlib import Path

import pytest

from frontend.stylesheet import CSS, LAYERS, SITE, joined, parts
from frontend.vendoring import ROOT

COMPONENTS = sorted((CSS / "components").glob("*.css"))


def test_the_linked_stylesheet_is_made_of_its_parts() -> None:
    assert SITE.read_text() == joined(), "run `python -m frontend.stylesheet`"


def test_no_stylesheet_is_left_out() -> None:
    assert set(parts()) == set(CSS.rglob("*.css")) - {SITE}


@pytest.mark.parametrize("path", parts(), ids=lambda path: path.name)
def test_a_stylesheet_lives_in_one_layer_without_ids_or_importance(path: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
    layer = "components" if path in COMPONENTS else path.stem
    assert re.findall(r"@layer (\w+)", text) == [layer]
    assert layer in LAYERS
    assert "!important" not in text
    selectors = re.sub(r"\{[^{}]*\}", "{}", text)
    assert re.findall(r"#[A-Za-z][\w-]*(?=[\s,.:{\[>])", selectors) == []


def test_colours_come_from_the_tokens() -> None:
    literal = {
        f"{path.name}: {found}"
        for path in COMPONENTS
        for found in re.findall(r"#[0-9a-f]{3,8}\b", path.read_text())
    }
    # Words on a coloured ground, where the ground is a token and only black or white can be read.
    assert {entry.split(": ")[1] for entry in literal} <= {"#fff", "#14151a"}


def test_every_custom_property_that_is_used_is_defined() -> None:
    text = SITE.read_text()
    used = set(re.findall(r"var\((--[\w-]+)", text))
    defined = set(re.findall(r"(--[\w-]+)\s*:", text))
    assert used - defined == set()


def test_every_component_class_in_a_template_has_a_style() -> None:
    styled = set(re.findall(r"\.([a-z][\w-]*)", SITE.read_text()))
    templates = ROOT / "frontend/templates/components"
    used = {
        name
        for path in templates.glob("*.html")
        for value in re.findall(r'class="([^"{]+)"', path.read_text())
        for name in value.split()
    }
    assert used - styled == set()
