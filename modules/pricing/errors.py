"""Why a price, a tax or a quote is refused."""

from modules.kernel.errors import Conflict, NotFound


class PriceNotFound(NotFound):
    """No price in this currency at this time; fields: `sku`, `currency`."""

    code = "price-not-found"


class PriceRefused(Conflict):
    """A listing that cannot be right: a negative price, or a comparison price below it."""

    code = "price-refused"


class TaxRuleMissing(Conflict):
    """The shop has no tax rule for a class in a country it delivers to."""

    code = "tax-rule-missing"


class TaxRuleFixed(Conflict):
    """A stored version of a tax rule says something else; a new rate is a new version."""

    code = "tax-rule-fixed"


class VatIdRefused(Conflict):
    """Not a VAT id of a member state of the European Union. Field: `field`."""

    code = "vat-id-refused"


class QuoteRefused(Conflict):
    """The request cannot be priced: quantities, amounts or currencies that make no sense."""

    code = "quote-refused"
