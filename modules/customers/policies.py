"""What other people's facts mean for accounts."""

from events.facts import subscribe
from events.privacy.erasing import CustomerErased
from modules.customers.commands import close_accounts


def close_the_account(fact: CustomerErased) -> None:
    close_accounts(fact.subjects, fact.erased_at)


subscribe(CustomerErased, close_the_account)
