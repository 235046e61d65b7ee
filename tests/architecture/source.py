"""The product's own source files, as the architecture tests see them."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PRODUCT = ("config", "events", "frontend", "modules")

type Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def python_files(*folders: str) -> tuple[Path, ...]:
    """Returns the Python files of `folders` (default: the product), migrations left out."""
    found = (path for folder in folders or PRODUCT for path in (ROOT / folder).rglob("*.py"))
    return tuple(sorted(path for path in found if "migrations" not in path.parts))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), filename=str(path))


def functions(path: Path) -> Iterator[Function]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def function_lines(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def file_lines(path: Path) -> int:
    return len(path.read_text().splitlines())


def templates() -> list[Path]:
    return sorted(path for folder in PRODUCT for path in (ROOT / folder).rglob("*.html"))


def place(path: Path, line: int | None = None) -> str:
    name = str(path.relative_to(ROOT))
    return name if line is None else f"{name}:{line}"


def modules() -> list[str]:
    """Returns the names of the bounded contexts, the kernel left out."""
    folders = (path for path in (ROOT / "modules").iterdir() if (path / "__init__.py").exists())
    return sorted(path.name for path in folders if path.name != "kernel")
