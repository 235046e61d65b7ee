"""Dashboard and alert rules speak of metrics and labels that exist."""

import json
import re
import shutil
import subprocess
from typing import Any

import pytest
import yaml
from django.utils.module_loading import import_string

from config.standing import GAUGES, STATES
from events.metrics import CACHE_LEVELS, PREFIX, SERIES
from modules.payments.contracts import ProviderUnavailable
from tests.support.servers import ROOT

DEPLOY = ROOT / "deploy"
GUIDE = ROOT / "docs" / "guides" / "observability.md"
NAME = re.compile(rf"\b{PREFIX}_\w+")
# What an expression may group by or select that is no label of ours.
OTHERS = {"job", "le"}


def series() -> dict[str, set[str]]:
    """Returns every series of the code and of a scrape, with its labels."""
    counted = {name: set(labels) for name, labels in SERIES.items()}
    return counted | {f"{PREFIX}_{name}": set(labels) for name, (_, labels) in GAUGES.items()}


def panels() -> list[dict[str, Any]]:
    board = json.loads((DEPLOY / "dashboard.json").read_text())
    return [panel for panel in board["panels"] if panel["type"] != "row"]


def rules() -> list[dict[str, Any]]:
    written = yaml.safe_load((DEPLOY / "alerts.yml").read_text())
    return [rule for group in written["groups"] for rule in group["rules"]]


def expressions() -> list[str]:
    shown = [target["expr"] for panel in panels() for target in panel["targets"]]
    return [*shown, *(rule["expr"] for rule in rules())]


@pytest.mark.parametrize("expression", expressions())
def test_every_series_asked_for_exists_and_has_the_labels_asked_for(expression: str) -> None:
    known = series()
    names = set(NAME.findall(expression))
    assert names <= known.keys()
    labels = {label for name in names for label in known[name]} | OTHERS
    grouped = re.findall(r"\b(?:by|without) \(([^)]*)\)", expression)
    selected = re.findall(r"(\w+)(?:=~|!=|!~|=)\"", expression)
    asked = {each.strip() for group in grouped for each in group.split(",")} | set(selected)
    assert asked <= labels


def test_every_metric_is_shown_on_the_dashboard_and_told_of_in_the_guide() -> None:
    shown = {name for each in expressions() for name in NAME.findall(each)}
    told = GUIDE.read_text()
    for name in series():
        base = re.sub(r"_(total|bucket|count|sum)$", "", name)
        assert any(each.startswith(base) for each in shown), base
        assert f"`{base}" in told, base


def test_every_alert_says_what_is_wrong_and_the_guide_what_to_do() -> None:
    told = GUIDE.read_text()
    for rule in rules():
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"]["summary"].endswith(".") or "?" in rule["annotations"]["summary"]
        assert f"`{rule['alert']}`" in told


def cases() -> list[dict[str, Any]]:
    written = yaml.safe_load((DEPLOY / "alerts_test.yml").read_text())
    found: list[dict[str, Any]] = written["tests"]
    return found


def test_every_alert_is_tried_with_what_raises_it_and_with_what_does_not() -> None:
    tried = {
        (case["alertname"], bool(case.get("exp_alerts")))
        for each in cases()
        for case in each["alert_rule_test"]
    }
    assert tried == {(rule["alert"], raised) for rule in rules() for raised in (True, False)}


def test_alerts_are_tried_with_series_that_the_shop_has() -> None:
    known = {name: labels - {"le"} for name, labels in series().items()}
    for text in (each["series"] for case in cases() for each in case["input_series"]):
        name = text.partition("{")[0]
        labels = set(re.findall(r"(\w+)=\"", text)) - {"le"}
        assert name == "up" or labels == known[name], text


def selected(label: str) -> set[str]:
    """Returns the values of a label that rules and dashboard single out."""
    found = re.findall(rf'\b{label}=~?"([^"]*)"', "\n".join(expressions()))
    return {value for each in found for value in each.split("|")}


def test_values_that_are_singled_out_are_values_that_code_counts() -> None:
    assert selected("command")
    for name in selected("command"):
        function = import_string(name)
        # So `events.commands` names what it counts.
        assert name == f"{function.__module__}.{function.__qualname__}"
    assert selected("state") <= {"due", "waiting", "given-up", *STATES}
    outcomes = {"done", "failed", "given-up", "overtaken", ProviderUnavailable.code}
    assert selected("outcome") <= outcomes
    assert selected("level") <= set(CACHE_LEVELS)


def test_panels_do_not_overlap_and_have_names_of_their_own() -> None:
    places = [
        (panel["gridPos"]["x"] + x, panel["gridPos"]["y"] + y)
        for panel in panels()
        for x in range(panel["gridPos"]["w"])
        for y in range(panel["gridPos"]["h"])
    ]
    assert len(places) == len(set(places))
    titles = [panel["title"] for panel in panels()]
    assert len(titles) == len(set(titles))


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")
@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "rules", "alerts.yml"),
        ("test", "rules", "alerts_test.yml"),
        # Its file with the token is made by whoever installs it.
        ("check", "config", "--syntax-only", "prometheus.yml"),
    ],
)
def test_promtool_agrees(arguments: tuple[str, ...]) -> None:
    done = subprocess.run(
        ["promtool", *arguments], cwd=DEPLOY, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
