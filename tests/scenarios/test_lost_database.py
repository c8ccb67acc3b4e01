"""Backup: none needed. Everything we keep is lost while the service runs; after one sweep nobody can tell."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from app import bootstrap
from app.entrypoints.serving import Serving
from app.entrypoints.show import visible
from app.entrypoints.web import create_web
from app.fakegitlab import FakeGitLab
from app.fakegitlab.model import Issue
from tests.chaos.installation import until
from tests.scenarios.living import GAPS, READY, enforced, peopled, settings_for
from tests.scenarios.test_rotation import OLD, Site

Rest = Callable[[], None]
TOKEN = {"webhook_signing_token": OLD}


@dataclass(frozen=True, slots=True)
class Seen:
    """What people see of a request in the end: its labels, whether it is open, and what the bot says on it."""

    labels: tuple[str, ...]
    state: str
    notes: tuple[str, ...]


@contextmanager
def service(site: Site) -> Iterator[Rest]:
    """The service; given is what waits until it and GitLab have nothing more to do."""
    settings = settings_for(site.gitlab.url, site.world, site.kept, database_url=site.database, **TOKEN)
    web = create_web(settings, site.configured)
    with Serving(web, site.port) as serving:
        site.port = int(serving.url.rpartition(":")[2])

        def rest() -> None:
            until(lambda: site.gitlab.settle(0) and web.state.service.idle(), "the board at rest")

        yield rest
        rest()


def first_day(site: Site, rest: Rest) -> dict[str, Issue]:
    """A question is asked, a move is kept, another stands."""
    world, jane = site.world, site.world.user("sa.jane")
    asked = world.create_issue(jane, site.project, "Asked for context", description=GAPS)
    held, moved = (world.create_issue(jane, site.project, title, description=READY) for title in ("Held", "Moved"))
    rest()
    world.update_issue(jane, held, add_labels=["status::resolved"])
    world.update_issue(world.user("sme.ken"), moved, add_labels=["status::reviewed"])
    rest()
    return {"asked": asked, "held": held, "moved": moved}


def second_day(site: Site, issues: dict[str, Issue], rest: Rest) -> None:
    """The question is answered, a card goes further than it may, a move is let go of, a new request comes in."""
    world, jane = site.world, site.world.user("sa.jane")
    world.update_issue(jane, issues["asked"], description=READY)
    rest()
    world.update_issue(world.user("sa.omar"), issues["moved"], add_labels=["status::accepted"])
    rest()
    world.add_note(jane, issues["held"], "@sounding-board cancel")
    rest()
    issues["late"] = world.create_issue(jane, site.project, "A late one", description=GAPS)
    rest()


def seen(site: Site, issue: Issue) -> Seen:
    """One request, as people see it."""
    bot = site.world.user("sounding-board")
    notes = ["\n".join(visible(note.body)) for note in issue.notes if note.author is bot and not note.system]
    return Seen(tuple(sorted(label.title for label in issue.labels)), issue.state, tuple(notes))


def sweep(site: Site, folder: Path) -> None:
    """One sweep by a scheduled job, which has no store of its own."""
    settings = settings_for(site.gitlab.url, site.world, folder)
    with bootstrap.judging(settings, site.configured) as rules:
        assert rules.sweep.run(bootstrap.utc_now(), None, dry=False).failed == ()


def lose(site: Site) -> None:
    """All that we keep, from under a running service."""
    if site.database is None:
        for path in site.kept.iterdir():
            path.unlink()
        return
    with psycopg.connect(site.database) as connection:
        connection.execute("DROP SCHEMA sounding_board CASCADE")
    until(lambda: tables(site.database), "the service has made its tables anew")


def tables(database: str | None) -> bool:
    """Whether there are any."""
    with psycopg.connect(database or "") as connection:
        return connection.execute("SELECT to_regclass('sounding_board.subject')").fetchone() != (None,)


def lived(folder: Path, *, lost: bool, database: str | None = None) -> dict[str, Seen]:
    """Both days, with or without the loss of all that we keep between them."""
    configured = enforced()
    world, project, _ = peopled(configured)
    with FakeGitLab(world) as gitlab:
        site = Site(world, project, gitlab, configured, folder / "kept", database=database)
        with service(site) as rest:
            site.apply_hooks(**TOKEN)
            issues = first_day(site, rest)
            assert site.looked_at(issues["held"])
            if not lost:
                second_day(site, issues, rest)
            else:
                lose(site)
        if lost:
            world.faults.hook_outage = True
            second_day(site, issues, lambda: None)
            world.faults.hook_outage = False
            with service(site):
                assert not site.looked_at(issues["held"])
                sweep(site, folder / "job")
        assert not world.unknown_calls
        return {name: seen(site, issue) for name, issue in issues.items()}


def test_losing_all_we_keep_is_seen_by_nobody(tmp_path: Path, database: str) -> None:
    as_it_would_have_been = lived(tmp_path / "one", lost=False)
    assert lived(tmp_path / "other", lost=True) == as_it_would_have_been
    assert lived(tmp_path / "third", lost=True, database=database) == as_it_would_have_been
    assert all(each.notes for each in as_it_would_have_been.values())
