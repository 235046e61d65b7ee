"""Answers a browse request in two statements: one counts facets and total, one reads the page.

A question in words costs one statement more, to see which words match anything, and a mistyped one
another, to find what was meant. The SQL is constant but for fragments from this file.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus

from django.db import connection

from modules.catalog.contracts import BrowseRequest, Facet, FacetValue, Suggestion
from modules.catalog.domain.attributes import (
    BUILT_IN_FACETS,
    facet_label,
    facet_rank,
    facet_token,
)
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
    SELECT 'term', term, uses, 0 FROM catalog_term
    WHERE term > %(last)s AND term < %(last)s || chr(1114109)
    ORDER BY uses DESC, term
    LIMIT 2
)
ORDER BY kind, weight DESC, position
"""

_FROM = """
FROM catalog_listing AS listing
JOIN catalog_listingprice AS price
    ON price.product_id = listing.product_id AND price.currency = %(currency)s
"""

_JOIN_COLLECTION = """
JOIN catalog_collectionentry AS entry ON entry.product_id = listing.product_id
    AND entry.collection_id = (SELECT id FROM catalog_collection WHERE slug = %(collection)s)
"""

# A row counts for a value when it satisfies every facet but, at most, the value's own: what is
# chosen inside one facet widens the list, so its own choice must not narrow its counts.
_COUNT_FACETS = """
WITH found AS MATERIALIZED (
    SELECT listing.facets, (/*fits*/) AS fits, (/*missed*/) AS missed
    /*from*/ WHERE /*scope*/
), counted AS (
    SELECT token, split_part(token, ':', 1) AS code, count(*) FILTER (
        WHERE fits AND (missed = '' OR missed = split_part(token, ':', 1) || ';')
    ) AS n
    FROM found CROSS JOIN unnest(found.facets) AS token
    GROUP BY token
)
SELECT token, n, code, attribute.label, attribute.type, attribute.position, attribute.choices
FROM counted LEFT JOIN catalog_attribute AS attribute USING (code)
UNION ALL
SELECT NULL, count(*), NULL, NULL, NULL, NULL, NULL FROM found WHERE fits AND missed = ''
"""

_READ_PAGE = """
SELECT product_id, card::text AS card, availability,
    lowest_minor, highest_minor, compare_at_minor
FROM (
    SELECT listing.product_id, listing.card, listing.availability,
        price.lowest_minor, price.highest_minor, price.compare_at_minor
    /*from*/ WHERE /*scope*/ AND /*fits*/ /*chosen*/
    ORDER BY /*order*/ LIMIT %(limit)s OFFSET %(offset)s
) AS page
"""

_ORDERS = {
    "featured": "listing.position, listing.created_at DESC, listing.product_id",
    "newest": "listing.created_at DESC, listing.position, listing.product_id",
    "price": "price.lowest_minor, listing.position, listing.product_id",
    "-price": "price.lowest_minor DESC, listing.position, listing.product_id",
}
_BY_RELEVANCE = (
    "ts_rank(listing.document, %(tsquery)s::tsquery) DESC, listing.position, listing.product_id"
)
_BY_HAND = "entry.position"


def listing_rows(statement: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Returns the rows of a statement by column name, the card read from its JSON text."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        names = [column.name for column in cursor.description]
        rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    for row in rows:
        row["card"] = json.loads(row["card"])
    return rows


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
    with connection.cursor() as cursor:
        cursor.execute(_READ_WORDS, [asked])
        read = {word: (stem, known) for word, stem, known in cursor.fetchall()}
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
    with connection.cursor() as cursor:
        cursor.execute(_CANDIDATES, [json.dumps(wanted)])
        rows = cursor.fetchall()
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
    with connection.cursor() as cursor:
        cursor.execute(_SUGGEST, parameters)
        rows = cursor.fetchall()
    terms = [" ".join([*meant.words[:-1], found]) for kind, found, *_ in rows if kind == "term"]
    return (
        [json.loads(found) for kind, found, *_ in rows if kind == "product"],
        [Suggestion(kind="term", title=t, url_path=f"/search/?q={quote_plus(t)}") for t in terms],
    )


@dataclass(slots=True, kw_only=True)
class Question:
    """A browse request as fragments of SQL with their parameters."""

    request: BrowseRequest
    wording: Wording
    chosen: dict[str, list[str]] = field(init=False)

    def __post_init__(self) -> None:
        merged: dict[str, list[str]] = {}
        for code, values in self.request.facets:
            tokens = [facet_token(code, value) for value in values]
            merged.setdefault(code, []).extend(tokens)
        self.chosen = {code: tokens for code, tokens in merged.items() if tokens}

    def count(self) -> tuple[int, tuple[Facet, ...]]:
        """Returns how many products there are and how each facet would narrow them."""
        missed = " || ".join(
            f"CASE WHEN listing.facets && %(chosen_{n})s::text[] THEN '' "
            f"ELSE %(code_{n})s || ';' END"
            for n in range(len(self.chosen))
        )
        with connection.cursor() as cursor:
            cursor.execute(self._filled(_COUNT_FACETS, missed=missed or "''"), self._parameters())
            rows = cursor.fetchall()
        total = next(n for token, n, *_ in rows if token is None)
        return total, self._facets([row for row in rows if row[0] is not None])

    def page(self, *, limit: int, offset: int) -> list[dict[str, Any]]:
        """Returns the listing rows of one page."""
        chosen = "".join(
            f" AND listing.facets && %(chosen_{n})s::text[]" for n in range(len(self.chosen))
        )
        statement = self._filled(_READ_PAGE, chosen=chosen, order=self._order())
        return listing_rows(statement, self._parameters() | {"limit": limit, "offset": offset})

    def _order(self) -> str:
        sort = self.request.sort
        if self.wording.tsquery and sort in ("relevance", "featured"):
            return _BY_RELEVANCE
        if self.request.collection and sort in ("relevance", "featured"):
            return _BY_HAND
        return _ORDERS.get(sort, _ORDERS["featured"])

    def _filled(self, statement: str, **fragments: str) -> str:
        scope, fits = ["listing.visible"], ["TRUE"]
        if self.request.category:
            scope.append("listing.categories @> ARRAY[%(category)s]::text[]")
        if self.wording.tsquery:
            scope.append("listing.document @@ %(tsquery)s::tsquery")
        elif self.request.query.strip():
            # A question without a single letter or digit finds nothing, instead of everything.
            scope.append("FALSE")
        if self.request.price_min is not None:
            fits.append("price.lowest_minor >= %(price_min)s")
        if self.request.price_max is not None:
            fits.append("price.lowest_minor <= %(price_max)s")
        if self.request.in_stock_only:
            fits.append("listing.availability IN ('in-stock', 'low')")
        fragments |= {
            "from": _FROM + (_JOIN_COLLECTION if self.request.collection else ""),
            "scope": " AND ".join(scope),
            "fits": " AND ".join(fits),
        }
        for name, fragment in fragments.items():
            statement = statement.replace(f"/*{name}*/", fragment)
        return statement

    def _parameters(self) -> dict[str, Any]:
        parameters: dict[str, Any] = {
            "currency": self.request.currency,
            "category": self.request.category,
            "collection": self.request.collection,
            "tsquery": self.wording.tsquery,
            "price_min": self.request.price_min,
            "price_max": self.request.price_max,
        }
        for n, (code, tokens) in enumerate(self.chosen.items()):
            parameters |= {f"code_{n}": code, f"chosen_{n}": tokens}
        return parameters

    def _facets(self, rows: Sequence[Sequence[Any]]) -> tuple[Facet, ...]:
        by_code: dict[str, list[Sequence[Any]]] = {}
        for row in rows:
            by_code.setdefault(row[2], []).append(row)
        ranked = []
        for code, members in by_code.items():
            label, position = members[0][3], members[0][5]
            if label is None:
                label, position = BUILT_IN_FACETS[code], -1
            ranked.append(
                (position, label, Facet(code=code, label=label, values=self._of(members)))
            )
        return tuple(facet for _, _, facet in sorted(ranked, key=lambda item: item[:2]))

    def _of(self, members: Sequence[Sequence[Any]]) -> tuple[FacetValue, ...]:
        code, type_, choices = members[0][2], members[0][4] or "text", members[0][6] or []
        counts = {token.removeprefix(f"{code}:"): n for token, n, *_ in members}
        chosen = {token.removeprefix(f"{code}:") for token in self.chosen.get(code, ())}
        # A value chosen elsewhere stays, with a count of zero, so that it can be taken off again.
        shown = counts | dict.fromkeys(chosen - counts.keys(), 0)
        return tuple(
            FacetValue(
                value=value,
                label=facet_label(type_, value),
                count=shown[value],
                selected=value in chosen,
            )
            for value in sorted(shown, key=lambda value: facet_rank(type_, choices, value))
        )
