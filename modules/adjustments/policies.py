"""What other people's facts mean for adjustments."""

from events.facts import subscribe
from events.privacy.erasing import CustomerErased
from modules.adjustments.models import AdjustmentRow
from modules.adjustments.projections import fold_again


def forget_the_party(fact: CustomerErased) -> None:
    """Drops whose documents they are from the lists; the sums stay."""
    found = AdjustmentRow.objects.filter(subject__in=fact.subjects).order_by("id")
    fold_again(found.values_list("id", flat=True))


subscribe(CustomerErased, forget_the_party)
