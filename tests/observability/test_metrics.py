"""What is counted, under labels that come from closed lists."""

from dataclasses import replace
from uuid import uuid4

import pytest
from django.db import OperationalError, transaction
from django.test import Client

from config.standing import GAUGES, Standing
from events import outbox
from events.effects import effect, perform
from events.follower import catch_up
from events.metrics import CACHE_LEVELS, METHODS, REGISTRY, count_cache, count_request
from events.sequencer import sequence
from modules.checkout.commands import place_order
from modules.kernel.errors import DomainError
from modules.kernel.identity import new_id
from tests.observability.conftest import counted
from tests.support.trade import begin, buy, checkout, fill_basket, open_shop

LABELS = {
    "route", "method", "status", "command", "effect", "outcome", "provider", "operation", "level",
    "result", "limit", "le",
}  # fmt: skip

pytestmark = pytest.mark.django_db(transaction=True)


@effect("tests.metrics.refused", max_attempts=2)
def _refused(effect_id: object) -> None:
    raise OSError("nobody there")


def gauges() -> dict[tuple[str, tuple[str, ...]], float]:
    return {
        (sample.name.removeprefix("counterfoil_"), tuple(sample.labels.values())): sample.value
        for family in Standing().collect()
        for sample in family.samples
    }


def test_a_request_is_counted_under_the_pattern_it_matched() -> None:
    labels = {"route": "orders/<str:token>/", "method": "GET"}
    before = counted("requests_total", **labels, status="403")
    timed = counted("request_seconds_count", **labels)
    for _ in range(2):
        Client().get(f"/orders/{uuid4()}/")
    assert counted("requests_total", **labels, status="403") == before + 2
    assert counted("request_seconds_count", **labels) == timed + 2


def test_pages_and_methods_that_nobody_made_are_one_label_each() -> None:
    series = sum(1 for family in REGISTRY.collect() for _ in family.samples)
    for number in range(20):
        Client().generic(f"M{number}", f"/nowhere/{number}/")
        Client().generic(f"M{number}", f"/api/nowhere/{number}")
    found = [each for family in REGISTRY.collect() for each in family.samples]
    assert len(found) - series < 60
    assert {each.labels["method"] for each in found if "method" in each.labels} <= METHODS | {
        "other"
    }
    assert not any("nowhere" in value for each in found for value in each.labels.values())


def test_every_label_is_one_of_those_whose_values_the_code_lists() -> None:
    Client().get("/")
    names = {
        name for family in REGISTRY.collect() for each in family.samples for name in each.labels
    }
    assert names <= LABELS


def test_a_checkout_is_counted_by_how_it_ends() -> None:
    open_shop()
    command = "modules.checkout.commands.place_order"
    done = counted("commands_total", command=command, outcome="done")
    message = checkout(fill_basket())
    place_order(message)
    with pytest.raises(DomainError) as refused:
        place_order(replace(message, order_id=new_id()))
    assert counted("commands_total", command=command, outcome="done") == done + 1
    assert counted("commands_total", command=command, outcome=refused.value.code) > 0


def test_a_call_of_a_provider_is_counted_by_what_it_said() -> None:
    open_shop()
    labels = {"provider": "testbank", "operation": "start"}
    before = counted("provider_calls_total", **labels, outcome="challenged")
    begin(buy())
    assert counted("provider_calls_total", **labels, outcome="challenged") == before + 1
    assert counted("provider_seconds_count", **labels) > 0


def test_an_effect_is_counted_as_failed_until_it_is_given_up() -> None:
    name = "tests.metrics.refused"
    before = gauges()
    with transaction.atomic():
        identifier = outbox.emit(name, key=str(uuid4()))
    assert gauges()["outbox_effects", ("due",)] == before["outbox_effects", ("due",)] + 1
    for attempt in (1, 2):
        assert counted("effects_total", effect=name, outcome="given-up") == 0
        assert not perform(identifier, attempt)
        assert counted("effects_total", effect=name, outcome="failed") == 1
    assert counted("effects_total", effect=name, outcome="given-up") == 1
    given_up = ("outbox_effects", ("given-up",))
    assert gauges()[given_up] == before[given_up] + 1


def test_a_cache_is_counted_by_level_and_no_level_is_invented() -> None:
    for level in CACHE_LEVELS:
        before = counted("cache_lookups_total", level=level, result="hit")
        count_cache(level, hit=True)
        count_cache(level, hit=False)
        assert counted("cache_lookups_total", level=level, result="hit") == before + 1
    with pytest.raises(KeyError):
        count_cache("guess", hit=True)


def test_how_things_stand_is_told_for_every_gauge() -> None:
    open_shop()
    buy()
    followed = catch_up()
    buy()
    sequence()
    found = gauges()
    assert {name for name, _ in found} == set(GAUGES)
    assert found["database_up", ()] == 1
    assert found["log_events", ()] > followed
    behind = found["log_events", ()] - followed
    assert found["projection_lag_events", ("ledger.journal",)] == behind
    assert found["projection_lag_events", ("orders.orders",)] == 0
    assert found["checkpoint_uncovered_events", ()] == found["log_events", ()]


def test_of_a_database_that_is_away_that_alone_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr("config.standing.execute", away)
    assert gauges() == {("database_up", ()): 0}


def test_a_request_costs_no_statement_of_its_own(django_assert_num_queries: object) -> None:
    count_request("/", "GET", 200, 0.001)
    with django_assert_num_queries(0):  # type: ignore[operator]
        count_request("/", "GET", 200, 0.001)
