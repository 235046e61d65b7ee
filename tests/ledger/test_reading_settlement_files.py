"""What stands in a settlement file is read exactly, or refused with its line and a reason."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from modules.ledger.contracts import SettlementFile, SettlementFileRefused
from modules.ledger.domain import settlement_file
from modules.ledger.domain.settlement_file import read, refuse_foreign
from modules.payments.contracts import SettlementRecord

HEADINGS = "id,kind,amount,currency,occurred_at"
GOOD = "c1,charge,12.90,EUR,2026-03-01T12:00:00Z"
OUR_ID = "01970000-ca13-7a6b-82c9-651b3841fc9f"
NEEDED = (
    "Needed are id,kind,amount,currency,occurred_at and, if it has them,"
    " operation,payment,reference,description,provider"
)
SOUND = SettlementRecord(
    id="c1",
    kind="charge",
    amount_minor=1_290,
    currency="EUR",
    occurred_at=datetime(2026, 3, 1, 12, tzinfo=UTC),
)


def file(content: bytes) -> SettlementFile:
    return SettlementFile(provider="testbank", name="march.csv", content=content)


def lines(*below: str, headings: str = HEADINGS) -> SettlementFile:
    return file("\n".join((headings, *below)).encode())


def refusal(taken: SettlementFile) -> SettlementFileRefused:
    with pytest.raises(SettlementFileRefused) as caught:
        read(taken)
    return caught.value


def problems(taken: SettlementFile) -> list[tuple[int, str]]:
    found = refusal(taken).fields["problems"]
    return [(each.line, each.message) for each in found]  # type: ignore[attr-defined]


def test_every_column_of_a_line_is_read() -> None:
    headings = f"{HEADINGS},operation,payment,reference,description,provider"
    line = f"{GOOD},{OUR_ID},{OUR_ID[:-1]}e,pi_1,  A word , testbank"
    (record,) = read(lines(line, headings=headings))
    assert record == SettlementRecord(
        id="c1",
        kind="charge",
        amount_minor=1_290,
        currency="EUR",
        occurred_at=datetime(2026, 3, 1, 12, tzinfo=UTC),
        operation_id=UUID(OUR_ID),
        payment_id=UUID(f"{OUR_ID[:-1]}e"),
        provider_reference="pi_1",
        description="A word",
    )


@pytest.mark.parametrize("kind", ["charge", "refund", "fee", "payout", "dispute"])
def test_every_kind_of_line_is_known(kind: str) -> None:
    assert [each.kind for each in read(lines(GOOD.replace("charge", kind)))] == [kind]


def test_columns_may_stand_in_any_order_and_in_capitals_with_a_mark_before_them() -> None:
    content = (
        "\ufeff Currency ,ID,kind,AMOUNT,occurred_at\r\nEUR,c1,charge,12.90,2026-03-01T12:00:00Z"
    )
    assert read(file(content.encode())) == [SOUND]


def test_empty_lines_are_no_lines_and_the_same_line_again_is_one() -> None:
    assert read(lines("", GOOD, ",,,,", GOOD)) == [SOUND, SOUND]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("c2,charge,12.905,EUR,2026-03-01T12:00:00Z", "EUR has 2 decimals; '12.905' has 3"),
        (
            "c2,charge,0,EUR,2026-03-01T12:00:00Z",
            "amount: '0' is not above zero; the kind tells its side",
        ),
        (
            "c2,charge,-1.00,EUR,2026-03-01T12:00:00Z",
            "amount: '-1.00' is not above zero; the kind tells its side",
        ),
        ("c2,charge,1.00,XXX,2026-03-01T12:00:00Z", "'XXX' is not a currency this shop knows"),
        (
            "c2,gift,1.00,EUR,2026-03-01T12:00:00Z",
            "kind: 'gift' is none of charge, refund, fee, payout, dispute",
        ),
        (
            "c2,charge,1.00,EUR,yesterday",
            "occurred_at: 'yesterday' is no time like 2026-11-21T14:30:00Z",
        ),
        (
            "c2,charge,1.00,EUR,2026-03-01T12:00:00",
            "occurred_at: '2026-03-01T12:00:00' is no time like 2026-11-21T14:30:00Z",
        ),
        (
            "c2,charge,1.00,EUR,1970-03-01T12:00:00Z",
            "occurred_at: '1970-03-01T12:00:00Z' is no time like 2026-11-21T14:30:00Z",
        ),
        (
            "c2,charge,1.00,EUR,2100-03-01T12:00:00Z",
            "occurred_at: '2100-03-01T12:00:00Z' is no time like 2026-11-21T14:30:00Z",
        ),
        (",charge,1.00,EUR,2026-03-01T12:00:00Z", "id: it is empty"),
        (
            f"{'c' * 201},charge,1.00,EUR,2026-03-01T12:00:00Z",
            "id: longer than 200 characters, or not printable",
        ),
        (
            "c\x07,charge,1.00,EUR,2026-03-01T12:00:00Z",
            "id: longer than 200 characters, or not printable",
        ),
        ("c2,charge,1.00,EUR", "It has 4 values under 5 headings"),
        (
            "c1,charge,13.90,EUR,2026-03-01T12:00:00Z",
            "id: 'c1' stands in line 2 with other content",
        ),
        (
            'c2,charge,"1.00,EUR,2026-03-01T12:00:00Z',
            "It is not comma-separated text: unexpected end of data",
        ),
    ],
)
def test_a_line_that_cannot_be_read_says_why(line: str, said: str) -> None:
    assert problems(lines(GOOD, line)) == [(3, said)]


@pytest.mark.parametrize(
    "line",
    [
        "c2,charge,0.01,EUR,1971-01-01T00:00:00Z",
        "c2,charge,0.01,EUR,2099-12-31T23:59:59+02:00",
        f"{'c' * 200},charge,0.01,EUR,2026-03-01T12:00:00Z",
    ],
)
def test_what_is_at_a_limit_is_taken(line: str) -> None:
    assert len(read(lines(line))) == 1


@pytest.mark.parametrize("name", ["payment", "operation"])
def test_an_id_that_is_none_of_ours_is_named(name: str) -> None:
    taken = lines(f"{GOOD},zz", headings=f"{HEADINGS},{name}")
    assert problems(taken) == [(2, f"{name}: 'zz' is no id of ours")]
    assert read(lines(f"{GOOD},", headings=f"{HEADINGS},{name}")) == [SOUND]


def test_a_line_of_another_provider_is_refused() -> None:
    taken = lines(f"{GOOD},stripe", headings=f"{HEADINGS},provider")
    assert problems(taken) == [(2, "provider: 'stripe', but this is a file of testbank")]


@pytest.mark.parametrize(
    ("headings", "said"),
    [
        (
            "txn,kind,amount,currency",
            "The headings lack id, occurred_at; this may be another provider's file",
        ),
        (f"{HEADINGS},net,gross", "Nobody knows the headings 'net', 'gross'"),
        (f"{HEADINGS},id", "A heading stands there twice"),
        (f"{HEADINGS},{'n' * 300}", f"Nobody knows the headings '{'n' * 199}"),
    ],
)
def test_headings_that_are_not_these_say_which_are_needed(headings: str, said: str) -> None:
    assert problems(lines(headings=headings)) == [(1, f"{said}. {NEEDED}")]


def test_an_empty_file_lacks_every_heading() -> None:
    lacking = "id, kind, amount, currency, occurred_at; this may be another provider's file"
    assert problems(file(b"")) == [(1, f"The headings lack {lacking}. {NEEDED}")]


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        (HEADINGS, 2, "It has no lines below its headings"),
        (f"{HEADINGS}\n{GOOD}\nc2,\ud8ff", 3, "It is not text in UTF-8"),
        (f"{HEADINGS}\n{GOOD}\n\n\0", 4, "It is not text: it has a zero byte"),
    ],
)
def test_what_is_no_table_is_refused_at_its_line(content: str, line: int, said: str) -> None:
    assert problems(file(content.encode(errors="surrogatepass"))) == [(line, said)]


def test_a_file_of_too_many_bytes_or_lines_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    two = lines(GOOD, GOOD.replace("c1", "c2"))
    monkeypatch.setattr(settlement_file, "LIMIT_LINES", 2)
    monkeypatch.setattr(settlement_file, "LIMIT_BYTES", len(two.content))
    assert len(read(two)) == 2
    monkeypatch.setattr(settlement_file, "LIMIT_LINES", 1)
    assert problems(two) == [(3, "It has more than 1 lines: split it")]
    monkeypatch.setattr(settlement_file, "LIMIT_BYTES", len(two.content) - 1)
    assert problems(two) == [(0, f"It has more than {len(two.content) - 1} bytes")]
    assert str(refusal(two)).startswith("march.csv was not taken. It has more than")


def test_a_refusal_says_the_first_problem_how_many_more_and_what_to_do() -> None:
    one = refusal(lines(GOOD, "c2"))
    assert str(one) == (
        "march.csv was not taken. Line 3: It has 1 values under 5 headings. Correct it and send it"
        " again; what is known already is not taken twice."
    )
    bad = [f"c{n},charge,x,EUR,now" for n in range(60)]
    many = refusal(lines(GOOD, *bad))
    assert str(many).startswith(
        "march.csv was not taken. Line 3: 'x' is not an amount; write it like 12.90 and 59 more."
    )
    assert many.fields["count"] == 60
    assert len(problems(lines(GOOD, *bad))) == 50


def test_ten_charges_of_which_none_is_known_are_another_shops() -> None:
    records = [SOUND] * 9
    refuse_foreign(lines(), records, 0)
    refuse_foreign(lines(), [*records, SOUND], 1)
    with pytest.raises(SettlementFileRefused) as caught:
        refuse_foreign(lines(), [*records, SOUND], 0)
    assert str(caught.value) == (
        "march.csv was not taken. Line 2: None of its 10 charges and refunds is known here: it may"
        " be another shop's file, or another provider's. Correct it and send it again; what is"
        " known already is not taken twice."
    )


@pytest.mark.parametrize(("kind", "foreign"), [("refund", True), ("fee", False), ("payout", False)])
def test_only_charges_and_refunds_tell_whose_a_file_is(kind: str, foreign: bool) -> None:
    records = read(lines(*(GOOD.replace("c1", f"c{n}") for n in range(9)))) + read(
        lines(GOOD.replace("charge", kind))
    )
    if not foreign:
        refuse_foreign(lines(), records, 0)
        return
    with pytest.raises(SettlementFileRefused):
        refuse_foreign(lines(), records, 0)
