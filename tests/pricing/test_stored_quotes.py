"""A quote once stored reads the same for ever: each step, input, label, and its explanation."""

import json

import pytest

import explain
from modules.pricing.contracts import QuoteRequest
from modules.pricing.selectors import discrepancies, quote
from tests.pricing.samples import FOLDER, SAMPLES, content


@pytest.mark.parametrize(("name", "request_"), SAMPLES.items(), ids=SAMPLES)
def test_a_basket_is_quoted_and_explained_as_it_always_was(
    name: str, request_: QuoteRequest
) -> None:
    stored = json.loads((FOLDER / f"{name}.json").read_text())
    found = content(request_)
    # In the order in which they were told: an explanation is read from its top.
    assert json.dumps(found["quote"]) == json.dumps(stored["quote"])
    assert json.dumps(found["explanation"]) == json.dumps(stored["explanation"])


@pytest.mark.parametrize(("name", "request_"), SAMPLES.items(), ids=SAMPLES)
def test_what_is_stored_follows_from_itself(name: str, request_: QuoteRequest) -> None:
    assert discrepancies(quote(request_)) == ()
    stored = json.loads((FOLDER / f"{name}.json").read_text())
    told = {"format": explain.FORMAT, **stored["explanation"]}
    assert list(explain.problems(told)) == []


def test_no_stored_quote_is_without_its_basket() -> None:
    assert {path.stem for path in FOLDER.glob("*.json")} == SAMPLES.keys()
