"""Addresses that people type, and those that GitLab's answers name, are never asked for: a trap waits for the call."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response

from app import bootstrap
from app.domain.failure import Permanent
from app.domain.issue import Ref
from app.domain.webhook_signature import signature, webhook_keys
from app.entrypoints.serving import Serving
from app.gateways.gitlab_budget import Budget
from app.gateways.gitlab_connect import connect
from tests.scenarios.conftest import house
from tests.scenarios.living import COMPLETE, PROJECT, SIGNING_TOKEN, Living

__all__ = ["house"]
TOKEN = "glpat-goes-to-gitlab-alone"


@dataclass(slots=True)
class Trap:
    """A server on loopback that remembers every call."""

    web: FastAPI = field(default_factory=FastAPI)
    calls: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.web.api_route("/{path:path}", methods=["GET", "HEAD", "POST", "PUT", "OPTIONS"])(self.answer)

    async def answer(self, request: Request) -> Response:
        """Welcomes everybody."""
        self.calls.append(f"{request.method} {request.url.path} {sorted(request.headers)}")
        return JSONResponse([])


@pytest.fixture
def trap() -> Iterator[tuple[Trap, str]]:
    """The trap and its address."""
    found = Trap()
    with Serving(found.web) as serving:
        yield found, serving.url
        assert httpx.get(f"{serving.url}/it-works").json() == []
    assert len(found.calls) == 1, found.calls


def addresses(url: str) -> list[str]:
    """One address as people write addresses."""
    bare = url.removeprefix("http://")
    forms = [url, f"<{url}/a>", f"[deal]({url}/b)", f"![picture]({url}/c.png)", f'<img src="{url}/d">', f"//{bare}/e"]
    forms += [f"[ref]: {url}/f", f"http://crm.example.com@{bare}/g", f"{url}/0065g00000QwErT", f"file:///etc/{bare}"]
    return [*forms, f"http://[::ffff:127.0.0.1]:{bare.rpartition(':')[2]}/h", f"{url}/-/issues/1", f"gopher://{bare}"]


def test_addresses_in_requests_and_comments_are_read_and_not_fetched(house: Living, trap: tuple[Trap, str]) -> None:
    url = trap[1]
    told = "\n".join(f"- {form}" for form in addresses(url))
    lines = "\n".join(f"+1 customer: {form} | blocker" for form in addresses(url))
    deal = COMPLETE.replace("https://example.my.salesforce.com/0065g00000QwErT", f"{url}/0065g00000QwErT")
    stage, world = house.stage, house.world
    issue = stage.files("sa.jane", f"Export to {url}/title", f'{deal}\n{told}\n\n/label ~"area::ai"\n')
    world.user("sa.omar").name = f"Omar {url}/name"
    for words in (told, lines, f"@sounding-board duplicate of {url}/-/issues/9", f"@sounding-board reassign {url}"):
        stage.says("sa.omar", issue, words)
    stage.drags("sme.ken", issue, "status::reviewed")
    stage.quiet()
    house.sweeps()
    with bootstrap.judging(house.settings, house.configured, remembers=False) as rules:
        rules.reconciler.run(Ref(PROJECT, issue.iid), bootstrap.utc_now(), dry=True)
    assert house.said(issue)


def test_a_delivery_s_addresses_are_not_fetched(house: Living, trap: tuple[Trap, str]) -> None:
    """Only the project's path and the issue's number are taken from a delivery."""
    url = trap[1]
    issue = house.stage.files("sa.jane", "Exports", COMPLETE)
    hook = next(iter(house.stage.project.hooks.values()))
    project = {"path_with_namespace": PROJECT, "web_url": url, "git_http_url": url, "avatar_url": f"{url}/a.png"}
    about = {"iid": issue.iid, "type": "Issue", "url": url, "description": f"![x]({url}/y.png)"}
    body = json.dumps({"object_kind": "issue", "project": project, "object_attributes": about}).encode()
    answer = httpx.post(hook.url, content=body, headers=_signed(body, url))
    assert answer.json() == {"accepted": True}
    house.stage.quiet()
    house.said(issue)


def _signed(body: bytes, instance: str) -> dict[str, str]:
    stamp = str(int(bootstrap.utc_now().timestamp()))
    signed = signature(webhook_keys([SIGNING_TOKEN], []).signing[0], f"trap.{stamp}.", body).decode()
    named = {"webhook-id": "trap", "webhook-timestamp": stamp, "webhook-signature": signed}
    return {**named, "X-Gitlab-Instance": instance}


@pytest.mark.parametrize("way", ["redirect", "next page", "next page by number"])
def test_gitlab_s_answers_lead_the_token_nowhere_else(way: str, trap: tuple[Trap, str]) -> None:
    """A GitLab behind a broken proxy names other machines in `Location` and `Link`; the token stays at home."""
    web, url = FastAPI(), trap[1]
    headers = {
        "redirect": {"Location": f"{url}/api/v4/elsewhere"},
        "next page": {"Link": f'<{url}/api/v4/projects/x/issues?page=2>; rel="next"'},
        "next page by number": {"x-next-page": f"2@{url.removeprefix('http://')}"},
    }[way]

    async def answer(request: Request) -> Response:
        onward = headers if "page=2" not in str(request.url) else {}
        return JSONResponse([], 302 if way == "redirect" else 200, onward)

    web.get("/{path:path}")(answer)
    with Serving(web) as gitlab, connect(gitlab.url, TOKEN, Budget(rate=1e6, burst=1e6)) as doors:
        if way == "redirect":
            with pytest.raises(Permanent, match=r"^GitLab sends us elsewhere "):
                doors.lister.opened(PROJECT)
        else:
            assert doors.lister.opened(PROJECT) == ()
