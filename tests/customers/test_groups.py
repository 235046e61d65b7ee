"""Customers are put into groups, which promotions look at; roles of the shop are no groups."""

from dataclasses import replace
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command

from modules.carts.commands import add_line, create_cart
from modules.carts.contracts import AddLine, CreateCart
from modules.checkout.commands import place_order
from modules.checkout.selectors import basket
from modules.customers.commands import ensure_role, set_customer_groups
from modules.customers.contracts import RoleUnknown, SetCustomerGroups
from modules.customers.models import User
from modules.customers.selectors import customer_groups, has_role
from tests.promotions.offering import promote
from tests.support.trade import PRICES, PRINT, checkout, open_shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada() -> UUID:
    return ensure_role("ada@example.org", "a-long-password", "staff")


def test_groups_are_set_and_the_role_stays(ada: UUID) -> None:
    set_customer_groups(SetCustomerGroups(customer_id=ada, groups=("trade", "press")))
    assert customer_groups(ada) == ("press", "trade")
    call_command("customer_groups", "ada@example.org", "press")
    assert customer_groups(ada) == ("press",)
    assert has_role(User.objects.get(id=ada), "staff")


def test_a_role_is_never_given_as_a_group(ada: UUID) -> None:
    with pytest.raises(RoleUnknown):
        set_customer_groups(SetCustomerGroups(customer_id=ada, groups=("auditor",)))
    with pytest.raises(CommandError, match="cannot be a group"):
        call_command("customer_groups", "ada@example.org", "auditor")
    with pytest.raises(CommandError, match="There is no account"):
        call_command("customer_groups", "nobody@example.org", "trade")


def test_promotions_for_a_group_and_for_a_first_order_reach_whom_they_are_for(ada: UUID) -> None:
    open_shop()
    set_customer_groups(SetCustomerGroups(customer_id=ada, groups=("trade",)))
    promote("trade", label="Trade", off=10, groups=("trade",))
    promote("first", label="First", off=5, first_order=True)

    def labels() -> list[str]:
        cart = create_cart(CreateCart(currency="EUR", country="FR", customer_id=ada))
        line = AddLine(cart_id=cart.id, sku=PRINT, quantity=1, unit_price_minor=PRICES[PRINT])
        add_line(line)
        found = [row.label for row in basket(cart.id).discounts]
        place_order(replace(checkout(cart), customer_id=ada))
        return found

    assert (labels(), labels()) == (["First", "Trade"], ["Trade"])
