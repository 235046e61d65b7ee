"""What is kept, for whom, and with which headers."""

import gzip

import brotli
import pytest

from frontend.caching.front import PageCache
from frontend.storefront.shopper import COOKIE, CURRENCY_COOKIE
from tests.caching.asking import Front

pytestmark = pytest.mark.django_db

HTMX = {"hx_request": "true"}


def hits(pages: PageCache) -> int:
    return pages.counted["hits"]


@pytest.mark.parametrize(
    "path",
    ["/", "/products/", "/categories/prints/", "/products/moon/", "/search/?q=moon", "/delivery/"],
)
def test_a_page_is_rendered_once_and_answered_the_same_again(
    front: Front, pages: PageCache, path: str
) -> None:
    first, second = front.get(path), front.get(path)
    assert first.status == second.status == 200
    assert first.body == second.body
    assert (pages.counted["misses"], hits(pages)) == (1, 1)


@pytest.mark.parametrize("path", ["/cart/", "/accounts/login/", "/find-order/", "/no-such-page/"])
def test_a_page_of_somebody_is_never_kept(front: Front, pages: PageCache, path: str) -> None:
    front.get(path)
    front.get(path)
    assert len(pages.store) == 0


def test_an_answer_of_the_api_is_neither_kept_nor_looked_for(
    front: Front, pages: PageCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    def looked_for(*_: object) -> None:
        raise AssertionError("nothing of the API is kept, so there is nothing to look for")

    monkeypatch.setattr(pages, "from_others", looked_for)
    assert front.get("/api/products").status == 200
    assert len(pages.store) == 0


def test_a_shared_page_holds_no_cookie_and_no_token(front: Front) -> None:
    for path in ("/", "/categories/prints/", "/products/moon/"):
        answer = front.get(path)
        assert "Set-Cookie" not in answer.headers
        assert "csrfmiddlewaretoken" not in answer.text


def test_a_newcomer_is_told_that_the_basket_is_empty_without_asking_for_it(front: Front) -> None:
    page = front.get("/products/moon/").text
    assert 'id="basket-count">0<' in page
    assert "/visitor/" not in page
    assert "Sign in" in page


def test_a_browser_with_a_basket_gets_the_page_that_asks_for_it(
    front: Front, pages: PageCache
) -> None:
    front.cookies[COOKIE] = "one"
    page = front.get("/products/moon/")
    assert 'id="basket-count"><' in page.text
    assert 'hx-get="/visitor/"' in page.text
    assert page.headers["Cache-Control"].startswith("private")
    front.cookies[COOKIE] = "another"
    assert front.get("/products/moon/").body == page.body
    assert hits(pages) == 1


def test_each_currency_has_its_own_page(front: Front, pages: PageCache) -> None:
    euros = front.get("/categories/prints/").text
    front.cookies[CURRENCY_COOKIE] = "GBP"
    assert "Prices in GBP" in front.get("/categories/prints/").text
    front.cookies[CURRENCY_COOKIE] = "no-such-currency"
    assert front.get("/categories/prints/").text == euros


def test_htmx_gets_parts_and_browsers_get_pages(front: Front) -> None:
    path = "/categories/prints/"
    for _ in range(2):
        assert front.get(path).text.startswith("<!doctype html>")
        assert not front.get(path, **HTMX).text.startswith("<!doctype html>")
        assert front.get(path, **HTMX, hx_boosted="true").text.startswith("<!doctype html>")
        more = front.get(path, **HTMX, hx_source="a#load-more-link").text
        assert 'hx-target="#shelf"' in more


def test_everything_that_chooses_between_answers_is_named_in_vary(front: Front) -> None:
    named = {name.strip() for name in front.get("/categories/prints/").headers["Vary"].split(",")}
    assert named == {
        "Accept-Encoding",
        "Cookie",
        "HX-Boosted",
        "HX-History-Restore-Request",
        "HX-Request",
        "HX-Source",
    }


def test_who_has_the_page_already_is_told_so(front: Front) -> None:
    first = front.get("/products/moon/")
    again = front.get("/products/moon/", if_none_match=first.headers["ETag"])
    assert (again.status, again.body) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert again.headers["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert front.get("/products/moon/", if_none_match='W/"other"').status == 200


def test_head_answers_the_length_and_nothing_else(front: Front) -> None:
    page, head = front.get("/products/moon/"), front.get("/products/moon/", "HEAD")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["Content-Length"] == str(len(page.body))


def test_pages_are_pressed_once_for_whoever_accepts_it(front: Front) -> None:
    plain = front.get("/products/moon/").body
    by_gzip = front.get("/products/moon/", accept_encoding="gzip, deflate")
    by_brotli = front.get("/products/moon/", accept_encoding="gzip, br;q=1.0")
    assert by_gzip.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(by_gzip.body) == plain
    assert by_brotli.headers["Content-Encoding"] == "br"
    assert brotli.decompress(by_brotli.body) == plain


@pytest.mark.parametrize("accepted", ["identity", "", "br;q=0, gzip;q=0", "br; q=0"])
def test_who_accepts_no_pressing_gets_none(front: Front, accepted: str) -> None:
    answer = front.get("/products/moon/", accept_encoding=accepted)
    assert "Content-Encoding" not in answer.headers
    assert answer.text.startswith("<!doctype html>")


def test_tracking_parameters_share_the_page_and_do_not_stand_in_it(
    front: Front, pages: PageCache
) -> None:
    plain = front.get("/categories/prints/?sort=newest")
    tracked = front.get("/categories/prints/?utm_source=news&sort=newest&fbclid=abc")
    assert tracked.body == plain.body
    assert hits(pages) == 1


@pytest.mark.parametrize(
    "path",
    [
        "/categories/prints/?nonsense=1",
        "/products/moon/?nonsense=1",
        "/delivery/?nonsense=1",
        "/?nonsense=1",
        f"/search/?q={'x' * 400}",
    ],
)
def test_an_address_of_any_number_is_answered_and_not_kept(
    front: Front, pages: PageCache, path: str
) -> None:
    assert front.get(path).status == 200
    assert len(pages.store) == 0


def test_the_budget_keeps_what_was_asked_for_last(front: Front, pages: PageCache) -> None:
    front.get("/delivery/")
    pages.store.budget_bytes = pages.store.bytes * 3
    for number in range(8):
        front.get(f"/search/?q=word{number}")
        front.get("/delivery/")
    assert pages.store.bytes <= pages.store.budget_bytes
    assert hits(pages) == 8


def test_another_process_that_starts_finds_what_this_one_rendered(
    front: Front, pages: PageCache
) -> None:
    page = front.get("/products/moon/")
    new = PageCache(pages.application, 10_000_000)
    assert Front(new).get("/products/moon/").body == page.body
    assert (new.counted["shared"], new.counted["misses"]) == (1, 0)
