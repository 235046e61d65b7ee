"""The one NinjaAPI: each module's router is mounted here, with who may call it."""

from typing import Any

from django.conf import settings
from django.utils.csp import CSP
from django.views.decorators.csp import csp_override
from ninja import NinjaAPI
from ninja.operation import Operation, PathView
from ninja.router import BoundRouter

from config import api_effects as effects
from config.api_access import Anybody, Holder, Somebody
from config.api_bodies import StrictParser
from config.api_docs import VendoredSwagger
from config.api_guard import guarded, listed, repeatable
from config.api_limits import GuestLimit
from config.api_openapi import ShopOpenAPI
from config.problems import install
from modules.audit.api import past, proofs
from modules.audit.api import streams as audit
from modules.carts import api as carts
from modules.catalog import api as catalog
from modules.checkout.api import buying as checkout
from modules.checkout.api import trying
from modules.customers import api as customers
from modules.inventory import api as inventory
from modules.invoicing import api as invoicing
from modules.ledger.api import books, cases
from modules.orders.api import buying, staff
from modules.payments import api as payments
from modules.pricing import api as pricing
from modules.privacy import api as privacy
from modules.promotions.api import campaigns, offers
from modules.shipping import api as shipping
from modules.webhooks.api import deliveries, endpoints

DESCRIPTION = """
Everything the shop does, for machines. Amounts are whole minor units with their currency; moments
are RFC 3339 with an offset; identifiers are UUIDs. Every refusal is problem JSON (RFC 9457) whose
`type` is a page that says what to do. A change sent with an `Idempotency-Key` happens once.
"""


class ShopAPI(NinjaAPI):
    """Names operations by module and view, and describes them as the shop answers."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> ShopOpenAPI:
        if path_prefix is None:
            path_prefix = self.get_root_path(path_params or {})
        return ShopOpenAPI(self, path_prefix)

    def get_openapi_operation_id(self, operation: Operation) -> str:
        module = operation.view_func.__module__.split(".")[1]
        area = "staff_" if operation.tags and operation.tags[0].startswith("staff") else ""
        return f"{module}_{area}{operation.view_func.__name__}"

    def _get_bound_routers(self) -> list[BoundRouter]:
        # Two routers that answer one path would be two addresses, of which Django finds the first.
        first_time = self._bound_routers_cache is None
        routers = super()._get_bound_routers()
        if first_time:
            join_paths(routers)
        return routers


def join_paths(routers: list[BoundRouter]) -> None:
    """Gives each path one view with the methods of all routers that answer it."""
    known: dict[str, PathView] = {}
    for router in routers:
        for path, view in list(router.path_operations.items()):
            first = known.setdefault(f"{router.prefix}{path}", view)
            if first is not view:
                first.operations.extend(view.operations)
                del router.path_operations[path]


api = ShopAPI(
    title="Counterfoil",
    version="1.0.0",
    description=DESCRIPTION,
    urls_namespace="api",
    docs=VendoredSwagger(),
    # Swagger UI draws its icons from data: addresses; nothing else of the policy is loosened.
    docs_decorator=csp_override({**settings.SECURE_CSP, "img-src": [CSP.SELF, "data:"]}),
    parser=StrictParser(),
)
install(api)
api.add_decorator(guarded, mode="view")
api.add_decorator(listed, mode="operation")
api.add_decorator(repeatable, mode="operation")

BROWSING = GuestLimit("browsing", 600)
BASKETS = GuestLimit("baskets", 240)
ORDERING = GuestLimit("ordering", 60)
PAYING = GuestLimit("paying", 20)

for looking in (catalog.router, pricing.router, inventory.router, shipping.router):
    api.add_router("", looking, auth=Anybody(), throttle=BROWSING)
api.add_router("", customers.router, auth=Anybody())
api.add_router("", privacy.router, auth=Anybody(), throttle=PAYING)
api.add_router("", carts.router, auth=Anybody(), throttle=BASKETS)
api.add_router("", checkout.baskets_router, auth=Anybody(), throttle=BASKETS)
api.add_router("", checkout.router, auth=Anybody(), throttle=ORDERING)

# Who holds an order is decided by its view: a token opens one, a customer has some, a key all.
api.add_router("", buying.router, auth=Somebody(), throttle=BROWSING)
api.add_router("", invoicing.router, auth=Somebody(), throttle=BROWSING)
api.add_router("", checkout.paying_router, auth=Somebody(), throttle=PAYING)

# Providers sign what they send.
api.add_router("", payments.notifications_router, auth=None)

api.add_router("", effects.router, auth=Holder("orders:read", "orders:write"))
api.add_router("/staff", pricing.staff_router, auth=Holder("catalog:read", "prices:write"))
for offering in (trying, offers, campaigns):
    api.add_router("/staff", offering.router, auth=Holder("catalog:read", "prices:write"))
api.add_router("/staff", inventory.staff_router, auth=Holder("stock:write"))
api.add_router("/staff", staff.router, auth=Holder("orders:read", "orders:write"))
api.add_router("/staff", staff.money_router, auth=Holder("orders:read", "payments:write"))
api.add_router("/staff", payments.staff_router, auth=Holder("orders:read", "payments:write"))
for hooks in (endpoints, deliveries):
    api.add_router("/staff", hooks.router, auth=Holder("webhooks:read", "webhooks:write"))
# Whoever holds a receipt compares it with these.
api.add_router("", proofs.public_router, auth=Anybody(), throttle=BROWSING)
api.add_router("/audit", audit.router, auth=Holder("audit:read"))
api.add_router("/audit", proofs.router, auth=Holder("audit:read"))
api.add_router("/audit", past.router, auth=Holder("audit:read"))
for accounting in (books, cases):
    api.add_router("/ledger", accounting.router, auth=Holder("books:read", "books:write"))
