"""A day of the sample is played through the shop, and the shop's money is the file's money."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path

import httpx
import pytest
from django.core.management import CommandError, call_command

from config.environment import environment
from config.replaying.day import read_day
from config.replaying.playing import NO_CUSTOMER, NO_SALE, UNKNOWN, Player
from config.replaying.reckoning import DayReport, Reckoning, day_report
from config.replaying.shop import SCOPES, Shop, ShopUnreachable
from config.wsgi import application
from modules.customers.commands import issue_api_key
from modules.customers.contracts import IssueApiKey
from modules.orders.contracts import OrderFilter
from modules.orders.selectors import orders
from modules.pricing.commands import save_tax_rules
from modules.pricing.contracts import TaxRule
from modules.pricing.selectors import price_history
from modules.shipping.commands import save_defaults
from tests.support.real_trade import real_trade
from tests.support.store import empty_store
from tests.support.trade_sample import Row, write

DAY = date(2010, 12, 1)
HEART, LANTERN = "85123A", "71053"
HEARTS, LANTERNS = "WHITE HANGING HEART", "WHITE METAL LANTERN"
SALES = [
    Row(invoice="536365", code=HEART, description=HEARTS, quantity=6, price=2.55),
    Row(invoice="536365", code=LANTERN, description=LANTERNS, quantity=8, price=3.39),
    Row(invoice="536366", code=HEART, description=HEARTS, quantity=2, price=2.95),
    Row(invoice="536366", code=HEART, description=HEARTS, quantity=1, price=2.55),
    Row(invoice="536366", code="POST", description="POSTAGE", quantity=1, price=18.0),
    Row(invoice="536367", code=LANTERN, description="damaged?", quantity=-3, price=0.0),
    Row(invoice="536368", code=LANTERN, description=LANTERNS, quantity=1, price=0.001),
    # Eight were sold: five come back, then three of five.
    Row(invoice="C536369", code=LANTERN, description=LANTERNS, quantity=-5, price=3.39),
    Row(invoice="C536370", code=LANTERN, description=LANTERNS, quantity=-5, price=3.39),
    Row(invoice="C536371", code=HEART, description=HEARTS, quantity=-1, price=2.55, customer=None),
    Row(invoice="C536372", code="D", description="Discount", quantity=-1, price=27.5),
]
CHARGED = Decimal("15.30") + Decimal("27.12") + Decimal("5.90") + Decimal("2.55")
REFUNDED = -8 * Decimal("3.39")


@pytest.fixture(autouse=True)
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("DATA_DIRECTORY", str(tmp_path / "var"))
    environment.cache_clear()
    yield
    environment.cache_clear()


@pytest.fixture
def file(tmp_path: Path, transactional_db: None) -> Iterator[Path]:
    """The day above, in a shop that sells what is in it."""
    empty_store()
    path = write(tmp_path / "trade.parquet", SALES)
    call_command("import_catalogue", str(path), stdout=StringIO())
    save_defaults()
    rule = TaxRule(
        code="FR-standard",
        version=1,
        country="FR",
        tax_class="standard",
        rate_millionths=200_000,
        label="VAT 20 %",
    )
    save_tax_rules((rule,))
    yield path
    empty_store()


def shop(*, scopes: tuple[str, ...] = SCOPES) -> Shop:
    """The shop itself, called as over the network."""
    secret = issue_api_key(IssueApiKey(name="replay", scopes=scopes)).secret
    transport = httpx.WSGITransport(app=application)
    return Shop(httpx.Client(transport=transport, base_url="http://127.0.0.1"), secret)


def played(path: Path) -> tuple[Reckoning, DayReport]:
    day = read_day(path, DAY)
    reckoning = Player(shop(), day, lambda invoice: None).play()
    return reckoning, day_report(day, reckoning)


def reasons(reckoning: Reckoning) -> set[str]:
    return {outcome.reason for outcome in reckoning.outcomes if outcome.verdict == "rejected"}


def test_the_shop_takes_and_gives_back_what_the_file_says_to_the_penny(file: Path) -> None:
    reckoning, report = played(file)
    assert [each.contradictions for each in report.invoices if each.contradictions] == []
    assert (report.charged, report.refunded) == (CHARGED, REFUNDED)
    assert report.charged + report.refunded + report.rejected == report.file
    assert report.agrees
    assert {NO_SALE, NO_CUSTOMER} <= reasons(reckoning)


def test_playing_a_day_again_changes_nothing(file: Path) -> None:
    _, first = played(file)
    before = orders(OrderFilter(limit=200)).orders
    _, again = played(file)
    assert again == first
    assert orders(OrderFilter(limit=200)).orders == before


def test_the_price_history_keeps_every_price_of_the_day(file: Path) -> None:
    played(file)
    listed = [record.price.minor for record in reversed(price_history(HEART, "GBP"))]
    assert listed[-2:] == [295, 255]


def test_what_the_shop_does_not_sell_is_rejected_by_name(file: Path, tmp_path: Path) -> None:
    strange = Row(
        invoice="536380", code="99999Z", description="NOT IMPORTED", quantity=2, price=1.5
    )
    path = write(tmp_path / "more.parquet", [strange])
    reckoning, report = played(path)
    assert reasons(reckoning) == {UNKNOWN}
    assert report.agrees
    assert report.rejected == Decimal("3.00")


def test_a_key_that_may_too_little_ends_the_replay_with_a_sentence(file: Path) -> None:
    day = read_day(file, DAY)
    with pytest.raises(ShopUnreachable, match="scope"):
        Player(shop(scopes=("orders:read",)), day, lambda invoice: None).play()


def test_the_command_says_when_no_shop_answers(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("config.replaying.shop.ATTEMPTS", 1)
    with pytest.raises(CommandError, match="No shop answers"):
        call_command("replay_trade", str(file), date=DAY, url="http://127.0.0.1:9")


def test_the_command_says_when_the_file_has_no_such_day(file: Path) -> None:
    with pytest.raises(CommandError, match="no invoice of 2010-12-24"):
        call_command("replay_trade", str(file), date=date(2010, 12, 24))


@pytest.mark.real_data
@pytest.mark.timeout(1200)
def test_a_real_day_is_charged_refunded_and_rejected_to_the_penny(file: Path) -> None:
    path = real_trade()
    call_command("import_catalogue", str(path), stdout=StringIO())
    reckoning, report = played(path)
    assert report.agrees
    assert report.file == Decimal("58635.56")
    assert (report.charged, report.refunded) == (Decimal("57626.33"), Decimal("-25.50"))
    assert sum(outcome.quantity for outcome in reckoning.outcomes) == sum(
        line.quantity for invoice in read_day(path, DAY).invoices for line in invoice.lines
    )
