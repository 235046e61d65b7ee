"""Reads a question in words: which products could be meant, also when it is mistyped.

One statement sees which words match anything; a second one is asked only for those that do not.
Why this needs no extension of PostgreSQL: docs/decisions/0020-search-without-trigram-extension.md.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote_plus

from events.database import fetch
from modules.catalog.contracts import Suggestion
from modules.catalog.domain.words import nearest, query_words, tolerated_edits, trigrams

# Per word: its stem ('' for a stop word such as "the"), and whether any product has it.
_READ_WORDS = """
WITH asked AS MATERIALIZED (
    SELECT word, to_tsquery('english', word) AS stem, to_tsquery('simple', word || ':*') AS start
    FROM unnest(%s::text[]) AS word
)
SELECT word, stem::text,
    EXISTS (SELECT FROM catalog_listing WHERE visible AND document @@ (stem || start))
FROM asked
"""

_CANDIDATES = """
SELECT wanted.word, candidate.term, candidate.uses, candidate.stem
FROM jsonb_to_recordset(%s::jsonb) AS wanted (word text, trigrams text[], edits int)
CROSS JOIN LATERAL (
    SELECT term, uses, to_tsquery('english', term)::text AS stem
    FROM catalog_term
    WHERE catalog_term.trigrams && wanted.trigrams
        AND length(term) BETWEEN length(wanted.word) - wanted.edits
            AND length(wanted.word) + wanted.edits
    ORDER BY cardinality(ARRAY(
            SELECT unnest(catalog_term.trigrams) INTERSECT SELECT unnest(wanted.trigrams)
        )) DESC, uses DESC, term
    LIMIT 100
) AS candidate
"""

_SUGGEST = """
(
    SELECT 'product' AS kind, card::text AS found,
        ts_rank('{0, 0.1, 0.4, 1}', document, %(tsquery)s::tsquery) AS weight, position
    FROM catalog_listing
    WHERE visible AND document @@ %(tsquery)s::tsquery
    ORDER BY weight DESC, position, product_id
    LIMIT %(limit)s
)
UNION ALL
(
    SELECT 'term', term, uses, 0
    FROM (
        SELECT DISTINCT ON (to_tsquery('english', term)::text) term, uses
        FROM catalog_term
        WHERE term > %(last)s AND term < %(last)s || chr(1114109)
        ORDER BY to_tsquery('english', term)::text, uses DESC, term
    ) AS longer
    ORDER BY uses DESC, term
    LIMIT 2
)
ORDER BY kind, weight DESC, position
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """A question as the index understands it; `corrected` is empty unless a word was replaced."""

    tsquery: str
    words: tuple[str, ...]
    corrected: str = ""


def wording(query: str) -> Wording:
    """Reads a question: words that no product has become the nearest ones that some has.

    Every word must match, by its stem or as the beginning of a word. Words like "the" are left
    out, unless there are no others.
    """
    asked = query_words(query)
    if not asked:
        return Wording(tsquery="", words=())
    read = {word: (stem, known) for word, stem, known in fetch(_READ_WORDS, (asked,))}
    meant = _corrections([word for word in asked if not read[word][1] and read[word][0]])
    stems = {word: stem for word, (stem, _) in read.items()} | dict(meant.values())
    words = [meant[word][0] if word in meant else word for word in asked]
    telling = [word for word in words if stems[word]] or words
    return Wording(
        tsquery=" & ".join(_word_query(word, stems[word]) for word in dict.fromkeys(telling)),
        words=tuple(words),
        corrected=" ".join(words) if meant else "",
    )


def _word_query(word: str, stem: str) -> str:
    return f"({stem} | '{word}':*)" if stem else f"'{word}':*"


def _corrections(unknown: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Returns for each word that has a near term that term and its stem."""
    doubtful = [word for word in unknown if tolerated_edits(word)]
    if not doubtful:
        return {}
    wanted = [
        {"word": word, "trigrams": trigrams(word), "edits": tolerated_edits(word)}
        for word in doubtful
    ]
    rows = fetch(_CANDIDATES, (json.dumps(wanted),))
    stems = {term: stem for _, term, _, stem in rows}
    meant = {}
    for word in doubtful:
        term = nearest(word, [(term, uses) for asked, term, uses, _ in rows if asked == word])
        if term is not None:
            meant[word] = (term, stems[term])
    return meant


def suggested_rows(meant: Wording, *, limit: int) -> tuple[list[dict[str, Any]], list[Suggestion]]:
    """Returns cards of the best products, and questions that the last word may be becoming."""
    parameters: dict[str, Any] = {"tsquery": meant.tsquery, "last": meant.words[-1], "limit": limit}
    rows = fetch(_SUGGEST, parameters)
    terms = [" ".join([*meant.words[:-1], found]) for kind, found, *_ in rows if kind == "term"]
    return (
        [json.loads(found) for kind, found, *_ in rows if kind == "product"],
        [Suggestion(kind="term", title=t, url_path=f"/search/?q={quote_plus(t)}") for t in terms],
    )
