"""Whoever is erased leaves no trace in the counters of vouchers; the uses stay counted."""

import pytest

from events.facts import publish
from events.privacy.erasing import CustomerErased
from modules.kernel import clock
from modules.promotions.models import Holder, Use
from modules.promotions.selectors import vouchers
from tests.promotions.offering import voucher
from tests.promotions.test_limits import claim


@pytest.mark.django_db
def test_uses_of_an_erased_customer_stay_counted_without_saying_whose_they_were() -> None:
    claim(voucher(limit=None, limit_per_customer=2))
    subject = Use.objects.get().subject
    assert subject is not None
    publish(CustomerErased(subjects=frozenset({subject}), erased_at=clock.now()))
    assert Use.objects.get().subject is None
    assert not Holder.objects.exists()
    assert vouchers("spring")[0].used == 1
