"""Words as a search sees them: folded, cut into trigrams, and compared by edit distance."""

import re
import unicodedata
from collections.abc import Iterable

# Letters that Unicode does not decompose into a base letter and a mark.
_LETTERS = str.maketrans(
    {"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)
_APOSTROPHES = str.maketrans("", "", "'’ʼ`´")
_WORD = re.compile(r"[^\W_]+")

# A longer question is a pasted page, and each word costs an index lookup.
MAX_QUERY_LENGTH = 200
MAX_QUERY_WORDS = 8


def fold(text: str) -> str:
    """Returns the text in lower case without accents, so that `Édition` and `edition` are one."""
    decomposed = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES).casefold())
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return plain.translate(_LETTERS)


def words(text: str) -> list[str]:
    """Returns the folded words of a text in order, without punctuation."""
    return _WORD.findall(fold(text))


def query_words(query: str) -> list[str]:
    """Returns the distinct words of a question, at most `MAX_QUERY_WORDS` of them."""
    return list(dict.fromkeys(words(query[:MAX_QUERY_LENGTH])))[:MAX_QUERY_WORDS]


def trigrams(word: str) -> list[str]:
    """Returns the three-letter windows of a padded word, sorted; the start counts double."""
    padded = f"  {word} "
    return sorted({padded[index : index + 3] for index in range(len(padded) - 2)})


def edit_distance(left: str, right: str, *, limit: int) -> int:
    """Returns how many letters were added, lost, changed or swapped; `limit` + 1 when more.

    Swapped neighbours count one (Damerau-Levenshtein with restricted edits): swapping is the
    commonest typing error.
    """
    if abs(len(left) - len(right)) > limit:
        return limit + 1
    before: list[int] = []
    previous = list(range(len(right) + 1))
    for i, a in enumerate(left, start=1):
        current = [i]
        for j, b in enumerate(right, start=1):
            cost = min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            current.append(cost)
        if min(current) > limit:
            return limit + 1
        before, previous = previous, current
    return min(previous[-1], limit + 1)


def tolerated_edits(word: str) -> int:
    """Returns how many letters of a word may be wrong: a short word would match anything at two.

    Words with digits are part numbers and sizes, where the nearest one is not the one meant.
    """
    if len(word) < 3 or any(letter.isdigit() for letter in word):
        return 0
    return 1 if len(word) <= 4 else 2


def nearest(word: str, candidates: Iterable[tuple[str, int]]) -> str | None:
    """Returns the candidate with the fewest edits; ties go to the most used, then the alphabet.

    `candidates` are pairs of a term and how many products use it.
    """
    limit = tolerated_edits(word)
    ranked = [
        (distance, -uses, term)
        for term, uses in candidates
        if (distance := edit_distance(word, term, limit=limit)) <= limit
    ]
    return min(ranked)[2] if limit and ranked else None
