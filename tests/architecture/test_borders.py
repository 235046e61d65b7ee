"""What an import graph cannot see: relations, registries, signals, late imports."""

import ast
import tomllib

import grimp
from django.apps import apps
from django.db import models

from tests.architecture.source import ROOT, functions, modules, place, python_files, tree

EVENT_SOURCED = ("orders", "payments", "adjustments", "invoicing")


def module_of(name: str) -> str | None:
    parts = name.split(".")
    return parts[1] if parts[0] == "modules" and len(parts) > 1 else None


def test_every_module_has_its_place_in_the_contracts() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    by_id = {one["id"]: one for one in contracts["contracts"]}
    layers = " ".join(by_id["layers"]["layers"])
    containers = by_id["inside"]["containers"]
    missing = [
        name
        for name in modules()
        if f"(modules.{name})" not in layers or f"modules.{name}" not in containers
    ]
    assert not missing, f"add {missing} to the contracts 'layers' and 'inside' of pyproject.toml"


def test_no_relation_leaves_its_module() -> None:
    crossing = []
    for model in apps.get_models():
        home = module_of(model.__module__)
        for field in model._meta.get_fields() if home else []:
            if isinstance(field, models.ForeignKey | models.ManyToManyField):
                target = module_of(field.related_model.__module__)
                if target and target != home:
                    crossing.append(f"{model._meta.label}.{field.name} points into {target}")
    assert not crossing, "keep the id alone, in a UUIDField or a BigIntegerField"


def test_no_module_fetches_another_module_s_model_by_name() -> None:
    fetched = [
        place(path, node.lineno)
        for path in python_files("modules", "frontend", "events")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "get_model"
    ]
    assert not fetched, "ask the other module's selector instead"


def test_no_business_flow_hides_in_signals() -> None:
    hidden = [
        place(path, node.lineno)
        for path in python_files("modules", "frontend", "events")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.ImportFrom)
        and node.module in ("django.dispatch", "django.db.models.signals")
    ]
    assert not hidden, "publish a fact and write a policy instead"


def test_only_our_own_block_switches_the_query_cache_off() -> None:
    users = [
        place(path)
        for path in python_files()
        if "cachalot_disabled" in path.read_text() and path.name != "database.py"
    ]
    assert not users, "use events.database.uncached, which ends when its body raises"


def test_nothing_is_imported_inside_a_function() -> None:
    late = [
        place(path, node.lineno)
        for path in python_files()
        for function in functions(path)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert not late, "a late import hides a cycle: move what both sides need further down"


def test_commands_of_event_sourced_modules_decide_from_the_stream() -> None:
    graph = grimp.build_graph("modules", "events", cache_dir=None)
    read = []
    for module in EVENT_SOURCED:
        commands = f"modules.{module}.commands"
        own = {commands, *graph.find_descendants(commands)} if commands in graph.modules else set()
        for importer in own:
            imported = graph.find_modules_directly_imported_by(importer)
            for target in ("models", "selectors"):
                if f"modules.{module}.{target}" in imported:
                    read.append(f"{importer} reads {target}")
    assert not read
