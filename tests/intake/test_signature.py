"""Who may put something into the letterbox (CONTRACT 1, Signature)."""

import base64
from datetime import timedelta

import pytest

from app.domain.webhook_signature import WebhookKeys, body_passes, headers_may_pass, webhook_keys
from tests.intake.letters import NOW, SIGNED, SIGNING_TOKEN, VECTORS, headers

OTHER_TOKEN = "whsec_" + base64.b64encode(b"k" * 32).decode()
BODY = VECTORS["valid"][0]["body"].encode()


def passes(keys: WebhookKeys, shown: dict[str, str], body: bytes) -> bool:
    lower = {name.lower(): value for name, value in shown.items()}
    return headers_may_pass(keys, lower, NOW) and body_passes(keys, lower, body)


def vector_headers(vector: dict[str, str]) -> dict[str, str]:
    return {
        "webhook-id": VECTORS["webhook-id"],
        "webhook-timestamp": VECTORS["webhook-timestamp"],
        "webhook-signature": vector["webhook-signature"],
    }


@pytest.mark.parametrize("vector", VECTORS["valid"], ids=lambda vector: vector["name"])
def test_right_signatures_pass(vector: dict[str, str]) -> None:
    assert passes(SIGNED, vector_headers(vector), vector["body"].encode())


@pytest.mark.parametrize("vector", VECTORS["invalid"], ids=lambda vector: vector["name"])
def test_wrong_signatures_do_not(vector: dict[str, str]) -> None:
    assert not passes(SIGNED, vector_headers(vector), vector["body"].encode())


@pytest.mark.parametrize("configured", [[SIGNING_TOKEN, OTHER_TOKEN], [OTHER_TOKEN, SIGNING_TOKEN]])
def test_while_a_signing_token_is_replaced_both_work(configured: list[str]) -> None:
    assert passes(webhook_keys(configured, []), headers(BODY), BODY)


@pytest.mark.parametrize(("seconds", "fresh"), [(-301, False), (-300, True), (300, True), (301, False)])
def test_a_signature_is_good_for_five_minutes_either_way(seconds: int, fresh: bool) -> None:
    shown = headers(BODY)
    assert headers_may_pass(SIGNED, shown, NOW + timedelta(seconds=seconds)) is fresh


@pytest.mark.parametrize("timestamp", ["", "x", "1757841327.0", "-1", "１７５７８４１３２７", "1" * 12, "9" * 5000])
def test_a_timestamp_that_is_none_does_not_pass(timestamp: str) -> None:
    assert not headers_may_pass(SIGNED, {**headers(BODY), "webhook-timestamp": timestamp}, NOW)


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_leaving_a_signature_header_out_does_not_pass(name: str) -> None:
    shown = headers(BODY)
    del shown[name]
    assert not headers_may_pass(SIGNED, shown, NOW)


def test_signatures_without_end_are_not_all_tried() -> None:
    shown = headers(BODY)
    right = shown["webhook-signature"]
    assert body_passes(SIGNED, {**shown, "webhook-signature": "v1,x " * 9 + right}, BODY)
    assert not body_passes(SIGNED, {**shown, "webhook-signature": "v1,x " * 10 + right}, BODY)


def test_what_is_configured_is_required() -> None:
    both = webhook_keys([SIGNING_TOKEN], ["old-secret", "new-sécret"])
    token_only = webhook_keys([], ["old-secret", "new-sécret"])
    as_sent = "new-sécret".encode().decode("latin-1")
    assert passes(both, {**headers(BODY), "x-gitlab-token": "old-secret"}, BODY)
    assert passes(both, {**headers(BODY), "x-gitlab-token": as_sent}, BODY)
    assert not passes(both, headers(BODY), BODY)
    assert not passes(both, {"x-gitlab-token": "old-secret"}, BODY)
    assert passes(token_only, {"x-gitlab-token": as_sent}, BODY)
    assert not passes(token_only, headers(BODY), BODY)
    assert not passes(token_only, {"x-gitlab-token": ""}, BODY)
    assert not passes(SIGNED, {"x-gitlab-token": SIGNING_TOKEN}, BODY)


FORM = "a webhook signing token is not of the form whsec_… (base64) that GitLab shows"


@pytest.mark.parametrize(
    ("signing", "tokens", "words"),
    [
        ([], [], "no webhook secret is configured: set a signing token (whsec_…) or a secret token"),
        ([], ["good", ""], "a webhook secret token is empty"),
        (["AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="], [], FORM),
        (["whsec_not base64"], [], FORM),
        (["whsec_"], [], FORM),
        (["whsec_äöü"], [], FORM),
    ],
)
def test_keys_that_protect_nothing_are_refused_in_words(signing: list[str], tokens: list[str], words: str) -> None:
    with pytest.raises(ValueError) as refusal:
        webhook_keys(signing, tokens)
    assert str(refusal.value) == words


def test_keys_do_not_show_themselves() -> None:
    assert repr(webhook_keys([SIGNING_TOKEN], ["a", "b"])) == "WebhookKeys(1 signing, 2 tokens)"
