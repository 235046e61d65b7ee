"""A log of a test's own: its key, its name, nowhere to ship to, and a place for bundles."""

from pathlib import Path

from django.test.utils import override_settings

ORIGIN = "shop.test/log"


def signing(folder: Path) -> override_settings:
    """Returns the settings under which checkpoints are signed by keys in `folder`."""
    return override_settings(
        CHECKPOINT_KEY_FILE=folder / "keys",
        CHECKPOINT_SINKS="",
        CHECKPOINT_ORIGIN=ORIGIN,
        EXPORT_ROOT=folder / "exports",
    )
