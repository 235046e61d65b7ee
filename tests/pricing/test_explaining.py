"""Every amount of a quote follows from its explanation alone, by a file that knows no shop.

`just explain` does it for 10,000 quotes.
"""

import json
import os
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings

import explain
from modules.pricing.contracts import Quote, QuoteRequest
from modules.pricing.selectors import explained, quote
from tests.pricing.baskets import basket, delivery, line, off, tax
from tests.pricing.test_derivations import requests

CASES = int(os.environ.get("COUNTERFOIL_EXPLAIN_CASES", "300"))


def told(priced: Quote) -> dict[str, Any]:
    """The explanation as it is downloaded."""
    found = {"format": explain.FORMAT, **msgspec.to_builtins(explained(priced))}
    again: dict[str, Any] = json.loads(json.dumps(found))
    return again


@settings(max_examples=CASES, deadline=None, suppress_health_check=list(HealthCheck))
@given(requests())
def test_no_amount_of_any_quote_is_left_unexplained(request: QuoteRequest) -> None:
    priced = quote(request)
    found = told(priced)
    assert list(explain.problems(found)) == []
    stated = {"subtotal", "discount", "delivery", "tax", "total"}
    stated |= {f"{item['name']}.total" for item in found["items"]}
    assert stated <= found["amounts"].keys()
    assert found["amounts"]["total"] == priced.total_minor


def sample(rounding: str = "per-line") -> dict[str, Any]:
    return told(
        quote(
            basket(
                line(1200, 2, sku="A"),
                line(999, 3, sku="B"),
                rules=(tax(200_000),),
                delivery=delivery(490),
                discounts=(off(100), off(rate=10, target="line", sku="B"), off(rate=5)),
                rounding=rounding,
            )
        )
    )


@pytest.mark.parametrize("rounding", ["per-line", "per-total"])
def test_any_number_changed_anywhere_is_found(rounding: str) -> None:
    before = sample(rounding)
    assert list(explain.problems(before)) == []
    for place, step in enumerate(before["steps"]):
        for key in ["amount_minor", *step["inputs"]]:
            forged = json.loads(json.dumps(before))
            changed = forged["steps"][place]
            holder = changed if key == "amount_minor" else changed["inputs"]
            if isinstance(holder[key], dict):
                holder[key]["is_minor"] += 1
            elif not isinstance(holder[key], int) or key in NAMING:
                continue
            elif key == "tax_included":
                holder[key] = 1 - holder[key]
            else:
                # A millionth more or less may round to the same amount.
                holder[key] += 400_000 if key.endswith("millionths") else 1
            assert next(explain.problems(forged), ""), f"{step['name']}: {key}"


# They say which rule or which discount it was, and compute nothing.
NAMING = {"code_version", "price_version", "tax_version", "discount", "delivery_rule_version"}


def test_the_first_amount_that_does_not_follow_is_named() -> None:
    forged = sample()
    forged["amounts"]["total"] += 1
    assert next(explain.problems(forged)).startswith("total: ")


def test_a_line_left_out_of_the_total_is_found() -> None:
    forged = sample()
    total = next(step for step in forged["steps"] if step["name"] == "total")
    gone = total["inputs"].pop("line_2")["is_minor"]
    total["amount_minor"] -= gone
    forged["amounts"]["total"] -= gone
    assert "total: it does not add up every line once" in list(explain.problems(forged))


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"format": "another"}', "nonsense"])
def test_what_is_no_explanation_is_said_to_be_none(
    text: str, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "file.json"
    path.write_text(text)
    assert explain.main([str(path)]) == 2
    assert "no explanation" in capsys.readouterr().out


def test_the_file_is_short_and_imports_nothing_of_the_project() -> None:
    lines = Path(explain.__file__).read_text().splitlines()
    assert len(lines) < 200
    imported = {
        each.split()[1].partition(".")[0] for each in lines if each.startswith(("import ", "from "))
    }
    assert imported <= {"json", "sys", "collections", "fractions", "pathlib", "typing"}
