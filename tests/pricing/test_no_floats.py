"""No float ever touches an amount: read from the source, because a float hides in any amount."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
MODULES = ("kernel", "pricing", "promotions", "inventory", "carts", "shipping")
SOURCES = sorted(
    path
    for module in MODULES
    for path in (ROOT / "modules" / module).rglob("*.py")
    # What is written for people is not computed with any more.
    if "migrations" not in path.parts and path.name != "wording.py"
)


def floats(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Constant(value=float()):
                yield f"line {node.lineno}: {node.value!r}"
            case ast.BinOp(op=ast.Div()) | ast.AugAssign(op=ast.Div()):
                yield f"line {node.lineno}: true division"
            case ast.Name(id="float" | "round" | "Decimal"):
                yield f"line {node.lineno}: {node.id}"


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_amounts_are_computed_in_whole_numbers(path: Path) -> None:
    assert list(floats(path.read_text())) == []


@pytest.mark.parametrize("line", ["x = 0.2", "x = a / b", "x /= 2", "x = round(y)", "x = float(y)"])
def test_each_way_to_a_float_is_recognised(line: str) -> None:
    assert list(floats(line))
