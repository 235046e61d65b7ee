"""The messages that the shop sends, as OpenAPI 3.1 describes webhooks."""

from typing import Any

import msgspec

from modules.webhooks.selectors import message_classes

TEMPLATE = "#/components/schemas/{name}"
PREFIX = "Message"
HEADERS = {
    "webhook-id": "The message's id: the same whenever it is sent.",
    "webhook-timestamp": "When it was signed, in seconds since 1970.",
    "webhook-signature": "`v1,` and base64 of HMAC-SHA256 over id, timestamp and body.",
}


def described() -> tuple[dict[str, Any], dict[str, Any]]:
    """Returns the document's `webhooks`, and the schemas that they refer to."""
    classes = message_classes()
    found, components = msgspec.json.schema_components(
        classes.values(), ref_template=TEMPLATE.format(name=f"{PREFIX}{{name}}")
    )
    webhooks = {name: webhook(name, data) for name, data in zip(classes, found, strict=True)}
    return webhooks, {f"{PREFIX}{name}": schema for name, schema in components.items()}


def webhook(name: str, data: dict[str, Any]) -> dict[str, Any]:
    return {
        "post": {
            "summary": name,
            "operationId": f"webhook_{name.replace('.', '_')}",
            "tags": ["webhooks"],
            "parameters": [
                {
                    "in": "header",
                    "name": header,
                    "required": True,
                    "description": words,
                    "schema": {"type": "string"},
                }
                for header, words in HEADERS.items()
            ],
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": message(name, data)}},
            },
            "responses": {
                "2XX": {"description": "Stored; the next message of the order is sent."},
                "410": {"description": "No more messages: the endpoint is switched off."},
                "default": {"description": "It is sent again later."},
            },
        }
    }


def message(name: str, data: dict[str, Any]) -> dict[str, Any]:
    whole = {"type": "integer", "minimum": 0}
    return {
        "type": "object",
        "required": [
            *("type", "version", "timestamp", "position", "order_id", "sequence", "data"),
        ],
        "properties": {
            "type": {"const": name},
            "version": {"type": "integer", "minimum": 1},
            "timestamp": {"type": "string", "format": "date-time"},
            "position": whole,
            "order_id": {"type": ["string", "null"], "format": "uuid"},
            "sequence": whole,
            "data": data,
            "personal": {
                "type": "object",
                "description": "Only where the endpoint is sent names and addresses.",
            },
        },
    }
