"""Which static files are collected, and how hard they are pressed."""

from typing import Any

import brotli
from django.contrib.staticfiles.apps import StaticFilesConfig
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

# What packages ship and no page of ours links. `django_htmx` carries an htmx of its own; the
# shop's is pinned under `frontend/static/vendor`.
LEFT_OUT = ["django_htmx", "redoc*"]


class StaticFiles(StaticFilesConfig):
    ignore_patterns = [*StaticFilesConfig.ignore_patterns, *LEFT_OUT]


class QuickCompressor(Compressor):  # type: ignore[misc]
    """Presses at brotli 9: a tenth larger than at 11, in a fifth of the time."""

    @staticmethod
    def compress_brotli(data: bytes) -> bytes:
        pressed: bytes = brotli.compress(data, quality=9)
        return pressed


class Storage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    def create_compressor(self, **options: Any) -> Compressor:
        return QuickCompressor(**options)
