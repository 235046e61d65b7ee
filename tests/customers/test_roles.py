"""Who may do what in the shop."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError

from modules.customers.commands import ensure_role
from modules.customers.contracts import RoleUnknown
from modules.customers.models import User
from modules.customers.selectors import has_role

pytestmark = pytest.mark.django_db


def test_an_account_has_the_roles_it_was_given_and_no_other() -> None:
    ensure_role("staff@example.org", "correct horse", "staff", "Sam")
    ensure_role("audit@example.org", "correct horse", "auditor", "Aude")
    sam, aude = User.objects.order_by("-email")
    assert (has_role(sam, "staff"), has_role(sam, "auditor")) == (True, False)
    assert (has_role(aude, "staff"), has_role(aude, "auditor")) == (False, True)
    assert (sam.is_staff, aude.is_staff) == (True, False)


def test_ensuring_a_role_twice_makes_one_account_with_the_newest_password() -> None:
    first = ensure_role("Staff@example.org", "old password", "staff", "Sam")
    again = ensure_role("staff@EXAMPLE.org", "new password", "staff", "Sam")
    assert first == again
    assert User.objects.get().check_password("new password")


def test_guests_and_closed_accounts_have_no_role() -> None:
    ensure_role("staff@example.org", "correct horse", "staff", "Sam")
    user = User.objects.get()
    user.is_active = False
    assert not has_role(user, "staff")
    assert not has_role(AnonymousUser(), "staff")


def test_a_role_nobody_knows_is_refused() -> None:
    with pytest.raises(RoleUnknown):
        ensure_role("x@example.org", "correct horse", "owner", "")
    assert not User.objects.exists()


def test_two_accounts_cannot_differ_by_the_case_of_their_address_alone() -> None:
    User.objects.create(email="ada@example.org")
    with pytest.raises(IntegrityError):
        User.objects.create(email="ADA@example.org")
