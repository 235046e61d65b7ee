"""Every problem the shop can answer with, explained: what happened and what to do.

Refusals of the domain explain themselves by their docstrings; the few that the protocol knows are
written down here. `config.problems` links each answer to its page.
"""

import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps

from modules.kernel.errors import Conflict, DomainError, Forbidden, NotFound, Unavailable


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A problem as its page tells it; `code` is the last part of the page's address."""

    code: str
    title: str
    meaning: str
    advice: str
    origin: str = ""


PROTOCOL = (
    Explanation(
        code="invalid-request",
        title="The request is not understood",
        meaning="A field is missing, unknown, of the wrong type or out of its bounds; or the body "
        "is not one JSON object with every key once. Nothing was done.",
        advice="The answer's `errors` names each field by a JSON pointer (or a parameter by its "
        "name) and says what it expects. Correct them and send the request again.",
    ),
    Explanation(
        code="unauthenticated",
        title="Nobody is signed in",
        meaning="The address needs to know who calls, and the request carries no credentials, or "
        "ones that are unknown, revoked or expired.",
        advice="Send `Authorization: Bearer` with an API key or an order's token, or sign in with "
        "a browser session. A basket is opened by the `X-Cart-Token` header.",
    ),
    Explanation(
        code="csrf-failed",
        title="The request may come from a strange page",
        meaning="A browser session signs the request, but the anti-forgery token is missing.",
        advice="Send the CSRF cookie's value in the `X-CSRFToken` header, or use an API key "
        "and no cookie.",
    ),
    Explanation(
        code="no-such-address",
        title="There is nothing at this address",
        meaning="The path is not one of the API's.",
        advice="Compare it with the list at /api/docs; paths have no trailing slash.",
    ),
    Explanation(
        code="method-not-allowed",
        title="The address does not know this method",
        meaning="The path exists, and it answers other methods only.",
        advice="The `Allow` header names the methods that it answers.",
    ),
    Explanation(
        code="payload-too-large",
        title="The request is too large",
        meaning="The body is larger than this address takes. It was not read.",
        advice="Send less at once; the limit is in the answer's `fields`.",
    ),
    Explanation(
        code="unsupported-media-type",
        title="The body is not JSON",
        meaning="This address takes bodies of type application/json only.",
        advice="Set `Content-Type: application/json` and send one JSON object.",
    ),
    Explanation(
        code="too-many-requests",
        title="Too many requests",
        meaning="The caller sent more requests of this kind than the shop takes in a while.",
        advice="Wait for as many seconds as the `Retry-After` header says, then go on.",
    ),
    Explanation(
        code="bad-request",
        title="The request cannot be read",
        meaning="The request breaks a rule of HTTP itself, such as an unknown host name.",
        advice="Check address, headers and encoding.",
    ),
    Explanation(
        code="internal-error",
        title="The shop made a mistake",
        meaning="Something went wrong that should not. It was logged, and what the request had "
        "begun was undone.",
        advice="Try once more; the same `Idempotency-Key` never does anything twice. If it stays, "
        "tell the shop the time and the address.",
    ),
    Explanation(
        code="database-unavailable",
        title="The shop's memory does not answer",
        meaning="The database is away for a moment. Whether the request was carried out is "
        "unknown only if it changed something.",
        advice="Repeat the same request with the same `Idempotency-Key` after `Retry-After` "
        "seconds: done twice it counts once.",
    ),
    Explanation(
        code="busy",
        title="The shop is very busy",
        meaning="The request had to wait for others and was given up. Nothing of it was kept.",
        advice="Repeat it after `Retry-After` seconds.",
    ),
    Explanation(
        code="storage-full",
        title="The shop cannot take notes",
        meaning="The storage is full, so nothing new can be recorded; what is recorded is safe.",
        advice="Reading still works. Repeat a change after some minutes.",
    ),
)

ADVICE: dict[type[DomainError], str] = {
    NotFound: "Check the identifier. What exists and belongs to somebody else looks the same "
    "from outside as what does not exist.",
    Conflict: "The request is well formed, but things stand otherwise than it assumes. Read the "
    "present state, decide again, and send a new request (with a new `Idempotency-Key`).",
    Forbidden: "Repeating does not help. Use credentials that have the right, or ask the shop.",
    Unavailable: "Repeat the same request with the same `Idempotency-Key` after `Retry-After` "
    "seconds: done twice it counts once.",
    DomainError: "Read the answer's `detail` and `fields`; they say what stands in the way.",
}


@cache
def explanations() -> dict[str, Explanation]:
    """Returns what is known about every problem, by its code."""
    found = {explanation.code: explanation for explanation in PROTOCOL}
    for module in ("events.errors", *(f"{app.name}.contracts" for app in apps.get_app_configs())):
        if find_spec(module):
            import_module(module)
    for error in refusals(DomainError):
        found.setdefault(error.code, explained(error))
    return dict(sorted(found.items()))


def refusals(kind: type[DomainError]) -> Iterator[type[DomainError]]:
    """Yields every refusal below a kind, the kind itself first."""
    yield kind
    for below in kind.__subclasses__():
        yield from refusals(below)


def explained(error: type[DomainError]) -> Explanation:
    own = error.__dict__.get("__doc__")
    kind = next(kind for kind in ADVICE if issubclass(error, kind))
    return Explanation(
        code=error.code,
        title=words(error.__name__),
        meaning=" ".join(inspect.cleandoc(own).split()) if own else f"{words(error.__name__)}.",
        advice=ADVICE[kind],
        origin=error.__module__.removesuffix(".contracts").removesuffix(".errors"),
    )


def words(name: str) -> str:
    """Returns a class name as a sentence: `OrderStepRefused` becomes `Order step refused`."""
    return re.sub(r"(?<!^)(?=[A-Z])", " ", name).capitalize()
