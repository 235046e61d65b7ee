"""The OpenAPI document, with what holds for every operation written into each of them."""

from typing import Any

from ninja.errors import ConfigError
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from config.api_access import Holder, Somebody
from config.api_guard import is_notification, known_parameters
from config.api_webhooks import described
from config.problems import MEDIA_TYPE
from events.context import SAFE_METHODS

REFERENCE = {"$ref": "#/components/schemas/Problem"}

PROBLEM = {
    "title": "Problem",
    "description": "A refused request, as RFC 9457 writes it.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance", "code"],
    "properties": {
        "type": {
            "type": "string",
            "format": "uri",
            "description": "Address of a page that says what happened and what to do.",
            "examples": ["https://shop.example/problems/out-of-stock"],
        },
        "title": {"type": "string", "description": "The same for every answer of this type."},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "description": "What is wrong with this request."},
        "instance": {"type": "string", "description": "The path that was called."},
        "code": {"type": "string", "description": "The type's last part.", "examples": ["busy"]},
        "errors": {
            "type": "array",
            "description": "Each wrong field: a JSON pointer into the body, or a parameter.",
            "items": {
                "type": "object",
                "required": ["detail"],
                "properties": {
                    "pointer": {"type": "string", "examples": ["#/lines/0/quantity"]},
                    "parameter": {"type": "string", "examples": ["limit"]},
                    "in": {"type": "string", "enum": ["query", "path", "header", "cookie"]},
                    "detail": {"type": "string"},
                },
            },
        },
        "fields": {
            "type": "object",
            "description": "Facts for machines; which ones, the page of the type says.",
            "additionalProperties": True,
        },
    },
}

SCHEMES = {
    "key": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API key (`cfk_...`) with scopes, or the token of one order.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "counterfoil",
        "description": "A signed-in browser; changes also need the `X-CSRFToken` header.",
    },
    "basket": {
        "type": "apiKey",
        "in": "header",
        "name": "X-Cart-Token",
        "description": "The token that came with the basket.",
    },
}

DESCRIPTIONS = {
    400: "The message cannot be verified or read.",
    401: "The credentials are missing or not valid.",
    403: "The credentials do not allow this.",
    404: "It does not exist, or not for the caller.",
    409: "The present state does not allow it, or the Idempotency-Key was used already.",
    413: "The body is too large.",
    415: "The body is not application/json.",
    422: "Fields or parameters are missing, unknown or out of bounds.",
    429: "Too many requests; wait as long as `Retry-After` says.",
    503: "Not now; repeat after `Retry-After` seconds with the same Idempotency-Key.",
}

IDEMPOTENCY_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "description": "Sent again with the same body, the first answer comes back and nothing is done "
    "twice. Without credentials it has at least 22 characters.",
    "schema": {
        "type": "string",
        "minLength": 1,
        "maxLength": 255,
        "pattern": "^[!-~]+$",
        "examples": ["0192f0c1-7d1c-7b8e-9a51-6f0d2b8c4e11"],
    },
}


class ShopOpenAPI(OpenAPISchema):
    """Adds to each operation its refusals, its credentials and the idempotency key."""

    def operation_details(self, operation: Operation) -> dict[str, Any]:
        details: dict[str, Any] = super().operation_details(operation)
        for parameter in details["parameters"]:
            # OpenAPI wants one example here, or a map of named ones; the list is JSON Schema's.
            if examples := parameter.pop("examples", None):
                parameter["example"] = examples[0]
        for status in refusals(operation):
            details["responses"].setdefault(
                status,
                {
                    "description": DESCRIPTIONS[status],
                    "content": {MEDIA_TYPE: {"schema": REFERENCE}},
                },
            )
        if security := credentials(operation):
            details["security"] = security
        if changes(operation) and not is_notification(operation):
            details["parameters"].append(IDEMPOTENCY_KEY)
        return details

    def get_components(self) -> dict[str, Any]:
        components: dict[str, Any] = super().get_components()
        components["schemas"]["Problem"] = PROBLEM
        components["securitySchemes"] = SCHEMES
        self["webhooks"], messages = described()
        self.add_schema_definitions(messages)
        return components

    def add_schema_definitions(self, definitions: dict[str, Any]) -> None:
        for name, schema in definitions.items():
            if self.schemas.get(name, schema) != schema:
                raise ConfigError(f"two different schemas are called {name}: rename one")
        super().add_schema_definitions(definitions)


def changes(operation: Operation) -> bool:
    return not SAFE_METHODS.issuperset(operation.methods)


def refusals(operation: Operation) -> list[int]:
    """Returns the statuses with which an operation may refuse."""
    # An outage and an unknown parameter can meet any request, a wrong key any but the raw ones.
    statuses = {422, 503}
    if not is_notification(operation):
        statuses |= {401, 403}
    if "{" in operation.path or changes(operation):
        statuses |= {404}
    if changes(operation):
        statuses |= {403, 409, 413, 415}
    if "as_known_at" in known_parameters(operation):
        # A moment that is still to come.
        statuses |= {409}
    if operation.throttle_objects:
        statuses |= {429}
    statuses |= set((operation.openapi_extra or {}).get("x-refusals", ()))
    return sorted(statuses)


def credentials(operation: Operation) -> list[dict[str, list[str]]]:
    """Returns the alternative credentials; an empty one first where none are needed."""
    for auth in operation.auth_callbacks:
        if isinstance(auth, Holder | Somebody):
            return [{"key": []}, {"session": []}]
    return [{}, {"key": []}, {"session": []}, {"basket": []}] if operation.auth_callbacks else []
