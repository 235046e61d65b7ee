"""VAT ids, and when the buyer accounts for the tax instead of the shop.

Format and check digits are those of each member state, by python-stdnum. Whether an id is in use
today only the tax office knows (VIES); what is checked here keeps out what cannot be one.
"""

from stdnum.eu import vat
from stdnum.exceptions import ValidationError

from modules.pricing.contracts import VatIdRefused

LONGEST = 20
# What tax offices write where ISO 3166 says something else.
ISO = {"EL": "GR", "XI": "GB"}
MEMBERS = frozenset(ISO.get(code.upper(), code.upper()) for code in vat.MEMBER_STATES) - {"GB"}


def checked_vat_id(typed: str) -> str:
    """Returns an id as it is written officially: country, then the rest, without spaces.

    Raises:
        VatIdRefused: not an id of a member state, or its check digits are wrong.
    """
    try:
        if len(typed) > LONGEST:
            raise ValidationError
        return str(vat.validate(typed)).upper()
    except ValidationError:
        raise VatIdRefused(
            "Enter a VAT number of a country of the European Union, with the two letters of the "
            "country, such as DE136695976",
            field="vat_id",
        ) from None


def is_vat_id(text: str) -> bool:
    """Tells whether a text is a VAT id, written officially or not."""
    return len(text) <= LONGEST and bool(vat.is_valid(text))


def country_of(vat_id: str) -> str:
    """Returns the country (ISO 3166-1) that gave out an id."""
    return ISO.get(vat_id[:2], vat_id[:2])


def is_reverse_charge(vat_id: str, *, seller: str, destination: str) -> bool:
    """Tells whether a business that is named by this id accounts for the tax itself.

    So it is where goods go from one member state to another, to somebody with a VAT id of another
    state than the seller's (Directive 2006/112/EC, articles 138 and 196).
    """
    if not vat_id or destination == seller or not {seller, destination} <= MEMBERS:
        return False
    return is_vat_id(vat_id) and country_of(vat_id.upper()) != seller
