"""What is counted, and under which labels: every metric that code of the shop raises.

Labels come from closed lists: what somebody outside typed is never one. Nothing tells of a person.
Where `PROMETHEUS_MULTIPROC_DIR` is set, each process keeps its figures in files there and
`config.metrics` adds them up; otherwise they stay in memory and are for tests. docs/guides/
observability.md lists them all, with those that are asked of the database when somebody looks.
"""

from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram

REGISTRY = CollectorRegistry()
PREFIX = "counterfoil"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
# `count_cache` takes no other word; cachalot tells nobody what it found.
CACHE_LEVELS = ("page", "fragment")
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)


# Every series that is counted, as Prometheus names it, and its labels.
SERIES: dict[str, tuple[str, ...]] = {}


class Series(dict[tuple[str, ...], Any]):
    """The children of one metric by their labels' values, each made at its first use.

    At the first use and not before, because a process that is forked must make its own.
    """

    def __init__(self, metric: Counter | Histogram) -> None:
        super().__init__()
        self.metric = metric

    def __missing__(self, values: tuple[str, ...]) -> Any:
        child = self[values] = self.metric.labels(*values)
        return child


def _counter(name: str, meaning: str, *labels: str) -> Series:
    SERIES[f"{PREFIX}_{name}_total"] = labels
    return Series(Counter(f"{PREFIX}_{name}", meaning, labels, registry=REGISTRY))


def _histogram(name: str, meaning: str, *labels: str) -> Series:
    SERIES.update({f"{PREFIX}_{name}_{part}": labels for part in ("bucket", "sum", "count")})
    return Series(
        Histogram(f"{PREFIX}_{name}", meaning, labels, registry=REGISTRY, buckets=SECONDS)
    )


_requests = _counter("requests", "Requests answered.", "route", "method", "status")
_request_seconds = _histogram("request_seconds", "Time to answer.", "route", "method")
_commands = _counter("commands", "Commands, by how they ended.", "command", "outcome")
_command_seconds = _histogram("command_seconds", "Time of a command.", "command")
_effects = _counter("effects", "Attempts of effects, by how they ended.", "effect", "outcome")
_effect_seconds = _histogram("effect_seconds", "Time of an attempt of an effect.", "effect")
_calls = _counter("provider_calls", "Calls of providers.", "provider", "operation", "outcome")
_call_seconds = _histogram("provider_seconds", "Time of a call.", "provider", "operation")
_cache = _counter("cache_lookups", "Lookups in caches, by level.", "level", "result")
_refusals = _counter("limit_refusals", "Requests refused for being too many.", "limit")

_HIT = {level: (level, "hit") for level in CACHE_LEVELS}
_MISS = {level: (level, "miss") for level in CACHE_LEVELS}


def count_request(route: str, method: str, status: int, seconds: float) -> None:
    """Counts an answered request; `route` is the pattern that it matched, never its path."""
    known = method if method in METHODS else "other"
    _requests[route, known, str(status)].inc()
    _request_seconds[route, known].observe(seconds)


def count_command(command: str, outcome: str, seconds: float) -> None:
    """Counts an outermost command; `outcome` is `done`, a refusal's code, or `failed`."""
    _commands[command, outcome].inc()
    _command_seconds[command,].observe(seconds)


def count_effect(effect: str, outcome: str, seconds: float) -> None:
    """Counts an attempt of an effect: `done`, `failed` (due again), `given-up` or `overtaken`."""
    _effects[effect, outcome].inc()
    _effect_seconds[effect,].observe(seconds)


def count_call(provider: str, operation: str, outcome: str, seconds: float) -> None:
    """Counts a call of a provider; `outcome` is what its report says, or a failure's code."""
    _calls[provider, operation, outcome].inc()
    _call_seconds[provider, operation].observe(seconds)


def count_cache(level: str, *, hit: bool) -> None:
    """Counts a lookup in one of `CACHE_LEVELS`; costs about a microsecond.

    Raises:
        KeyError: there is no such level.
    """
    _cache[(_HIT if hit else _MISS)[level]].inc()


def count_refusal(limit: str) -> None:
    """Counts a request refused because of the limit of this name in the code."""
    _refusals[limit,].inc()
