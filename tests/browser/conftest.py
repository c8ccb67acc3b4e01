"""A browser, and a board for it to look at."""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request

from tests.browser.pod import Pod

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs Chromium."""
    for item in items:
        if "tests/browser/" in item.path.as_posix():
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def base_url() -> str:
    """Every test has a board of its own. (The plugin's own fixture is written in a way pytest 9 warns about.)"""
    return ""


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    """The Chromium that the system provides; nothing is downloaded."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("Chromium is not installed (on Debian: apt-get install chromium).")
    return {"executable_path": chromium, "args": FLAGS}


@pytest.fixture
def pod() -> Iterator[Pod]:
    """A small pod's board, served on loopback."""
    with Pod().serve() as pod:
        yield pod


class Witness:
    """What the browser said and asked for while a test ran."""

    def __init__(self) -> None:
        self.complaints: list[str] = []
        self.requests: list[str] = []
        self.allowed: tuple[str, ...] = ()

    def watch(self, context: BrowserContext) -> None:
        """Note every console error, every uncaught error, every request."""
        context.on("console", self._console)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        context.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not any(words in message.text for words in self.allowed):
            self.complaints.append(message.text)

    def _request(self, request: Request) -> None:
        self.requests.append(request.url)


@pytest.fixture
def witness(context: BrowserContext, pod: Pod) -> Iterator[Witness]:
    """Fails any test whose page complained (a CSP violation is a complaint) or looked beyond the board's own server."""
    seen = Witness()
    seen.watch(context)
    yield seen
    context.close()
    assert seen.complaints == []
    assert pod.world.unknown_calls == []
    assert [url for url in seen.requests if not url.startswith(f"{pod.url}/")] == []


@pytest.fixture
def board(page: Page, pod: Pod, witness: Witness) -> Page:
    """The pod's board as Ken, the SME, sees it."""
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(f"{pod.url}/?as=ken")
    page.locator(".card").first.wait_for()
    return page
