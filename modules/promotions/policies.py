"""What other people's facts mean for promotions."""

from events.facts import subscribe
from events.privacy.erasing import CustomerErased
from modules.promotions.models import Holder, Use


def forget_the_customer(fact: CustomerErased) -> None:
    """Drops whose uses were counted; that they were used stays."""
    Holder.objects.filter(subject__in=fact.subjects).delete()
    Use.objects.filter(subject__in=fact.subjects).update(subject=None)


subscribe(CustomerErased, forget_the_customer)
