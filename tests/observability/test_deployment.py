"""Dashboard and alert rules speak of metrics and labels that exist."""

import json
import re
import shutil
import subprocess
from typing import Any

import pytest
import yaml

from config.standing import GAUGES
from events.metrics import PREFIX, SERIES
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
    "arguments", [("check", "rules", "alerts.yml"), ("test", "rules", "alerts_test.yml")]
)
def test_promtool_agrees(arguments: tuple[str, ...]) -> None:
    done = subprocess.run(
        ["promtool", *arguments], cwd=DEPLOY, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
