"""What every page keeps to: headers, tokens, fragments, crawlers, no way to other sites."""

import xml.etree.ElementTree as ElementTree

import pytest
from django.test import Client

from tests.frontend.storefront.shopping import HTMX, Shopper, text

PAGES = ("/", "/categories/prints/", "/products/moon/", "/cart/", "/search/?q=moon", "/delivery/")
POSTED = (
    "/cart/add/",
    "/cart/change/",
    "/cart/remove/",
    "/checkout/",
    "/orders/x/pay/",
    "/orders/x/cancel/",
    "/orders/x/return/",
    "/find-order/",
    "/bank/x/",
    "/accounts/login/",
    "/accounts/signup/",
    "/account/addresses/new/",
)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_carries_the_headers_that_protect_it(shopper: Shopper, path: str) -> None:
    headers = shopper.client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "style-src 'self';" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("path", POSTED)
def test_no_form_is_taken_without_its_token(shop: None, path: str) -> None:
    assert Client(enforce_csrf_checks=True).post(path, {"sku": "MOON-A3"}).status_code == 403


@pytest.mark.parametrize("path", ["/cart/add/", "/orders/x/cancel/", "/orders/x/pay/"])
def test_no_change_happens_by_a_link(shopper: Shopper, path: str) -> None:
    assert shopper.client.get(path).status_code == 405


@pytest.mark.parametrize(
    ("path", "part"),
    [("/categories/prints/", "listing-count"), ("/products/moon/", "product-offer")],
)
def test_htmx_gets_the_part_and_a_browser_the_page(shopper: Shopper, path: str, part: str) -> None:
    whole, fragment = shopper.client.get(path), shopper.client.get(path, headers=HTMX)
    back = shopper.client.get(path, headers={**HTMX, "HX-History-Restore-Request": "true"})
    assert "<html" in whole.content.decode()
    assert "<html" in back.content.decode()
    assert "<html" not in fragment.content.decode()
    assert part in fragment.content.decode()
    assert "HX-Request" in fragment.headers["Vary"]


def test_a_narrowed_list_has_an_address_without_empty_fields(shopper: Shopper) -> None:
    asked = "/categories/prints/?from=&to=&sort=price&stock="
    answer = shopper.client.get(asked, headers=HTMX)
    assert answer.headers["HX-Push-Url"] == "/categories/prints/?sort=price"
    assert 'hx-target="#facets"' in answer.content.decode()


def test_a_list_forgives_an_address_that_makes_no_sense(shopper: Shopper) -> None:
    strange = "/categories/prints/?sort=%00&page=-1&from=abc&to=1e9&no=such&frame=%27%3B--"
    assert shopper.client.get(strange).status_code == 200


def test_what_never_was_is_not_found(shopper: Shopper) -> None:
    for path in ("/products/sun/", "/categories/none/", "/collections/none/", "/imprint/"):
        assert shopper.client.get(path).status_code == 404, path


def test_crawlers_are_told_what_to_leave_and_where_everything_is(shopper: Shopper) -> None:
    robots = shopper.client.get("/robots.txt")
    assert robots.headers["Content-Type"].startswith("text/plain")
    for path in ("/cart/", "/checkout/", "/orders/", "/account/"):
        assert f"Disallow: {path}" in robots.content.decode()
    sitemap = ElementTree.fromstring(shopper.client.get("/sitemap.xml").content)
    found = {node.text for node in sitemap.iter() if node.tag.endswith("}loc")}
    assert any(str(url).endswith("/products/moon/") for url in found)
    assert any(str(url).endswith("/categories/prints/") for url in found)
    assert not any("/orders/" in str(url) for url in found)


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example/", "/\\evil.example"])
def test_nobody_is_sent_to_another_site(shopper: Shopper, target: str) -> None:
    answers = [
        shopper.client.post(f"/accounts/login/?next={target}", {"login": "a@b.c", "next": target}),
        shopper.client.get(f"/checkout/?next={target}"),
        shopper.client.post("/cart/add/", {"sku": "MOON-A3", "quantity": 1, "next": target}),
    ]
    for answer in answers:
        assert "evil.example" not in answer.headers.get("Location", "")


def test_structured_data_cannot_end_its_element(shopper: Shopper) -> None:
    page = shopper.client.get("/products/moon/").content.decode()
    data = page.split('<script type="application/ld+json">')[1].split("</script>")[0]
    assert '"@type": "Product"' in data
    assert "<" not in data


def test_suggestions_begin_with_two_letters(shopper: Shopper) -> None:
    assert text(shopper.client.get("/search/suggestions/?q=m")) == ""
    assert "Moon" in text(shopper.client.get("/search/suggestions/?q=moo"))
