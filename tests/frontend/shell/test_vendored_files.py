"""The browser files that came from elsewhere are the ones we chose."""

import json
import re
from pathlib import Path

from frontend.templatetags.shop import SPRITE
from frontend.vendoring import BROWSER, ICONS, MANIFEST, ROOT, TESTS, digest, pinned_versions

STATIC = ROOT / "frontend" / "static"


def recorded() -> dict[str, str]:
    manifest: dict[str, str] = json.loads(MANIFEST.read_text())
    return manifest


def test_every_vendored_file_has_the_recorded_sum() -> None:
    wrong = [path for path, sum_ in recorded().items() if digest(ROOT / path) != sum_]
    assert wrong == []


def test_no_file_lies_in_the_vendor_folders_unrecorded() -> None:
    found = {
        path.relative_to(ROOT).as_posix()
        for folder in (BROWSER, TESTS)
        for path in folder.rglob("*")
        if path.is_file() and path != MANIFEST
    }
    assert found == set(recorded())


def test_each_package_brings_its_licence_and_its_version_in_the_folder_name() -> None:
    folders = {Path(path).parent for path in recorded()}
    assert all((ROOT / folder / "LICENSE").is_file() for folder in folders)
    versions = set(pinned_versions().values())
    assert all(folder.name.rsplit("-", 1)[1] in versions for folder in folders)


def test_versions_are_exact_and_the_lock_agrees_without_naming_a_host() -> None:
    lock = json.loads((ROOT / "package-lock.json").read_text())
    for package, version in pinned_versions().items():
        assert re.fullmatch(r"\d+\.\d+\.\d+", version)
        assert lock["packages"][f"node_modules/{package}"]["version"] == version
    assert "resolved" not in json.dumps(lock)


def test_the_sprite_holds_every_icon() -> None:
    sprite = (STATIC / SPRITE).read_text()
    assert set(re.findall(r'<symbol id="([^"]+)"', sprite)) == set(ICONS)


def test_every_address_of_a_vendored_file_leads_to_one() -> None:
    templates = "".join(path.read_text() for path in (ROOT / "frontend/templates").rglob("*.html"))
    named = set(re.findall(r'\{% static "([^"]+)" %\}', templates))
    linked = {
        f"vendor/{name}"
        for name in re.findall(
            r'url\("\.\./vendor/([^"]+)"\)', (STATIC / "css/site.css").read_text()
        )
    }
    assert linked
    assert [name for name in named | linked if not (STATIC / name).is_file()] == []
