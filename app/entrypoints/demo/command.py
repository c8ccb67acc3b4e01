"""`sounding-board demo`: a board to drag cards on, with the service at work, and nothing to install or ask for."""

import base64
import logging
import secrets
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import typer

from app import bootstrap
from app.bootstrap import operators
from app.domain.cadence import MeetingKind
from app.domain.failure import Permanent
from app.domain.meeting import Series
from app.domain.meeting_clocks import agenda_times
from app.domain.meetings import next_from
from app.domain.program import Program
from app.domain.provision import Kind, Limits
from app.domain.taxonomy import Mode, Taxonomy
from app.entrypoints.demo.stage import Hour, Stage, StoryFailed
from app.entrypoints.demo.story import play
from app.entrypoints.serving import Serving
from app.entrypoints.show_plan import numbers
from app.entrypoints.web import create_web
from app.fakegitlab import FakeGitLab, World
from app.fakegitlab.model import User
from app.fakegitlab.seed import demo_world
from app.gateways.config_load import Configuration, load
from app.settings import OperatorSettings, Settings

KINDS = (Kind.LABELS, Kind.BOARDS, Kind.TEMPLATES, Kind.HOOKS)
"""What the demo's GitLab can have; it runs no pipelines."""

BOOK = """account,arr,tier,region,renewal
0065g00000QwErT,182400,Ultimate,DACH,
0018X00002AbCdE,611250,Premium,APAC,2027-06-30
"""
"""The account book of the demo's invented company; real ones have names, and their readers know why."""


def demo(*, story: bool, port: int) -> None:
    """Open the board at that port, any free one for 0, until Ctrl-C; or play the story, and end."""
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
    for line in doors(stage.world, stage.bot):
        typer.echo(line)
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        typer.echo("The board is closed.")


def doors(world: World, bot: User) -> list[str]:
    """Where people get in, and scripts of theirs: the tokens are invented, and of this demo only."""
    people = [user for user in world.users.values() if user not in (bot, world.root) and user.token]
    return [
        f"The API is at {world.base_url}/api/v4; the header PRIVATE-TOKEN says who calls. Invented tokens:",
        *(f"   {user.username}: {user.token}" for user in people),
        f"The board is at {world.base_url}/ (choose who you are with View as). Ctrl-C ends it.",
    ]


@contextmanager
def _stage(port: int) -> Iterator[Stage]:
    """A seeded stand-in, the service beside it, and the webhook between them."""
    logging.getLogger().setLevel(logging.ERROR)
    shipped = load(bootstrap.SHIPPED, mode_override=Mode.ENFORCE)
    configured = replace(shipped, taxonomy=_from_now_on(shipped.taxonomy), program=_out_of_meetings(shipped.program))
    world = World()
    seeded = demo_world(world, labels_of(configured))
    with _listening(world, port) as gitlab, tempfile.TemporaryDirectory() as kept:
        signing = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
        settings = _settings(gitlab.url, seeded.bot, signing, Path(kept))
        web = create_web(settings, configured)
        with Serving(web) as service:

            def idle() -> bool:
                return gitlab.settle(0) and web.state.service.idle()

            def sweep() -> int:
                now = bootstrap.utc_now()
                with bootstrap.judging(settings, configured) as rules:
                    return len(rules.sweep.run(now, now - timedelta(hours=1), dry=False).planned)

            def score() -> int:
                with bootstrap.scoring(settings, configured, remembers=True) as scorer:
                    planned = scorer.score.plan(bootstrap.utc_now())
                    return scorer.score.carry_out(planned, dry=False).written

            _provisioned(settings, configured, service.url, seeded.people["ops.olga"].token)
            due = _due(settings, configured)
            yield Stage(world, seeded.project, seeded.board, seeded.bot, typer.echo, idle, sweep, score, due)


def _out_of_meetings(program: Program) -> Program:
    """The program without its meetings: in one an incomplete move stands, and the story is the same on every day."""
    habits = {kind: replace(habit, held=False) for kind, habit in program.cadence.habits.items()}
    return replace(program, cadence=replace(program.cadence, habits=habits))


def _due(settings: Settings, configured: Configuration) -> Callable[[Hour], int]:
    """The job `due` over a program with reviews; the service beside it knows of none."""
    reviewing = replace(configured, program=_with_reviews(configured.program))
    hours = _hours(reviewing.program)

    def due(hour: Hour) -> int:
        with bootstrap.judging(settings, reviewing) as rules:
            ran = rules.due.run(hours[hour], dry=False)
        if ran.failed:
            raise StoryFailed(": ".join(ran.failed[0]))
        return len(ran.done)

    return due


def _with_reviews(program: Program) -> Program:
    """The program with the PM review of its first area alone, for the chapters about agendas."""
    habits = {k: replace(h, held=k is MeetingKind.PM_REVIEW) for k, h in program.cadence.habits.items()}
    return replace(program, areas=program.areas[:1], cadence=replace(program.cadence, habits=habits))


def _hours(program: Program) -> Mapping[Hour, datetime]:
    """Those of the next review whose agenda is not due yet."""
    series = Series(MeetingKind.PM_REVIEW, program.areas[0].key)
    meeting = next_from(program, series, bootstrap.utc_now() + timedelta(days=14))
    if meeting is None:
        raise Permanent("The demo's program has no PM review.")
    return {Hour.MADE: agenda_times(program, meeting).created, Hour.BEGINS: meeting.start}


def _settings(url: str, bot: User, signing: str, kept: Path) -> Settings:
    book = kept / "account-book.csv"
    book.write_text(BOOK, encoding="utf-8")
    return Settings(
        gitlab_url=url,
        gitlab_token=bot.token,
        signing_key=secrets.token_urlsafe(32),
        webhook_signing_token=signing,
        config_dir=bootstrap.SHIPPED,
        data_dir=kept,
        account_book=book,
        quiet_seconds=0.3,
    )


def _provisioned(settings: Settings, configured: Configuration, service: str, token: str) -> None:
    """Apply the program as an operator would; nobody makes labels, templates or the webhook by hand. Raises Permanent.

    `service` is where it listens, the operator's `token` that of an Owner.
    """
    here = replace(configured, program=replace(configured.program, service=service))
    operator = OperatorSettings(**{**settings.model_dump(), "operator_token": token})
    with operators.provisioning(operator, here, KINDS) as provisioning:
        found = provisioning.plan(Limits())
        undone = [
            *(stop.message for stop in found.refusals),
            *(d.problem for d in provisioning.carry_out() if d.problem),
        ]
    if undone:
        raise Permanent(f"The demo's program cannot be applied: {undone[0]}")
    typer.echo("The operator runs `sounding-board apply`; it makes what the configuration declares and GitLab lacks:")
    for kind in KINDS:
        typer.echo(f"   {kind}: {numbers(found, kind)}")


def _listening(world: World, port: int) -> FakeGitLab:
    try:
        return FakeGitLab(world, port=port)
    except OSError as error:
        why = (error.strerror or "it is taken").lower()
        raise Permanent(f"Cannot listen on port {port}: {why}. Choose another with --port, or 0 for any.") from error


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
