"""What a document looks like: its page, its PDF and its XML say the same, in its language."""

import io
import re
import subprocess
import sys
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.core.exceptions import SuspiciousFileOperation
from pypdf import PdfReader

from modules.invoicing import rendering
from modules.invoicing.contracts import Document, Link, PaperUnavailable
from modules.invoicing.gateways import paper
from modules.kernel.address import Address
from tests.invoicing.lives import Life, quoted

LOCALE = Path(rendering.__file__).parent / "locale"


def documents(**changes: object) -> tuple[Document, Document]:
    """An invoice of two rates with a discount, and a credit note of 10.00 for it."""
    found = quoted((3, 1_999, "standard"), (2, 505, "reduced"), discount_minor=700, **changes)  # type: ignore[arg-type]
    life = Life(found, "on-shipment", at_once=False)
    life.end()
    life.refunded = 1_000
    life.issue()
    invoice, note = life.billing.documents
    return invoice, note


def text_of(content: bytes) -> str:
    pages = PdfReader(io.BytesIO(content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_a_pdf_holds_every_amount_of_its_document() -> None:
    invoice, _ = documents()
    text = text_of(rendering.pdf(invoice))
    for words in ("Invoice INV-2026-000001", "Lea Martin", "FR12000000000", "7K3M-9QXA"):
        assert words in text
    for amount in ("€53.98", "€44.98", "€9.09", "€4.90", "€57.68", "€10.29", "€67.97"):
        assert amount in text
    assert "20 %" in text
    assert "5.5 %" in text


def test_a_german_credit_note_speaks_german_and_cites_its_invoice() -> None:
    _, note = documents()
    text = text_of(rendering.pdf(replace(note, language="de")))
    assert "Rechnungskorrektur CN-2026-000002" in text
    assert "Korrigiert die Rechnung INV-2026-000001 vom 22. November 2026" in text
    assert "10,00 €" in text


def test_yen_have_no_decimals_and_dinars_have_three() -> None:
    assert "¥5,997" in rendering.page(_gross(documents(currency="JPY")[0]))
    assert "BHD\N{NO-BREAK SPACE}5.997" in rendering.page(_gross(documents(currency="BHD")[0]))


def _gross(document: Document) -> Document:
    line = replace(document.lines[0], total_minor=5_997)
    return replace(document, lines=(line,))


def test_equal_documents_are_equal_bytes_in_every_process() -> None:
    invoice, _ = documents()
    script = (
        "import sys, django; django.setup(); from hashlib import sha256;"
        "from tests.invoicing.test_papers import documents, rendering;"
        "sys.stdout.write(sha256(rendering.pdf(documents()[0])).hexdigest())"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == sha256(rendering.pdf(invoice)).hexdigest()


def test_a_pdf_is_pdf_a_and_holds_its_xml() -> None:
    invoice, _ = documents()
    reader = PdfReader(io.BytesIO(rendering.pdf(invoice)))
    assert reader.attachments["factur-x.xml"] == [rendering.xml(invoice)]
    catalog: Any = reader.trailer["/Root"]
    metadata = catalog["/Metadata"].get_data().decode()
    assert 'pdfaid:part="3"' in metadata
    assert "<fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>" in metadata
    assert metadata.count("<rdf:RDF") == 1


def test_without_pango_the_page_is_there_and_says_why_there_is_no_pdf(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    paper.missing.cache_clear()
    monkeypatch.setattr(paper, "PANGO", ("libno-such-thing.so",))
    invoice, _ = documents()
    html = rendering.page(invoice, links=[Link(url="/", label="Back")])
    assert "PDF is not available on this server" in html
    assert "libpango-1.0-0" in html
    with pytest.raises(PaperUnavailable):
        rendering.pdf(invoice)
    paper.missing.cache_clear()


def test_what_a_customer_typed_is_text_and_no_markup() -> None:
    invoice, _ = documents()
    buyer = Address(
        name="<script>x()</script>", line1="1 & 2", city="Paris", postcode="75020", country="FR"
    )
    html = rendering.page(replace(invoice, buyer=buyer))
    assert "<script>" not in html
    assert "1 &amp; 2" in html


def test_a_pdf_fetches_nothing_from_anywhere() -> None:
    fetch = paper._fetcher(object())
    for url in ("file:///etc/passwd", "https://example.org/x", f"{paper.BASE}../settings.py"):
        with pytest.raises((ValueError, SuspiciousFileOperation)):
            fetch(url)


@pytest.mark.parametrize("language", ["de", "fr"])
def test_every_word_is_translated_and_compiled(language: str) -> None:
    folder = LOCALE / language / "LC_MESSAGES"
    catalog = read_po(io.BytesIO((folder / "django.po").read_bytes()), locale=language)
    assert [each.id for each in catalog if each.id and not each.string] == []
    written = io.BytesIO()
    write_mo(written, catalog)
    assert written.getvalue() == (folder / "django.mo").read_bytes(), "run `just translations`"
    known = {each.id for each in catalog}
    assert {word for word in words_in_source() if word not in known} == set()


def words_in_source() -> set[str]:
    """Every text that is given to gettext."""
    template = Path(rendering.__file__).parent / "templates" / "invoicing" / "document.html"
    from_code = extract_from_file("python", rendering.__file__)
    from_template = re.findall(r'{% translate "([^"]+)" %}', template.read_text())
    return {*(str(each[1]) for each in from_code), *from_template}
