"""Writes docs/environment.md, the table of every variable, from `config.environment`."""

import sys
from pathlib import Path
from typing import get_args

from pydantic import SecretStr

from config.environment import ROOT, Environment

PAGE = ROOT / "docs" / "environment.md"
HEAD = """# Environment

Every variable that the shop reads, in the order of `config/environment.py`, from which this page is
written (`just variables`). All of them are judged before anything starts; whatever is malformed, or
missing under `MODE=production`, is listed at once.

| variable | default | meaning |
|---|---|---|
"""


def shown(default: object) -> str:
    """Returns a default as somebody would write it; secrets and empty texts show as nothing."""
    if isinstance(default, SecretStr) or default == "":
        return ""
    if isinstance(default, Path):
        return f"`{default.relative_to(ROOT)}`"
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


def page() -> str:
    rows = []
    for name, field in Environment.model_fields.items():
        choices = get_args(field.annotation) if "Literal" in str(field.annotation) else ()
        meaning = (field.description or "").replace("|", "\\|")
        if choices:
            meaning = f"{' or '.join(f'`{one}`' for one in choices)}. {meaning}"
        rows.append(f"| `{name.upper()}` | {shown(field.default)} | {meaning} |\n")
    return HEAD + "".join(rows)


if __name__ == "__main__":
    PAGE.write_text(page())
    sys.stdout.write(f"{PAGE}\n")
