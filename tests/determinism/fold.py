"""Folds stored events in memory and prints one SHA-256 over all that comes out; asks no database.

    python -m tests.determinism.fold [events.jsonl]

The file is the one of an auditor's bundle, or the small one kept here. Nothing that says when,
where or on what this runs may change the answer.
"""

import locale
import os
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import django

SAMPLE = Path(__file__).with_name("events.jsonl")

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    with suppress(locale.Error):
        locale.setlocale(locale.LC_ALL, "")
    django.setup()
    # Models may be imported now, and not before.
    folding = import_module("tests.determinism.folding")
    print(folding.digest_of(Path(sys.argv[1]) if sys.argv[1:] else SAMPLE))
