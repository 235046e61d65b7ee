"""README, the justfile and the locked requirements say what is so."""

import re
from pathlib import Path

import pytest

from tests.architecture.catalogue import PAGE as EVENTS
from tests.architecture.catalogue import page as catalogue
from tests.architecture.decisions import INDEX, index, records
from tests.architecture.picture import replaced
from tests.architecture.source import ROOT
from tests.architecture.variables import PAGE, page

README = (ROOT / "README.md").read_text()
JUSTFILE = (ROOT / "justfile").read_text()
DOCUMENTS = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\((?!\w+:|#)([^)#\s]+)")


def test_readme_shows_the_layers_of_the_contracts() -> None:
    assert replaced(README) == README, "run `just picture`"


def test_the_table_of_variables_is_that_of_the_environment() -> None:
    assert PAGE.read_text() == page(), "run `just variables`"


def test_the_catalogue_of_events_is_that_of_the_code() -> None:
    assert EVENTS.read_text() == catalogue(), "run `just catalogue`"


def test_every_decision_is_in_the_index() -> None:
    assert INDEX.read_text() == index(), "run `just decisions`"


@pytest.mark.parametrize("path", records(), ids=lambda path: path.stem)
def test_a_decision_fits_one_page_and_names_reasons_and_files(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= 60
    for part in ("context", "choice", "rejected", "files"):
        assert part in text.lower(), f"{path.name} says nothing of its {part}"


def test_ci_runs_the_second_command_of_readme() -> None:
    fenced = re.findall(r"^```\n(.+)\n```$", README, re.MULTILINE)
    assert [command.split()[-1] for command in fenced[:2]] == ["up", "test"]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_between_documents_lead_somewhere(path: Path) -> None:
    missing = [name for name in LINK.findall(path.read_text()) if not (path.parent / name).exists()]
    assert not missing


@pytest.mark.parametrize("name", ["tools", "runtime", "tracing", "development"])
def test_locked_requirements_name_no_server_and_hash_everything(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    assert "://" not in text
    assert not re.search(r"^\s*(-i|-f|--index|--extra-index|--find-links)", text, re.MULTILINE)
    pins = re.findall(r"^[\w.\[\]-]+==\S+.*$", text, re.MULTILINE)
    assert pins
    assert all(pin.endswith("\\") for pin in pins)


def test_tests_run_on_the_packages_that_the_shop_runs_on() -> None:
    def pins(name: str) -> dict[str, str]:
        text = (ROOT / "requirements" / f"{name}.txt").read_text()
        return dict(re.findall(r"^([\w.\[\],-]+)==(\S+)", text, re.MULTILINE))

    runtime, development = pins("runtime"), pins("development")
    assert {name: development.get(name) for name in runtime} == runtime


def test_every_public_recipe_is_explained_and_grouped() -> None:
    lines = JUSTFILE.splitlines()
    recipes = [n for n, line in enumerate(lines) if re.match(r"[a-z][\w-]*[^:=]*:(?!=)", line)]
    hidden = [n for n in recipes if lines[n - 1] == "[private]"]
    assert recipes
    for n in set(recipes) - set(hidden):
        assert re.fullmatch(r"\[group\('\w+'\)\]", lines[n - 1]), lines[n]
        assert lines[n - 2].startswith("# "), lines[n]
