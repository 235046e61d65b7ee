"""The one NinjaAPI: each module's router is mounted here, with who may call it."""

from typing import Any

from ninja import NinjaAPI, Router

from config.api_access import Anybody, Holder
from config.api_bodies import StrictParser
from config.api_docs import VendoredSwagger
from config.api_guard import guarded, listed, repeatable
from config.api_openapi import ShopOpenAPI
from config.problems import install
from modules.carts import api as carts
from modules.catalog import api as catalog
from modules.customers import api as customers
from modules.inventory import api as inventory
from modules.pricing import api as pricing
from modules.shipping import api as shipping

DESCRIPTION = """
Everything the shop does, for machines. Amounts are whole minor units with their currency; moments
are RFC 3339 with an offset; identifiers are UUIDs. Every refusal is problem JSON (RFC 9457) whose
`type` is a page that says what to do. A change sent with an `Idempotency-Key` happens once.
"""


class ShopAPI(NinjaAPI):
    """Names operations by their view and describes them as the shop answers."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> ShopOpenAPI:
        if path_prefix is None:
            path_prefix = self.get_root_path(path_params or {})
        return ShopOpenAPI(self, path_prefix)

    def get_openapi_operation_id(self, operation: Any) -> str:
        module = operation.view_func.__module__.split(".")[1]
        staff = "staff_" if str(operation.tags or "").startswith("['staff") else ""
        return f"{module}_{staff}{operation.view_func.__name__}"


api = ShopAPI(
    title="Counterfoil",
    version="1.0.0",
    description=DESCRIPTION,
    urls_namespace="api",
    docs=VendoredSwagger(),
    parser=StrictParser(),
)
install(api)
api.add_decorator(guarded, mode="view")
api.add_decorator(listed, mode="operation")
api.add_decorator(repeatable, mode="operation")

PUBLIC: tuple[Router, ...] = (
    catalog.router,
    pricing.router,
    inventory.router,
    shipping.router,
    carts.router,
    customers.router,
)
for public in PUBLIC:
    api.add_router("", public, auth=Anybody())

api.add_router("/staff", pricing.staff_router, auth=Holder("catalog:read", "prices:write"))
api.add_router("/staff", inventory.staff_router, auth=Holder("stock:write"))
