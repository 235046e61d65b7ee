"""The running shop as a trade client sees it: its HTTP API and nothing else."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import batched
from typing import Any
from uuid import UUID

import httpx

from modules.kernel.identity import derived_id

CURRENCY = "GBP"
LOOKED_UP_AT_ONCE = 200
ATTEMPTS = 5
# What the key of a replay must be allowed.
SCOPES = (
    "catalog:read",
    "carts:write",
    "orders:read",
    "orders:write",
    "payments:write",
    "prices:write",
    "stock:write",
)

type Json = Any


class ShopUnreachable(Exception):
    """Nothing answers at the address, or not as a shop; the message says what to do."""


class Refused(Exception):
    """The shop refused a request; `code` is the problem's, the message its sentence."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.status = status
        self.code = code


@dataclass(frozen=True, slots=True)
class Shop:
    """Calls one shop with an API key; what is not answered is asked again under the same key."""

    client: httpx.Client
    key: str

    def get(self, path: str, **parameters: Any) -> Json:
        return self.call("GET", path, parameters=parameters)

    def post(self, path: str, body: Mapping[str, Any], *, once: str = "") -> Json:
        """Sends a change; `once` names it, so that repeating it changes nothing."""
        headers = {"Idempotency-Key": str(derived_id("replay", path, once))} if once else {}
        return self.call("POST", path, body=body, headers=headers)

    def call(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        parameters: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Json:
        sent = {"Authorization": f"Bearer {self.key}", **(headers or {})}
        for attempt in range(1, ATTEMPTS + 1):
            try:
                response = self.client.request(
                    method, f"/api{path}", json=body, params=parameters, headers=sent
                )
            except httpx.TransportError as error:
                if attempt == ATTEMPTS:
                    raise ShopUnreachable(
                        f"No shop answers at {self.client.base_url}: {error}. "
                        "Start it (`python manage.py up`) or give its address with --url."
                    ) from None
                time.sleep(0.2 * 2**attempt)
                continue
            if response.status_code in (429, 503) and attempt < ATTEMPTS:
                time.sleep(min(30, int(response.headers.get("Retry-After", "1"))))
                continue
            return answer(response)
        raise AssertionError("the last attempt returns or raises")

    def look_up(self, path: str, skus: Iterable[str], **parameters: Any) -> dict[str, Json]:
        """Returns what an address says of each SKU that it knows."""
        found = {}
        for batch in batched(sorted(set(skus)), LOOKED_UP_AT_ONCE, strict=False):
            for row in self.get(path, sku=list(batch), **parameters):
                found[row["sku"]] = row
        return found

    def order(self, order_id: UUID) -> Json | None:
        """Returns an order, or None if the shop has none of this id."""
        try:
            return self.get(f"/orders/{order_id}")
        except Refused as refusal:
            if refusal.status == 404:
                return None
            raise


def answer(response: httpx.Response) -> Json:
    if response.status_code == 204:
        return None
    try:
        content = response.json()
    except ValueError:
        raise ShopUnreachable(
            f"{response.url} answers {response.status_code} without JSON: is this a shop?"
        ) from None
    if response.status_code >= 400:
        code, detail = content.get("code", "problem"), content.get("detail", "")
        if response.status_code in (401, 403):
            raise ShopUnreachable(f"The shop does not accept the key: {detail}")
        raise Refused(response.status_code, code, detail)
    return content
