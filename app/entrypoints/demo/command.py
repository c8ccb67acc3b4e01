"""`sounding-board demo`: a board to drag cards on, with the service at work, and nothing to install or ask for."""

import base64
import logging
import secrets
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from app import bootstrap
from app.domain.taxonomy import Mode, Taxonomy
from app.entrypoints.demo.stage import Stage, StoryFailed
from app.entrypoints.demo.story import play
from app.entrypoints.serving import Serving
from app.entrypoints.web import create_web
from app.entrypoints.webhook import PATH
from app.fakegitlab import FakeGitLab
from app.fakegitlab.worlds import demo_world
from app.gateways.config_load import Configuration, load
from app.settings import Settings

BOT = "sounding-board"
BOARD = "Customer feedback"


def demo(
    story: Annotated[bool, typer.Option("--story", help="Play the main job without a person, and end.")] = False,
    port: Annotated[int, typer.Option(help="Where the board is to be; 0 for any free port.")] = 8929,
) -> None:
    """Open a board with invented people; drag a card and see what happens. Stop with Ctrl-C."""
    with _stage(0 if story else port) as stage:
        if not story:
            _wait_for_the_end(stage)
            return
        try:
            play(stage)
        except StoryFailed as failed:
            typer.echo(f"\nThe story failed: {failed}.", err=True)
            raise typer.Exit(1) from failed
        typer.echo("\nEnd of the story: every promise was kept.")


def _wait_for_the_end(stage: Stage) -> None:
    typer.echo(f"The board is at {stage.world.base_url}/ (choose who you are with View as). Ctrl-C ends it.")
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        typer.echo("The board is closed.")


@contextmanager
def _stage(port: int) -> Iterator[Stage]:
    """A seeded stand-in, the service beside it, and the webhook between them."""
    logging.getLogger().setLevel(logging.ERROR)
    shipped = load(bootstrap.SHIPPED, mode_override=Mode.ENFORCE)
    configured = replace(shipped, taxonomy=_from_now_on(shipped.taxonomy))
    world = demo_world(labels_of(configured))
    bot = world.user(BOT)
    with FakeGitLab(world, port=port) as gitlab, tempfile.TemporaryDirectory() as kept:
        signing = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
        settings = Settings(
            gitlab_url=gitlab.url,
            gitlab_token=bot.token,
            signing_key=secrets.token_urlsafe(32),
            webhook_signing_token=signing,
            config_dir=bootstrap.SHIPPED,
            data_dir=Path(kept),
            quiet_seconds=0.3,
        )
        web = create_web(settings, configured)
        with Serving(web) as service:

            def idle() -> bool:
                return gitlab.settle(0) and web.state.service.idle()

            (project,) = (world.project(p.path) for p in configured.program.projects)
            world.add_hook(world.root, project, service.url + PATH, signing_token=signing)
            board = next(b for b in world.boards.values() if b.name == BOARD)
            yield Stage(world, project, board, bot, typer.echo, idle)


def _from_now_on(taxonomy: Taxonomy) -> Taxonomy:
    """The rules as if they had just been switched on, and asking soon after creation."""
    flow = replace(
        taxonomy.workflow,
        effective_from=bootstrap.utc_now(),
        ask_after=timedelta(seconds=1),
        ask_at_latest=timedelta(seconds=2),
    )
    return replace(taxonomy, workflow=flow)


def labels_of(configured: Configuration) -> list[tuple[str, str, str]]:
    """Title, colour and description of every label of the taxonomy."""
    scopes = configured.taxonomy.scopes
    return [(label.title, label.color, label.description) for scope in scopes for label in scope.labels]
