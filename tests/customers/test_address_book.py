"""A customer's address book has one default at most, and nobody else's entries."""

from dataclasses import replace
from uuid import UUID

import pytest

from modules.customers.commands import remove_address, save_address
from modules.customers.contracts import (
    AddressNotFound,
    CustomerNotFound,
    RemoveAddress,
    SaveAddress,
)
from modules.customers.models import User
from modules.customers.selectors import addresses, customer
from modules.kernel.address import Address
from modules.kernel.identity import new_id

pytestmark = pytest.mark.django_db

PARIS = Address(
    name="Ada Lovelace", line1="1 rue de Rivoli", city="Paris", postcode="75001", country="FR"
)
LYON = replace(PARIS, city="Lyon", postcode="69001")


@pytest.fixture
def ada(db: None) -> UUID:
    return User.objects.create_user("Ada@Example.org", name="Ada").id


def cities(customer_id: UUID) -> list[tuple[str, bool]]:
    return [(each.address.city, each.is_default) for each in addresses(customer_id)]


def test_a_customer_is_known_by_a_lower_case_address(ada: UUID) -> None:
    assert (customer(ada).email, customer(ada).name) == ("ada@example.org", "Ada")


def test_a_closed_account_is_not_found(ada: UUID) -> None:
    User.objects.filter(id=ada).update(is_active=False)
    with pytest.raises(CustomerNotFound):
        customer(ada)


def test_the_first_address_is_the_default_until_another_is_chosen(ada: UUID) -> None:
    save_address(SaveAddress(customer_id=ada, address=PARIS))
    save_address(SaveAddress(customer_id=ada, address=LYON))
    assert cities(ada) == [("Paris", True), ("Lyon", False)]
    lyon = addresses(ada)[1].id
    save_address(SaveAddress(customer_id=ada, address=LYON, is_default=True, address_id=lyon))
    assert cities(ada) == [("Lyon", True), ("Paris", False)]


def test_an_address_is_replaced_by_its_id(ada: UUID) -> None:
    saved = save_address(SaveAddress(customer_id=ada, address=PARIS))
    assert save_address(SaveAddress(customer_id=ada, address=LYON, address_id=saved)) == saved
    assert addresses(ada)[0].address == LYON
    assert cities(ada) == [("Lyon", True)]


def test_another_default_follows_when_the_default_is_removed(ada: UUID) -> None:
    paris = save_address(SaveAddress(customer_id=ada, address=PARIS))
    save_address(SaveAddress(customer_id=ada, address=LYON))
    remove_address(RemoveAddress(customer_id=ada, address_id=paris))
    assert cities(ada) == [("Lyon", True)]


def test_nobody_touches_the_address_of_somebody_else(ada: UUID) -> None:
    eve = User.objects.create_user("eve@example.org").id
    paris = save_address(SaveAddress(customer_id=ada, address=PARIS))
    with pytest.raises(AddressNotFound):
        save_address(SaveAddress(customer_id=eve, address=LYON, address_id=paris))
    with pytest.raises(AddressNotFound):
        remove_address(RemoveAddress(customer_id=eve, address_id=paris))
    assert cities(ada) == [("Paris", True)]


def test_an_account_that_does_not_exist_has_no_address_book() -> None:
    with pytest.raises(CustomerNotFound):
        save_address(SaveAddress(customer_id=new_id(), address=PARIS))
