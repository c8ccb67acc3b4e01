"""`sounding-board plan` and `apply`: the program as code, shown before it is written."""

import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from time import sleep
from typing import Annotated

import typer

from app import bootstrap
from app.bootstrap import operators
from app.domain.failure import Temporary
from app.domain.provision import Act, Kind, Limits, Provision, counted
from app.domain.saved_plan import SavedPlan, moved
from app.entrypoints import show_plan
from app.entrypoints.newest import WhileNewest, stop_if_overtaken
from app.gateways.config_load import Configuration
from app.gateways.plan_file import PlanFileInvalid, plan_text, save_plan, saved_plan
from app.services.provision import Done, Provisioning
from app.settings import OperatorSettings, read_settings

UNLESS_ALLOWED = Limits()
LONGEST_WAIT, TRIES = 65.0, 3
"""Seconds that GitLab may let us wait, and how often a call is tried. Its limits count by the minute, so a bit over one
is enough; pipelines pay by the minute, too, and whoever comes after us finds everything as we left it."""
KINDS = ", ".join(Kind)
Only = Annotated[
    list[Kind] | None,
    typer.Option("--only", metavar="KIND", help=f"Look at this kind alone; may be repeated. Kinds: {KINDS}."),
]
Config = Annotated[Path, typer.Option("--config", envvar="SOUNDING_BOARD_CONFIG_DIR", help="Where the files are.")]
Against = Annotated[
    str | None, typer.Option(metavar="REV", help="Also tell what changes for open requests since this git revision.")
]
AllowDelete = Annotated[
    int,
    typer.Option(envvar="SOUNDING_BOARD_ALLOW_DELETE", metavar="N", min=0, help="How many things may be deleted."),
]
AllowIssues = Annotated[
    int,
    typer.Option(envvar="SOUNDING_BOARD_ALLOW_ISSUES", metavar="N", min=0, help="How many issues may be touched."),
]


def plan(
    only: Only = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines; schemas/plan.schema.json tells more.")] = False,
    markdown: Annotated[bool, typer.Option("--markdown", help="For a note on a merge request.")] = False,
    detailed_exitcode: Annotated[
        bool, typer.Option("--detailed-exitcode", help="Exit with 3 where GitLab is not as declared.")
    ] = False,
    against: Against = None,
    out: Annotated[Path | None, typer.Option(metavar="PLANFILE", help="Keep the plan, to apply just that.")] = None,
    directory: Config = Path(),
    allow_delete: AllowDelete = UNLESS_ALLOWED.deletions,
    allow_issues: AllowIssues = UNLESS_ALLOWED.issues,
) -> None:
    """Show what `apply` would do to labels, boards, templates, hooks and schedules; writes nothing to GitLab."""
    if as_json and markdown:
        raise typer.BadParameter("choose one of --json and --markdown.")
    if against and only and Kind.LABELS not in only:
        raise typer.BadParameter(
            "--against tells what labels mean for requests; add --only labels, or leave --only out."
        )
    settings, configured = _read(directory)
    limits = Limits(allow_delete, allow_issues)
    with operators.provisioning(settings, configured, only or (), deletes=limits.deletions > 0) as provisioning:
        provision = _planned(provisioning, limits)
    found = SavedPlan(settings.gitlab_url, configured.version, limits, provision)
    shown = replace(found, provision=_with_requests(settings, configured, provision, against)) if against else found
    _say(_told(shown, as_json=as_json, markdown=markdown))
    if out:
        _keep(out, found)
    if provision.refusals:
        raise typer.Exit(1)
    if detailed_exitcode and (provision.pending or provision.unmet):
        raise typer.Exit(3)


def _read(directory: Path) -> tuple[OperatorSettings, Configuration]:
    settings = read_settings(OperatorSettings, {"config_dir": directory})
    return settings, bootstrap.configuration(settings)


def _with_requests(
    settings: OperatorSettings, configured: Configuration, provision: Provision, against: str
) -> Provision:
    """The plan with what becomes of open requests; no part of what is kept or made."""
    found = operators.in_flight(settings, configured, against)
    if found is None:
        typer.echo(f"{against} has no configuration, so there is nothing to compare open requests with.", err=True)
    if found == ():
        typer.echo(f"No open request would be worse off than with {against}.", err=True)
    named = {(change.place, change.name) for change in found or ()}
    others = (one for one in provision.changes if one.act is not Act.REPORT or (one.place, one.name) not in named)
    return replace(provision, changes=(*others, *(found or ())))


def _told(found: SavedPlan, *, as_json: bool, markdown: bool) -> Iterable[str]:
    if as_json:
        return [plan_text(found, bootstrap.VERSION).rstrip()]
    return show_plan.plan_markdown(found.provision) if markdown else show_plan.plan_lines(found.provision)


def _keep(out: Path, found: SavedPlan) -> None:
    """Words about the file go beside the plan, which may be read by a machine."""
    if found.provision.refusals:
        typer.echo(f"{out} was not written: this plan is refused.", err=True)
        return
    save_plan(out, found, bootstrap.VERSION)
    typer.echo(f"Kept in {out}; `sounding-board apply {out}` makes just this.", err=True)


def apply(
    context: typer.Context,
    planfile: Annotated[Path | None, typer.Argument(help="A plan kept by `plan --out`; made as it is or not.")] = None,
    only: Only = None,
    directory: Config = Path(),
    allow_delete: AllowDelete = UNLESS_ALLOWED.deletions,
    allow_issues: AllowIssues = UNLESS_ALLOWED.issues,
    while_newest: WhileNewest = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask on a terminal.")] = False,
) -> None:
    """Show the plan, then make it; on a terminal after asking. Goes on where an earlier run was cut short."""
    if planfile and any(_typed(context, name) for name in ("only", "allow_delete", "allow_issues")):
        raise typer.BadParameter("PLANFILE brings its own kinds and limits; leave out --only, --allow-….")
    settings, configured = _read(directory)
    if while_newest:
        stop_if_overtaken(settings, while_newest)
    limits = Limits(allow_delete, allow_issues)
    kept = _kept(planfile, settings) if planfile else None
    kinds, limits = (kept.provision.kinds, kept.limits) if kept else (only or (), limits)
    with operators.provisioning(settings, configured, kinds, deletes=limits.deletions > 0) as provisioning:
        provision = _planned(provisioning, limits)
        if kept and not provision.refusals:
            _still(kept, configured, provision)
        _say(show_plan.plan_lines(provision))
        _may_go_on(settings, provision, asks=not (kept or yes))
        _carry_out(provisioning, provision)
        if provision.unmet:
            typer.echo(show_plan.unmet(provision))
            raise typer.Exit(1)


def _typed(context: typer.Context, name: str) -> bool:
    """Whether an option stands on the command line, not in the environment."""
    source = context.get_parameter_source(name)
    return source is not None and source.name == "COMMANDLINE"


def _kept(path: Path, settings: OperatorSettings) -> SavedPlan:
    """A plan for this GitLab. Raises PlanFileInvalid."""
    kept = saved_plan(path)
    if kept.gitlab != settings.gitlab_url:
        raise PlanFileInvalid(f"{path} was made for {kept.gitlab}, and SOUNDING_BOARD_GITLAB_URL is another address.")
    return kept


def _still(kept: SavedPlan, configured: Configuration, now: Provision) -> None:
    """Raises Exit where the plan is no longer what would be made."""
    differs = moved(kept, configured.version, now)
    if differs:
        _say(show_plan.moved_lines(differs))
        raise typer.Exit(1)


def _may_go_on(settings: OperatorSettings, provision: Provision, *, asks: bool) -> None:
    """Raises Exit where nothing is to be written: refused, nothing to do, paused, or not wanted."""
    pending = len(provision.pending)
    if not provision.refusals and not pending:
        raise typer.Exit(1 if provision.unmet else 0)
    why_not = None
    if provision.refusals:
        why_not = "Nothing was written."
    elif settings.paused:
        why_not = "Nothing was written: paused; SOUNDING_BOARD_PAUSED is set."
    elif asks and sys.stdin.isatty() and not _confirmed(f"Make {counted(pending, 'change')}?"):
        why_not = "Nothing was written."
    if why_not:
        typer.echo(why_not)
        raise typer.Exit(1)


def _confirmed(question: str) -> bool:
    """A person's answer; Ctrl-C is a no."""
    try:
        return typer.confirm(question)
    except typer.Abort:
        typer.echo()
        return False


def _carry_out(provisioning: Provisioning, provision: Provision) -> None:
    """Make the changes, a line each, and say exactly how far it went. Raises Exit where it was not to the end."""
    tally, total = show_plan.Tally(provision), len(provision.pending)
    try:
        with _stoppable():
            while not tally.failed and (coming := provisioning.coming):
                number = f"{tally.made.total() + 1}/{total}"
                _say(f"{number} {c.kind}: {before}" for c in coming if (before := show_plan.announced(c)))
                for done in _tried(provisioning):
                    _tell(done, tally, total)
    except KeyboardInterrupt:
        typer.echo("Stopped.")
        tally.under_way = len(provisioning.coming)
    _say(tally.lines())
    if tally.made.total() < total:
        raise typer.Exit(1)


def _tell(done: Done, tally: show_plan.Tally, total: int) -> None:
    """One change after it was tried, with its number."""
    typer.echo(f"{tally.made.total() + 1}/{total} {done.change.kind}: {show_plan.made(done)}")
    if done.problem:
        tally.failed[done.left] += 1
    else:
        tally.made[done.change.kind] += 1


def _planned(provisioning: Provisioning, limits: Limits) -> Provision:
    """The plan. Raises Temporary where GitLab cannot answer, now or within our patience."""
    for _ in range(TRIES - 1):
        try:
            return provisioning.plan(limits)
        except Temporary as problem:
            if not _waits(problem.retry_after):
                raise
    return provisioning.plan(limits)


def _tried(provisioning: Provisioning) -> Iterator[Done]:
    """Try what is coming, what failed once more where GitLab asks for a short wait; what could not be made is last."""
    for tries in range(TRIES):
        done = provisioning.make_next()
        failed = [one for one in done if one.problem]
        yield from (one for one in done if not one.problem)
        again = max((one.again_in for one in failed if one.again_in is not None), default=None)
        if not failed or tries == TRIES - 1 or not _waits(again):
            yield from failed
            return


def _waits(seconds: float | None) -> bool:
    """Wait as long as GitLab, or our own limit on calls, asks for, if that is not too long; False where it is."""
    if seconds is None or seconds > LONGEST_WAIT:
        return False
    typer.echo(f"Waiting {seconds:.0f} s before GitLab is asked again.", err=True)
    sleep(seconds)
    return True


@contextmanager
def _stoppable() -> Iterator[None]:
    """A pipeline that is cancelled ends like a person's Ctrl-C: with words."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        typer.echo(line)
