"""The file that tells processes to ask: what it says, and what it survives."""

from pathlib import Path

import pytest

from frontend.caching.marks import DOUBT_SECONDS, SIZE, Marks


def test_a_change_is_seen_by_whoever_maps_the_file(tmp_path: Path) -> None:
    writer, reader = Marks(tmp_path / "marks"), Marks(tmp_path / "marks")
    before = reader.token()
    writer.changed()
    assert reader.token() == writer.token() != before


def test_no_token_comes_back(tmp_path: Path) -> None:
    marks = Marks(tmp_path / "marks")
    seen = set()
    for _ in range(100):
        marks.changed()
        seen.add(marks.token())
    assert len(seen) == 100


def test_a_doubt_lasts_until_it_is_settled_or_its_time_is_over(tmp_path: Path) -> None:
    writer, reader = Marks(tmp_path / "marks"), Marks(tmp_path / "marks")
    writer.doubt(now=100.0)
    assert reader.in_doubt(100.0 + DOUBT_SECONDS / 2)
    assert not reader.in_doubt(100.0 + DOUBT_SECONDS)
    writer.settle()
    assert not reader.in_doubt(100.0 + DOUBT_SECONDS / 2)


def test_a_doubt_from_before_the_machine_started_anew_is_none(tmp_path: Path) -> None:
    marks = Marks(tmp_path / "marks")
    marks.doubt(now=1_000_000.0)
    assert not marks.in_doubt(50.0)


def test_a_file_of_another_size_is_made_good(tmp_path: Path) -> None:
    (tmp_path / "marks").write_bytes(b"short")
    Marks(tmp_path / "marks").changed()
    assert (tmp_path / "marks").stat().st_size == SIZE


def test_no_place_for_the_file_is_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(OSError, match="file"):
        Marks(tmp_path / "file" / "marks")
