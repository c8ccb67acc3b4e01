"""What the letterbox says of itself in the OpenAPI: who may knock, and every answer there is."""

from typing import Any

_TOLD = {"type": "object", "additionalProperties": False}
_RETRY = {"Retry-After": {"description": "seconds", "schema": {"type": "string", "pattern": "^[0-9]+$"}}}


def _said(word: str, kind: dict[str, object]) -> dict[str, Any]:
    return {**_TOLD, "properties": {word: kind}, "required": [word]}


def _header(name: str, about: str) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": False, "description": about, "schema": {"type": "string"}}


ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "kept on disk, or nothing that is listened to",
        "content": {
            "application/json": {
                "schema": {"oneOf": [_said("accepted", {"const": True}), _said("ignored", {"type": "string"})]}
            }
        },
    },
    401: {"description": "the secret is missing or wrong; no more is said"},
    408: {"description": "the body did not come in time"},
    413: {"description": "the body is larger than GitLab sends"},
    415: {
        "description": "the body is packed; GitLab packs none",
        "content": {"application/json": {"schema": _said("refused", {"type": "string"})}},
    },
    503: {"description": "it cannot be kept now", "headers": _RETRY},
}

OPENAPI: dict[str, Any] = {
    "parameters": [
        _header("X-Gitlab-Token", "the secret token, where one is configured"),
        _header("webhook-id", "names the delivery; part of what is signed"),
        _header("webhook-timestamp", "seconds since 1970; not older than five minutes"),
        _header("webhook-signature", "`v1,` and base64 of HMAC-SHA256, where a signing token is configured"),
    ],
    "requestBody": {"required": True, "content": {"application/json": {"schema": {"type": "object"}}}},
}
