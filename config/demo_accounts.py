"""The three sign-ins of the demo shop; a shop in production refuses to start while they exist."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoAccount:
    email: str
    # Printed at every start of the demo shop, so it protects nothing and is meant to.
    password: str
    name: str
    is_staff: bool = False
    # Names of the Django groups that give the role.
    groups: tuple[str, ...] = ()


STAFF = DemoAccount(
    email="staff@halftone.example",
    password="ships-at-noon",
    name="Sascha Staff",
    is_staff=True,
    groups=("staff",),
)
AUDITOR = DemoAccount(
    email="auditor@halftone.example",
    password="every-cent-twice",
    name="Aude Itor",
    groups=("auditor",),
)
SHOPPER = DemoAccount(
    email="shopper@halftone.example", password="prints-and-paper", name="Sam Shopper"
)
DEMO_ACCOUNTS = (STAFF, AUDITOR, SHOPPER)
