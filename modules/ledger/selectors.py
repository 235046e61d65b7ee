"""What can be asked of the books."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import LiteralString
from uuid import UUID

from django.db.models import Count

from events.database import fetch
from events.store import log_head
from modules.adjustments.contracts import joined
from modules.ledger.contracts import (
    Account,
    Balance,
    By,
    Case,
    CaseNotFound,
    CurrencyTotal,
    Reconciliation,
    TrialBalance,
)
from modules.ledger.domain import accounts
from modules.ledger.models import CaseRow, PassRow
from modules.ledger.projections import Journal
from modules.ledger.reading import CLOCKS, journal, journal_file, order_entries, statement
from modules.ledger.repeating import discrepancies, discrepancy_report, what_if
from modules.payments import selectors as payments

__all__ = [
    "behind",
    "booked_up_to",
    "case",
    "case_counts",
    "cases",
    "chart",
    "discrepancies",
    "discrepancy_report",
    "journal",
    "journal_file",
    "order_entries",
    "reconcilable",
    "reconciliations",
    "statement",
    "trial_balance",
    "what_if",
]

_BALANCES: LiteralString = (
    "SELECT account, currency, count(*),"
    " coalesce(sum(amount_minor) FILTER (WHERE amount_minor >= 0), 0),"
    " coalesce(sum(rest_millionths) FILTER (WHERE amount_minor >= 0), 0),"
    " coalesce(sum(amount_minor) FILTER (WHERE amount_minor < 0), 0),"
    " coalesce(sum(rest_millionths) FILTER (WHERE amount_minor < 0), 0)"
    " FROM ledger_leg WHERE %s::timestamptz IS NULL OR {clock} <= %s"
    " GROUP BY account, currency"
)
_CUSTOMERS: LiteralString = (
    "SELECT currency, coalesce(sum(amount) FILTER (WHERE amount > 0), 0),"
    " coalesce(sum(amount) FILTER (WHERE amount < 0), 0)"
    " FROM (SELECT currency, order_id, sum(amount_minor) AS amount FROM ledger_leg"
    " WHERE account = %s AND (%s::timestamptz IS NULL OR {clock} <= %s)"
    " GROUP BY currency, order_id) each_order GROUP BY currency"
)


def chart() -> tuple[Account, ...]:
    """Returns every account that has a leg, in the order of the chart."""
    rows = fetch("SELECT DISTINCT account FROM ledger_leg")
    return tuple(sorted((accounts.account(row[0]) for row in rows), key=place))


def place(account: Account) -> tuple[int, str]:
    return account.number, account.name


def booked_up_to() -> int:
    """Returns the position of the log up to which the books are; 0 before the first."""
    rows = fetch(
        "SELECT position FROM es.projection WHERE name = %s AND state = 'live'", (Journal.name,)
    )
    return rows[0][0] if rows else 0


def behind() -> int:
    """Returns how many events of the log the books have still to read."""
    return log_head() - booked_up_to()


def trial_balance(at: datetime | None = None, by: By = "recorded") -> TrialBalance:
    """Returns all accounts as of a time, the present without one.

    `by` effective answers what had happened until then, by recorded what the shop knew then.
    """
    rows = fetch(_BALANCES.replace("{clock}", CLOCKS[by]), (at, at))
    found = [_balance(*row) for row in rows]
    found.sort(key=lambda each: (each.currency, *place(each.account)))
    customers = {
        row[0]: row[1:]
        for row in fetch(_CUSTOMERS.replace("{clock}", CLOCKS[by]), (accounts.RECEIVABLE, at, at))
    }
    currencies = sorted({each.currency for each in found})
    return TrialBalance(
        at=at,
        by=by,
        position=booked_up_to(),
        balances=tuple(found),
        totals=tuple(_total(each, found, customers.get(each, (0, 0))) for each in currencies),
    )


def _balance(
    name: str,
    currency: str,
    legs: int,
    debit_minor: int,
    debit_rest: int,
    credit_minor: int,
    credit_rest: int,
) -> Balance:
    debit = joined(int(debit_minor), int(debit_rest), currency)
    credit = -joined(int(credit_minor), int(credit_rest), currency)
    return Balance(
        account=accounts.account(name),
        currency=currency,
        debit=debit,
        credit=credit,
        amount=debit - credit,
        legs=legs,
    )


def _total(currency: str, balances: Sequence[Balance], customers: tuple[int, int]) -> CurrencyTotal:
    own = [each for each in balances if each.currency == currency]
    return CurrencyTotal(
        currency=currency,
        debit=sum((each.amount for each in own if each.amount > 0), Decimal()),
        credit=-sum((each.amount for each in own if each.amount < 0), Decimal()),
        result=-sum(
            (each.amount for each in own if each.account.type in ("income", "expense")),
            Decimal(),
        ),
        customers_owe=joined(int(customers[0]), 0, currency),
        customers_prepaid=-joined(int(customers[1]), 0, currency),
    )


def cases(status: str = "open", *, limit: int = 200) -> tuple[Case, ...]:
    """Returns the newest cases of a status: open, agreed or closed."""
    rows = CaseRow.objects.filter(status=status).order_by("-opened_at", "id")
    return tuple(_case(row) for row in rows[:limit])


def case_counts() -> dict[str, int]:
    """Returns how many cases there are of each status that has any."""
    found = CaseRow.objects.order_by().values_list("status").annotate(Count("id"))
    return dict(found)


def case(case_id: UUID) -> Case:
    """Returns a case. Raises: CaseNotFound."""
    row = CaseRow.objects.filter(id=case_id).first()
    if row is None:
        raise CaseNotFound("There is no such case.", case_id=case_id)
    return _case(row)


def reconciliations(limit: int = 20) -> tuple[Reconciliation, ...]:
    """Returns the last passes, the newest first."""
    fields = list(Reconciliation.__dataclass_fields__)
    rows = PassRow.objects.order_by("-started_at").values(*fields)[:limit]
    return tuple(Reconciliation(**row) for row in rows)


def reconcilable() -> tuple[str, ...]:
    """Returns the codes of the providers that can be asked for their books."""
    return payments.settling_providers()


def _case(row: CaseRow) -> Case:
    return Case(
        id=row.id,
        provider=row.provider,
        kind=row.kind,  # type: ignore[arg-type]  # stored from the same literal
        status=row.status,  # type: ignore[arg-type]  # stored from the same literal
        amount_minor=row.amount_minor,
        currency=row.currency,
        evidence=row.evidence,
        order_id=row.order_id,
        opened_at=row.opened_at,
        closed_at=row.closed_at,
        closed_by=row.closed_by,
        reason=row.reason,
    )
