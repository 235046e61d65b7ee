"""Templates keep to the strict policy of the pages and to what htmx can do under it."""

import re
from pathlib import Path

import pytest
from django.template import engines

from tests.architecture.source import ROOT, place, templates

# Each would need script evaluation or inline style, which the content security policy refuses; the
# browser says so only at run time, and only to somebody who looks.
HAZARDS = {
    "hx-on evaluates its value": re.compile(r"\bhx-on[:=-]", re.IGNORECASE),
    "js: in hx-vals or hx-headers is evaluated": re.compile(
        r"\bhx-(?:vals|headers)\s*=\s*['\"]\s*(?:js|javascript):", re.IGNORECASE
    ),
    "a filter in hx-trigger is evaluated": re.compile(r"\bhx-trigger\s*=\s*(['\"])[^'\"]*\["),
    "an inline style is refused": re.compile(r"<[^>{]*\sstyle\s*=", re.IGNORECASE),
    "a style element is refused": re.compile(r"<style\b", re.IGNORECASE),
    "an inline script is refused": re.compile(
        r"<script\b(?![^>]*\bsrc\s*=)(?![^>]*type\s*=\s*['\"]application/(?:ld\+)?json)",
        re.IGNORECASE,
    ),
    "an inline handler is refused": re.compile(r"<[^>{]*\son[a-z]+\s*=", re.IGNORECASE),
    "a javascript: address is refused": re.compile(r"(?:href|action)\s*=\s*['\"]\s*javascript:"),
}
UNNAMED_END = re.compile(r"\{%-?\s*endblock\s*-?%\}")


def findings(pattern: re.Pattern[str], paths: list[Path]) -> list[str]:
    return [
        place(path, text.count("\n", 0, match.start()) + 1)
        for path, text in ((path, path.read_text()) for path in paths)
        for match in pattern.finditer(text)
    ]


@pytest.mark.parametrize("hazard", sorted(HAZARDS))
def test_no_template_needs_what_the_policy_refuses(hazard: str) -> None:
    assert not findings(HAZARDS[hazard], templates()), hazard


def test_each_block_end_names_its_block() -> None:
    assert not findings(UNNAMED_END, templates())


def test_every_template_compiles() -> None:
    folder = ROOT / "frontend" / "templates"
    for path in folder.rglob("*.html"):
        engines["django"].get_template(str(path.relative_to(folder)))


@pytest.mark.parametrize(
    ("hazard", "sample"),
    [
        ("hx-on evaluates its value", '<a hx-on:click="x()">'),
        ("js: in hx-vals or hx-headers is evaluated", "<a hx-vals='js:{a: 1}'>"),
        ("a filter in hx-trigger is evaluated", '<a hx-trigger="click[ctrlKey]">'),
        ("an inline style is refused", '<p class="a" style="color:red">'),
        ("a style element is refused", "<style>p{}</style>"),
        ("an inline script is refused", "<script>x()</script>"),
        ("an inline handler is refused", '<a onclick="x()">'),
        ("a javascript: address is refused", '<a href="javascript:x()">'),
    ],
)
def test_the_lint_sees_what_it_looks_for(hazard: str, sample: str) -> None:
    assert HAZARDS[hazard].search(sample)


@pytest.mark.parametrize(
    "sample",
    [
        '<script src="/static/site.js" defer></script>',
        '<script type="application/ld+json">{}</script>',
        '<a hx-trigger="input changed delay:200ms">',
        '<link rel="stylesheet" href="/a.css">',
        "<div data-style='x' hx-vals='{\"a\": 1}'>",
    ],
)
def test_the_lint_lets_harmless_markup_pass(sample: str) -> None:
    assert not [hazard for hazard, pattern in HAZARDS.items() if pattern.search(sample)]
