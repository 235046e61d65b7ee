"""What a quote costs: a basket of ten lines, twenty active promotions, decided and priced.

Pure computation, so that it needs no shop and no database.
"""

import time
from datetime import UTC, datetime

from modules.kernel.money import Money
from modules.pricing.contracts import (
    DeliveryCharge,
    Discount,
    ListedPrice,
    QuoteLine,
    QuoteRequest,
    TaxRule,
)
from modules.pricing.domain.quoting import quote
from modules.promotions.contracts import (
    Conditions,
    Offered,
    Piece,
    Rule,
    Shopper,
    Situation,
    Tier,
)
from modules.promotions.domain.deciding import decide
from tests.bench.figures import percentile
from tests.bench.report import Report
from tests.bench.running import QUICK, Bench

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
LINES, PROMOTIONS = 10, 20
QUOTES, FEW_QUOTES = 2_000, 200


def measure(bench: Bench, report: Report) -> None:
    """Prints and keeps the median of one quote in milliseconds, and quotes a second on one core."""
    times: list[float] = []
    for _ in range(FEW_QUOTES if bench.pace == QUICK else QUOTES):
        started = time.perf_counter()
        discounts = decide(situation()).discounts
        priced = quote(request(discounts))
        times.append(time.perf_counter() - started)
    found = {
        "p50_ms": percentile(times, 50) * 1000,
        "p99_ms": percentile(times, 99) * 1000,
        "per_second": len(times) / sum(times),
        "taken": len(discounts),
        "steps": len(priced.steps) + sum(len(line.steps) for line in priced.lines),
    }
    report.table(
        f"Quote of {LINES} lines with {PROMOTIONS} active promotions ({found['taken']} apply), "
        f"{found['steps']} steps",
        ["p50 ms", "p99 ms", "quotes a second, one core"],
        [[found["p50_ms"], found["p99_ms"], found["per_second"]]],
    )
    report.keep("quote", found)


def rules() -> list[Rule]:
    """Returns twenty promotions of every kind, of which about half apply to the basket."""
    made: list[Rule] = []
    for n in range(PROMOTIONS // 5):
        only = Conditions(categories=(f"c{n}",), minimum=(Money(1_000, "EUR"),))
        later = Conditions(minimum=(Money(10**7 * (n % 2), "EUR"),) if n % 2 else ())
        steps = (
            Tier(from_units=3, rate_millionths=20_000),
            Tier(from_units=9, rate_millionths=50_000),
        )
        made += [
            Rule(label="Part", kind="percentage", rate_millionths=50_000, conditions=only),
            Rule(label="Sum", kind="fixed", target="order", amounts=(Money(300, "EUR"),)),
            Rule(
                label="Third",
                kind="buy-get",
                buy=2,
                get=1,
                rate_millionths=500_000,
                conditions=only,
            ),
            Rule(label="Free", kind="free-delivery", conditions=later),
            Rule(label="More", kind="tiered", tiers=steps, conditions=later),
        ]
    return made


OFFERS = tuple(Offered(code=f"rule-{n:02}", version=1, rule=each) for n, each in enumerate(rules()))


def situation() -> Situation:
    pieces = tuple(
        Piece(sku=f"SKU-{n}", quantity=n + 1, unit_minor=990 + 37 * n, category=f"c{n % 4}")
        for n in range(LINES)
    )
    return Situation(
        currency="EUR", country="FR", at=AT, pieces=pieces, shopper=Shopper(), offers=OFFERS
    )


def line(n: int) -> QuoteLine:
    listed = ListedPrice(
        sku=f"SKU-{n}",
        price=Money(990 + 37 * n, "EUR"),
        compare_at=None,
        tax_class="reduced" if n % 3 else "standard",
        tax_included=True,
        price_version=1,
    )
    return QuoteLine(sku=listed.sku, title=f"Piece {n}", quantity=n + 1, listed=listed)


def tax(name: str, rate_millionths: int) -> TaxRule:
    return TaxRule(
        code=f"FR-{name}",
        version=1,
        country="FR",
        tax_class=name,
        rate_millionths=rate_millionths,
        label=f"VAT {rate_millionths // 10_000} %",
    )


def request(discounts: tuple[Discount, ...]) -> QuoteRequest:
    return QuoteRequest(
        currency="EUR",
        country="FR",
        lines=tuple(line(n) for n in range(LINES)),
        delivery=DeliveryCharge(
            method_code="standard",
            title="Standard",
            charge=Money(490, "EUR"),
            tax_class="standard",
            tax_included=True,
            rule="FR.standard.EUR",
            rule_version=1,
        ),
        tax_rules=(tax("standard", 200_000), tax("reduced", 55_000)),
        quoted_at=AT,
        discounts=discounts,
    )
