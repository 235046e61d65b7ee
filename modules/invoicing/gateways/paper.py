"""PDFs by WeasyPrint, which draws with the system's Pango.

The one place that loads it, and only when a PDF is asked for: on a machine without Pango its import
fails, and the shop has to run there all the same.
"""

import ctypes
import os
from collections.abc import Callable
from datetime import datetime
from functools import cache
from importlib import import_module
from importlib.resources import files
from mimetypes import guess_type
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.contrib.staticfiles import finders

from modules.invoicing.contracts import PaperUnavailable

# Where stylesheet and fonts seem to lie; nothing is ever fetched from there.
BASE = "https://paper.invalid/static/"
VARIANT = "pdf/a-3b"


# Pango's file under Linux, macOS and Windows.
PANGO = ("libpango-1.0.so.0", "libpango-1.0.dylib", "libpango-1.0-0")


@cache
def missing() -> str:
    """Returns why this server cannot make PDFs; empty if it can. Loads no more than Pango."""
    for name in PANGO:
        try:
            ctypes.CDLL(name)
        except OSError:
            continue
        return ""
    return "WeasyPrint needs Pango; on Debian: apt-get install libpango-1.0-0 libpangoft2-1.0-0"


def pdf(html: str, *, identifier: bytes, moment: datetime, attachment: bytes | None) -> bytes:
    """Returns a page as PDF/A-3; equal arguments give equal bytes.

    `attachment` is the XML of a Factur-X invoice, embedded as an alternative of what is seen.

    Raises:
        PaperUnavailable: the library or what it draws with is not installed.
    """
    # Fonts are written with the time of their making, by the clock or by this variable.
    os.environ.setdefault("SOURCE_DATE_EPOCH", "0")
    library = _library()
    page = library.HTML(string=html, base_url=BASE, url_fetcher=_fetcher(library))
    options: dict[str, Any] = {"pdf_variant": VARIANT, "pdf_identifier": identifier}
    document = page.render(**options)
    if attachment is not None:
        options["attachments"] = [
            library.Attachment(
                string=attachment,
                name="factur-x.xml",
                description="Factur-X",
                created=moment,
                modified=moment,
                relationship="Alternative",
            )
        ]
        _declare(document.metadata)
    made: bytes = document.write_pdf(**options)
    return made


def _library() -> Any:
    why = missing()
    if not why:
        try:
            return import_module("weasyprint")
        except (ImportError, OSError) as error:
            why = str(error).strip().partition("\n")[0]
    raise PaperUnavailable(f"PDF is not available on this server: {why}")


def _fetcher(library: Any) -> Callable[[str], Any]:
    response: Any = import_module("weasyprint.urls").URLFetcherResponse

    def fetch(url: str) -> Any:
        path = urlsplit(url).path.removeprefix("/static/")
        found = finders.find(path) if url.startswith(BASE) else None
        if not isinstance(found, str):
            raise ValueError(f"{url} is no file of this shop")
        kind, _ = guess_type(found)
        return response(url, body=Path(found).read_bytes(), headers={"Content-Type": kind or ""})

    return fetch


def _declare(metadata: Any) -> None:
    """Adds what Factur-X 1.0 (section 6.2.2) wants said in the PDF's own metadata."""
    plain = metadata.generate_rdf_metadata
    declaration = _declaration()

    def with_declaration(*arguments: Any) -> bytes:
        text: bytes = plain(*arguments)
        return text.replace(b"</rdf:RDF>", declaration + b"</rdf:RDF>")

    metadata.generate_rdf_metadata = with_declaration


@cache
def _declaration() -> bytes:
    schema = files("facturx") / "xmp" / "Factur-X_extension_schema.xmp"
    text = schema.read_text().replace(">BASIC<", ">EN 16931<")
    _, _, inside = text.partition("<rdf:RDF")
    return inside.partition(">")[2].rpartition("</rdf:RDF>")[0].encode()
