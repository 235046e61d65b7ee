"""Schemathesis against the application: whatever is sent, the answer is as described.

A normal run sends some hundred requests made from a fixed seed; `just fuzz` sends thousands.
"""

import os
from collections import Counter
from collections.abc import Iterable
from typing import Any

import pytest
import schemathesis
from django.db import connections
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema

from config.wsgi import application
from modules.customers.commands import issue_api_key
from modules.customers.contracts import SCOPES, IssueApiKey
from tests.api.conftest import seed

CASES = int(os.environ.get("COUNTERFOIL_FUZZ_CASES", "300"))
SEED = int(os.environ.get("COUNTERFOIL_FUZZ_SEED", "20261122"))
# Every boundary of every parameter, which is more than a normal run has time for.
THOROUGH = CASES > 1000


@pytest.fixture
def key(transactional_db: None) -> str:
    """A key that may do everything."""
    seed()
    return issue_api_key(IssueApiKey(name="fuzzing", scopes=SCOPES)).secret


def shop(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """The application; each request ends its connection, because its thread may end next."""
    try:
        answer: Iterable[bytes] = application(environ, start_response)
        return answer
    finally:
        connections.close_all()


def configuration(key: str) -> SchemathesisConfig:
    return SchemathesisConfig.from_dict(
        {
            "seed": SEED,
            "headers": {"Authorization": f"Bearer {key}"},
            "generation": {
                "max-examples": CASES // 50 if THOROUGH else 4,
                "database": "none",
                "allow-x00": False,
            },
            "phases": {
                "coverage": {"enabled": THOROUGH},
                "stateful": {"generation": {"max-examples": CASES // 20}},
            },
            # Its probes pass an argument that the WSGI transport does not take;
            # test_callers.py asks every operation instead.
            "checks": {"ignored_auth": {"enabled": False}},
            # What makes a notification valid is its signature, which no schema tells.
            "operations": [
                {
                    "include-path": "/api/payments/notifications/{provider}",
                    "checks": {"positive_data_acceptance": {"enabled": False}},
                }
            ],
        }
    )


def whole(value: Any) -> Any:
    """JSON Schema calls 2.0 an integer; the shop takes 2 only, so that no float gets in."""
    if isinstance(value, dict):
        return {name: whole(item) for name, item in value.items()}
    if isinstance(value, list):
        return [whole(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


@pytest.mark.filterwarnings(
    "ignore::hypothesis.errors.HypothesisWarning", "ignore::ResourceWarning"
)
@pytest.mark.timeout(1800)
def test_whatever_is_sent_the_answer_is_as_described(key: str) -> None:
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", shop, config=configuration(key))
    schema.hook("map_body")(lambda context, body: whole(body))
    sent: Counter[str] = Counter()
    wrong: dict[str, str] = {}
    for event in from_schema(schema).execute():
        if isinstance(event, events.ScenarioFinished):
            sent[event.phase.value] += len(event.recorder.cases)
            for checks in event.recorder.checks.values():
                for check in checks:
                    if check.failure_info:
                        failure = check.failure_info.failure
                        title = f"{check.name}: {failure.title} ({failure.operation})"
                        wrong[title] = f"{failure.message}\n{check.failure_info.code_sample}"
        elif isinstance(event, events.NonFatalError | events.FatalError):
            wrong[f"error in {getattr(event, 'label', 'the engine')}"] = repr(event)
    print(f"{sum(sent.values())} requests: {dict(sent)}")
    assert not wrong, "\n\n".join(f"{title}\n{how}" for title, how in wrong.items())
    assert sum(sent.values()) >= CASES // 2
