"""History edited as only a superuser can, and the command line read as a person would."""

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from events.database import execute


def tamper(sql: str, *parameters: object) -> None:
    """Edits history behind the shop's back, with triggers off."""
    execute("SET LOCAL session_replication_role = replica")
    execute(sql, parameters)
    execute("SET LOCAL session_replication_role = origin")


def said(*arguments: object) -> str:
    """Returns what `manage.py audit ...` prints, on one line so that wrapping does not matter."""
    output = StringIO()
    call_command("audit", *(str(each) for each in arguments), stdout=output, no_color=True)
    return " ".join(output.getvalue().split())


def as_json(*arguments: object) -> Any:
    output = StringIO()
    call_command("audit", *(str(each) for each in arguments), "--json", stdout=output)
    return json.loads(output.getvalue())


def refusal(*arguments: object) -> tuple[str, str]:
    """Returns what is printed and the error of a command that ends with status 1."""
    output = StringIO()
    with pytest.raises(CommandError) as refused:
        call_command("audit", *(str(each) for each in arguments), stdout=output, no_color=True)
    assert refused.value.returncode == 1
    return " ".join(output.getvalue().split()), str(refused.value)
