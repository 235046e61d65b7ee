"""A dump of the whole database, as a thief of a backup would read it."""

import subprocess
from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import connection

from config.embedded import binaries
from modules.customers.commands import ensure_role, save_address
from modules.customers.contracts import SaveAddress
from tests.privacy.planted import DELIVERED, EMAIL, MARKS, trade
from tests.support.trade import forget_everything, open_shop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _empty_shop() -> Iterator[None]:
    forget_everything()
    open_shop()
    yield
    forget_everything()


def dumped() -> str:
    """Returns everything that pg_dump writes of the test's database, lower case."""
    known = connection.settings_dict
    program = binaries() / "pg_dump"
    if not program.exists():
        pytest.skip("the packaged PostgreSQL brings no pg_dump here")
    words = [program, "-h", known["HOST"], "-U", known["USER"], "-d", known["NAME"]]
    if known["PORT"]:
        words += ["-p", known["PORT"]]
    done = subprocess.run([str(each) for each in words], capture_output=True, text=True, check=True)
    return done.stdout.lower()


def marks_in(text: str) -> list[str]:
    # Binary columns are dumped in hexadecimal.
    return [mark for mark in MARKS if mark in text or mark.encode().hex() in text]


def test_a_dump_after_an_erasure_holds_no_planted_mark() -> None:
    trade()
    customer_id = ensure_role(EMAIL, "a-long-password", "", "Quaxilda Zornwhistle")
    save_address(SaveAddress(customer_id=customer_id, address=DELIVERED))
    trade(customer_id)
    before = dumped()
    assert marks_in(before) != []
    call_command("customer_erase", EMAIL, "--yes", verbosity=0)
    after = dumped()
    assert after.count("$sealed") == before.count("$sealed") > 0
    assert marks_in(after) == []
