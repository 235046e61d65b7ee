"""Words are compared without accents and case, and a mistyped one finds the one meant."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.catalog.domain.words import (
    MAX_QUERY_WORDS,
    edit_distance,
    fold,
    nearest,
    query_words,
    tolerated_edits,
    trigrams,
    words,
)

letters = st.text(alphabet="abcd", min_size=1, max_size=8)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Édition", "edition"),
        ("STRAßE", "strasse"),
        ("Smørrebrød", "smorrebrod"),
        ("Łódź", "lodz"),
        ("Cœur", "coeur"),
        ("ＷＩＤＥ", "wide"),
    ],
)
def test_accents_and_case_do_not_tell_words_apart(written: str, folded: str) -> None:
    assert fold(written) == folded


def test_an_apostrophe_does_not_split_a_word() -> None:
    assert words("Men's Baker’s dozen") == ["mens", "bakers", "dozen"]


def test_a_part_number_is_split_at_its_hyphens() -> None:
    assert words("DUN-11/A3 oak_frame") == ["dun", "11", "a3", "oak", "frame"]


def test_a_question_is_cut_to_its_first_words() -> None:
    assert query_words("mug mug red") == ["mug", "red"]
    assert len(query_words(" ".join(f"w{n}" for n in range(500)))) == MAX_QUERY_WORDS


def test_the_start_of_a_word_weighs_more_in_its_trigrams() -> None:
    assert trigrams("mug") == ["  m", " mu", "mug", "ug "]


@pytest.mark.parametrize(
    ("left", "right", "distance"),
    [
        ("mug", "mug", 0),
        ("mug", "mugs", 1),
        ("mgu", "mug", 1),
        ("pritn", "print", 1),
        ("ab", "", 2),
    ],
)
def test_the_distance_counts_letters_added_lost_changed_or_swapped(
    left: str, right: str, distance: int
) -> None:
    assert edit_distance(left, right, limit=2) == distance


def test_a_distance_beyond_the_limit_is_just_beyond_it() -> None:
    assert edit_distance("terrazzo", "mug", limit=2) == 3
    assert edit_distance("abcdef", "uvwxyz", limit=2) == 3


@given(letters, letters)
def test_the_distance_is_the_same_both_ways_and_zero_only_for_equal_words(a: str, b: str) -> None:
    assert edit_distance(a, b, limit=9) == edit_distance(b, a, limit=9)
    assert (edit_distance(a, b, limit=9) == 0) == (a == b)


@given(letters, letters, st.integers(min_value=0, max_value=3))
def test_a_limit_never_changes_a_distance_within_it(a: str, b: str, limit: int) -> None:
    assert edit_distance(a, b, limit=limit) == min(edit_distance(a, b, limit=9), limit + 1)


def test_the_nearest_term_has_the_fewest_edits_then_the_most_uses_then_the_alphabet() -> None:
    assert nearest("dunse", [("dunes", 1), ("dense", 50)]) == "dense"
    assert nearest("botnaical", [("botanical", 3), ("mechanical", 90)]) == "botanical"
    assert nearest("bax", [("box", 5), ("bag", 5)]) == "bag"
    assert nearest("xylophone", [("mug", 5)]) is None


def test_part_numbers_and_two_letters_are_taken_as_typed() -> None:
    assert tolerated_edits("a3") == tolerated_edits("85123b") == tolerated_edits("ab") == 0
    assert nearest("85123b", [("85123a", 9)]) is None
