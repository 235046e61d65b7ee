"""Copies the demo shop's pictures to the media folder, where they are served under their digest."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from django.conf import settings

from config.demo.manifest import Picture, Rendition

# The picture of the home page, described for `frontend.storefront.front`.
FRONT, FRONT_FILE = "hero", "front.json"

type Manifest = Mapping[str, Picture]


def media_path(sha256: str, file: str) -> str:
    """Returns where a file is served from, named by its content so that it may be kept for ever."""
    return f"pictures/{sha256[:2]}/{sha256[2:34]}{Path(file).suffix}"


def copied_pictures(manifest: Manifest, folder: Path) -> Manifest:
    """Copies picture files to the media folder; returns the pictures that have all their files.

    Copies rather than links: repainting a picture must not change what is served under its digest.
    """
    return {
        key: picture
        for key, picture in manifest.items()
        if all(copied(file, folder) for file in picture.renditions)
    }


def copied(rendition: Rendition, folder: Path) -> bool:
    target = Path(settings.MEDIA_ROOT) / media_path(rendition.sha256, rendition.file)
    source = folder / rendition.file
    if target.exists():
        return True
    if not source.is_file():
        return False
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_suffix(".draft")
    shutil.copyfile(source, draft)
    draft.replace(target)
    return True


def publish_front(manifest: Manifest) -> None:
    """Writes down which files the home page opens with; no product owns that picture."""
    picture = manifest.get(FRONT)
    if picture is None:
        return
    described = {
        "alt": picture.alt,
        "colour": f"#{picture.dominant}",
        "renditions": [
            {
                "path": media_path(file.sha256, file.file),
                "width": file.width,
                "height": file.height,
            }
            for file in picture.renditions
        ],
    }
    (Path(settings.MEDIA_ROOT) / FRONT_FILE).write_text(json.dumps(described), encoding="utf-8")
