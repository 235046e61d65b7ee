"""What other people's facts mean for baskets."""

from events.facts import subscribe
from events.privacy.erasing import CustomerErased
from events.privacy.secrets import guest_subject
from modules.carts.models import Cart


def forget_the_customer(fact: CustomerErased) -> None:
    """Empties contact and addresses of baskets that belong to the account or name the address."""
    known = Cart.objects.filter(updated_at__lte=fact.erased_at)
    named = {
        email
        for email in known.exclude(email="").values_list("email", flat=True).distinct()
        if guest_subject(email) in fact.subjects
    }
    blank = {"email": "", "delivery_address": None, "billing_address": None, "vat_id": ""}
    known.filter(email__in=named).update(**blank)
    known.filter(customer_id__in=fact.subjects).update(**blank)


subscribe(CustomerErased, forget_the_customer)
