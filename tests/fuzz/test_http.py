"""Requests made up from our own OpenAPI, rightful and wrong, to the running service: all answers are named there."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.core.result import Ok

from app.entrypoints.serving import Serving
from app.entrypoints.web import create_web
from app.entrypoints.webhook import PATH
from app.fakegitlab import FakeGitLab
from tests.fuzz.cases import HTTP
from tests.scenarios.living import enforced, peopled, settings_for

SECRET = "a-secret-token-of-the-tests"
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
"""All but `negative_data_rejection`: what shows the secret is thanked for, whatever it holds (promise 12)."""


@dataclass(frozen=True, slots=True)
class Site:
    """The running service, and what it says of itself."""

    web: FastAPI
    url: str


@contextmanager
def running(kept: Path) -> Iterator[Site]:
    """The whole service beside a GitLab of its own; the letterbox wants a secret token."""
    configured = enforced()
    world, _, _ = peopled(configured)
    with FakeGitLab(world, deliver=False) as gitlab:
        shown = {"webhook_secret": SECRET, "webhook_signing_token": None}
        web = create_web(settings_for(gitlab.url, world, kept, **shown), configured)
        with Serving(web) as serving:
            yield Site(web, serving.url)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One for all cases."""
    with running(tmp_path_factory.mktemp("kept")) as found:
        yield found


def every_request_has_an_answer_we_name(site: Site, mode: GenerationMode, *, soak: bool) -> set[str]:
    """As many as are stated, for each address; which addresses were tried."""
    schema = schemathesis.openapi.from_dict(site.web.openapi())
    tried = set()
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        tried.add(f"{operation.method.upper()} {operation.path}")
        if mode is GenerationMode.NEGATIVE and not operation.body:
            continue  # what takes nothing cannot be given anything wrong

        @HTTP.settings(soak=soak)
        @given(operation.as_strategy(generation_mode=mode), st.booleans())
        def one(case: Case[Any], rightful: bool) -> None:
            shown = {"X-Gitlab-Token": SECRET} if rightful else {}
            answer = case.call(base_url=site.url, headers=shown)
            case.validate_response(answer, checks=CHECKS)
            assert "Traceback" not in answer.text
            assert SECRET not in answer.text + str(answer.headers)

        one()
    return tried


ADDRESSES = {f"POST {PATH}", "GET /healthz", "GET /readyz"}
MODES = [GenerationMode.POSITIVE, GenerationMode.NEGATIVE]


@pytest.mark.parametrize("mode", MODES)
def test_every_request_has_an_answer_we_name(site: Site, mode: GenerationMode) -> None:
    assert every_request_has_an_answer_we_name(site, mode, soak=False) >= ADDRESSES


@pytest.mark.soak
@pytest.mark.parametrize("mode", MODES)
def test_every_request_has_an_answer_we_name_for_long(site: Site, mode: GenerationMode) -> None:
    every_request_has_an_answer_we_name(site, mode, soak=True)


def test_strangers_are_not_shown_what_we_say_of_ourselves(site: Site) -> None:
    """Whoever may not deliver need not know the form of a delivery."""
    served = {getattr(route, "path", "") for route in site.web.routes}
    assert not served & {"/openapi.json", "/docs", "/redoc"}
