"""Who comes to the shop in mixed load, what they do, and their shares of all requests."""

import hmac
import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from urllib.parse import quote_plus

from tests.bench.arrivals import Arrival, spread
from tests.bench.load import Play, Script
from tests.bench.scripts import Buy, BuyByPages, need, sent, shown
from tests.bench.wire import Request, Response

# How often a list that staff or auditor read leads on to one of the things it lists.
DETAILS = 0.3
# Per cent of all requests. Most people look; one in seven of those who fill a basket buys. Eight
# requests a second of checkout are 1.1 orders a second, which is a good year of trade in a week;
# staff, auditor and providers are few, but their pages are the dearest.
SHARES = {
    "browse": 70,
    "search": 10,
    "basket": 10,
    "checkout": 4,
    "staff": 3,
    "auditor": 2,
    "webhook": 1,
}
# Requests of one visit, on average: a page read by staff leads on to a detail now and then.
STEPS = {
    "browse": 1.0,
    "search": 2.0,
    "basket": 4.0,
    "checkout": 7.0,
    "staff": 1.0 + DETAILS,
    "auditor": 1.0 + DETAILS,
    "webhook": 1.0,
}
WEBHOOK = "/api/payments/notifications/stripe"
WEBHOOK_SECRET = "whsec_bench"  # of a shop that lives for one measurement
HX = {"HX-Request": "true", "Sec-Fetch-Site": "same-origin"}
STAFF_PAGES = (
    "/staff/",
    "/staff/orders/",
    "/staff/orders/?view=to-ship",
    "/staff/orders/?view=to-capture",
    "/staff/orders/?q=ada",
    "/staff/orders/?payment=authorised",
    "/staff/stock/",
    "/staff/stock/?only=low",
    "/staff/products/",
    "/staff/payments/",
    "/staff/invoices/",
    "/staff/effects/",
    "/staff/timers/",
    "/staff/webhooks/",
    "/ledger/",
    "/ledger/cases/",
)
AUDITOR_PAGES = (
    "/auditor/",
    "/auditor/log/",
    "/auditor/log/?q=topic:orders.order.placed.v1",
    "/auditor/stock/",
    "/auditor/totals/",
    "/auditor/compare/",
    "/auditor/projections/",
    "/auditor/verify/",
    "/auditor/checkpoints/",
    "/ledger/",
    "/ledger/accounts/receivable/EUR/",
)
LINK = rb'href="(%s[0-9a-f]{8}-[0-9a-f-]{27}/)'


@dataclass(frozen=True, slots=True)
class Range:
    """What there is to look at and to buy; the first of each are the most popular."""

    products: tuple[str, ...]
    categories: tuple[str, ...]
    words: tuple[str, ...]
    slugs: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Browse:
    """Looks at one page: half of them products, a few popular ones again and again."""

    range: Range

    def __call__(self, random: Random) -> Script:
        place = random.random()
        if place < 0.5:
            path = f"/products/{popular(random, self.range.products)}/"
        elif place < 0.75:
            path = f"/categories/{popular(random, self.range.categories)}/"
        elif place < 0.85:
            path = "/"
        else:
            # What every page asks for besides: the count of the basket, and who is signed in.
            path = "/visitor/"
        need((yield Request("GET", path, headers=HX if path == "/visitor/" else {})), 200)
        return None


@dataclass(frozen=True, slots=True)
class Search:
    """Types a word, gets suggestions, reads the results."""

    range: Range

    def __call__(self, random: Random) -> Script:
        words = quote_plus(" ".join(random.sample(self.range.words, random.choice((1, 1, 2)))))
        need((yield Request("GET", f"/search/suggestions/?q={words[:4]}", headers=HX)), 200)
        need((yield Request("GET", f"/search/?q={words}")), 200)
        return None


@dataclass(frozen=True, slots=True)
class FillBasket:
    """Adds a piece, looks, changes the quantity, looks again, and goes."""

    range: Range

    def __call__(self, random: Random) -> Script:
        sku = random.choice(sorted(self.range.slugs))
        line = {"sku": sku, "quantity": "1"}
        added = need((yield Request("POST", "/cart/add/", headers=HX, form=line)), 200)
        cookies = added.cookies()
        need((yield Request("GET", "/visitor/", headers=sent(cookies) | HX)), 200)
        page = need((yield Request("GET", "/cart/", headers=sent(cookies))), 200)
        cookies |= page.cookies()
        form = {"sku": sku, "quantity": "3", "csrfmiddlewaretoken": token_of(page)}
        changed = yield Request("POST", "/cart/change/", headers=sent(cookies) | HX, form=form)
        need(changed, 200)
        return None


@dataclass(frozen=True, slots=True)
class Checkout:
    """Buys two pieces by invoice as a guest, as often over the API as through pages."""

    api: Buy
    pages: BuyByPages

    def __call__(self, random: Random) -> Script:
        return random.choice((self.api, self.pages))(random)


@dataclass(frozen=True, slots=True)
class ReadPages:
    """Somebody signed in reads a page; `detail` leads from it to one of the things it lists."""

    cookies: Mapping[str, str]
    pages: tuple[str, ...]
    list_page: str
    detail: str

    def __call__(self, random: Random) -> Script:
        headers = sent(self.cookies)
        if random.random() > DETAILS:
            need((yield Request("GET", random.choice(self.pages), headers=headers)), 200)
            return None
        page = need((yield Request("GET", self.list_page, headers=headers)), 200)
        found = sorted(set(re.findall(LINK % self.detail.encode(), page.body)))
        if found:
            path = random.choice(found).decode()
            need((yield Request("GET", path, headers=headers)), 200)
        return None


@dataclass(frozen=True, slots=True)
class Notify:
    """A provider's letter, signed when it is sent, because a signature is good for minutes only."""

    body: str

    def __call__(self, random: Random) -> Script:
        stamp = int(time.time())
        signed = f"{stamp}.{self.body}".encode()
        digest = hmac.new(WEBHOOK_SECRET.encode(), signed, "sha256").hexdigest()
        headers = {"Stripe-Signature": f"t={stamp},v1={digest}"}
        need((yield Request("POST", WEBHOOK, json.loads(self.body), headers)), 204)
        return None


def popular(random: Random, names: Sequence[str]) -> str:
    """Draws one, the first ones far more often than the last."""
    return names[int(len(names) * random.random() ** 3)]


def token_of(page: Response) -> str:
    return shown(page, "csrfmiddlewaretoken")


def planned(kind: str, rate: float, seconds: float) -> int:
    """Returns how many requests of a kind are asked in so many seconds."""
    return round(rate * seconds * SHARES[kind] / 100)


def arrivals(
    plays: Mapping[str, Play],
    random: Random,
    *,
    rate: float,
    seconds: float,
    taken: Mapping[str, int],
) -> list[Arrival]:
    """Returns who comes when, so that all ask `rate` times a second, each kind its share.

    `taken` are requests that others ask already, who count towards the share of their kind.
    """
    found = []
    for kind, play in plays.items():
        left = planned(kind, rate, seconds) - taken.get(kind, 0)
        number = max(0, round(left / STEPS[kind]))
        found += [Arrival(at, kind, play) for at in spread(random, number, 0.0, seconds)]
    return found
