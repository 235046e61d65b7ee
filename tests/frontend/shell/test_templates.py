"""What templates keep beyond the strict policy, so that pages work without a script."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from frontend.vendoring import ROOT

FOLDER = ROOT / "frontend" / "templates"
TEMPLATES = sorted(FOLDER.rglob("*.html"))

FORBIDDEN = {
    "hx-disable drops the focus; use hx-sync and aria-disabled": r"\shx-disable\b",
    "an unnamed endpartialdef": r"\{%\s*endpartialdef\s*%\}",
    "a file from another host": r"(src|href)\s*=\s*[\"'](https?:)?//",
}


def name(path: Path) -> str:
    return path.relative_to(FOLDER).as_posix()


@pytest.mark.parametrize("reason", FORBIDDEN)
def test_no_template_contains(reason: str) -> None:
    offenders = [name(path) for path in TEMPLATES if re.search(FORBIDDEN[reason], path.read_text())]
    assert offenders == []


def included() -> Iterator[tuple[str, str]]:
    for path in TEMPLATES:
        for target in re.findall(r'\{% (?:include|extends) "([^"]+)"', path.read_text()):
            yield name(path), target


def test_every_included_template_exists() -> None:
    missing = [
        f"{user} names {target}"
        for user, target in included()
        if not (FOLDER / target.split("#")[0]).is_file()
        and not target.startswith(("allauth/", "account/", "socialaccount/", "mfa/"))
    ]
    assert missing == []


# Parts of pages that are the same for everybody: their forms are known by their sender.
TOLD_BY_ORIGIN = ("components/product_card.html", "storefront/product.html")


def test_every_form_that_posts_carries_its_token() -> None:
    offenders = [
        name(path)
        for path in TEMPLATES
        for form in re.findall(r"<form[^>]*method=\"post\".*?</form>", path.read_text(), re.DOTALL)
        if "csrf_token" not in form
        and not name(path).startswith(("styleguide/", "allauth/"))
        and name(path) not in TOLD_BY_ORIGIN
    ]
    assert offenders == []


def test_every_htmx_request_has_a_plain_address_beside_it() -> None:
    pairs = {"hx-get": r"\s(href|action)=", "hx-post": r"\saction="}
    offenders = [
        f"{name(path)}: {tag[:60]}"
        for path in TEMPLATES
        for tag in re.findall(r"<(?:a|form|button)\b[^>]*>", path.read_text())
        for attribute, plain in pairs.items()
        if f"{attribute}=" in tag and not re.search(plain, tag)
    ]
    assert offenders == []
