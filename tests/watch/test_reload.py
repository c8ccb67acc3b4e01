"""The configuration is changed while the service runs: what is good is taken, what is not changes nothing, loudly."""

import logging
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from app import bootstrap
from app.bootstrap import Service
from app.bootstrap.renewal import Renewal
from app.domain.issue import Ref
from app.entrypoints.reload import Reloader
from app.entrypoints.serving import Serving
from app.entrypoints.show import visible
from app.entrypoints.web import create_web, reload_now
from app.fakegitlab import FakeGitLab, World
from tests.scenarios.living import peopled, settings_for, shipped

BROKEN = "program.yml:1:1: "
PATIENCE = 20.0


@dataclass
class House:
    """A service over a folder that somebody edits; nothing runs but what the test starts."""

    folder: Path
    world: World
    service: Service
    log: list[str] = field(default_factory=list)

    def edits(self, old: str, new: str, file: str = "program.yml") -> None:
        """Change a file's text, whole."""
        path = self.folder / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    def told(self) -> list[str]:
        """What stands on the operator issue."""
        (issue,) = (i for i in self.world.project("sme/customer-feedback").issues.values() if i.iid == 1)
        return ["\n".join(visible(note.body)) for note in issue.notes if not note.system]

    @property
    def name(self) -> str:
        """The program's name, by the configuration in force."""
        return self.service.configured.program.name


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    here = tmp_path / "program"
    here.mkdir()
    for file in ("program.yml", "label_taxonomy.yml"):
        shutil.copy(bootstrap.SHIPPED / file, here)
    return here


@pytest.fixture
def house(tmp_path: Path, folder: Path) -> Iterator[House]:
    world, _, _ = peopled(shipped())
    with FakeGitLab(world, deliver=False) as gitlab:
        settings = settings_for(gitlab.url, world, tmp_path / "kept", config_dir=folder)
        service = bootstrap.service(settings, bootstrap.configuration(settings), bootstrap.inbox_rules(settings))
        yield House(folder, world, service)
        service.close()
    assert not world.unknown_calls


@pytest.fixture
def reloader(house: House) -> Reloader:
    return Reloader(Renewal(house.service), logging.getLogger("tests.reload"))


def test_a_change_is_taken_when_the_files_stand_still(
    house: House, reloader: Reloader, caplog: pytest.LogCaptureFixture
) -> None:
    old = house.name
    reloader.look()
    house.edits(f"name: {old}", "name: Another Program")
    reloader.look()
    assert house.name == old, "perhaps somebody is still writing"
    reloader.look()
    assert house.name == "Another Program"
    assert [r.message for r in caplog.records] == ["the configuration has changed and is in force from now on"]
    assert house.told() == [], "nothing was wrong before, so there is nothing to settle"


def test_who_is_in_a_hurry_has_it_at_once(house: House, reloader: Reloader) -> None:
    house.edits(f"name: {house.name}", "name: Another Program")
    reloader.look(hurried=True)
    assert house.name == "Another Program"


def test_what_cannot_be_used_changes_nothing_and_is_told_until_it_is_mended(
    house: House, reloader: Reloader, caplog: pytest.LogCaptureFixture
) -> None:
    old = house.name
    house.edits(f"\nname: {old}", "\nnome: Another Program")
    reloader.look(hurried=True)
    assert (house.name, reloader.rejected) == (old, True)
    (loud,) = [r for r in caplog.records if r.levelno == logging.ERROR]
    assert loud.message.startswith(
        "the changed configuration cannot be used, the last good one stays in force:\nprogram.yml:"
    )
    (note,) = house.told()
    assert re.sub(r"\n+", "\n", note) == (
        "**The changed configuration cannot be used, so the last good one stays in force.** What is wrong with it:\n"
        "- ``program.yml:5:1: `nome` is not a key used here — did you mean `name`?``\n"
        "`sounding-board check` says the same before a change is merged. Once it is mended, the service takes it by "
        "itself."
    )
    for _ in range(3):
        reloader.look()
    assert len(house.told()) == 1
    house.edits("nome: Another Program", "name: Another Program")
    reloader.look(hurried=True)
    assert (house.name, reloader.rejected) == ("Another Program", False)
    assert house.told() == [
        "~~The changed configuration could not be used.~~ Settled: the one that is there now is in force."
    ]


def test_a_mistake_taken_back_settles_it_too(house: House, reloader: Reloader) -> None:
    (house.folder / "label_taxonomy.yml").rename(house.folder / "elsewhere")
    reloader.look(hurried=True)
    assert reloader.rejected
    (house.folder / "elsewhere").rename(house.folder / "label_taxonomy.yml")
    reloader.look(hurried=True)
    assert house.told()[0].endswith("Settled: the one that is there now is in force.")


def test_a_template_with_a_mistake_is_refused_like_any_other_part(house: House, reloader: Reloader) -> None:
    own = house.folder / "templates" / "notes"
    own.mkdir(parents=True)
    (own / "unsaid.md.j2").write_text("{% if %}")
    reloader.look(hurried=True)
    assert reloader.rejected
    assert "templates/notes/unsaid.md.j2:1:1" in house.told()[0]


def test_templates_that_were_not_taken_say_nothing(house: House, reloader: Reloader) -> None:
    """The words in force are those that were checked, whatever stands in the files meanwhile."""
    own = house.folder / "templates" / "notes"
    own.mkdir(parents=True)
    (own / "unsaid.md.j2").write_text("Wait for these: {{ items | length }}")
    reloader.look(hurried=True)
    (own / "unsaid.md.j2").write_text("{% if %}")
    house.service.operator().unsaid([Ref("sme/customer-feedback", 3)])
    assert house.told() == ["Wait for these: 1"]


def test_mistakes_of_the_account_book_are_told_without_what_it_holds(tmp_path: Path, folder: Path) -> None:
    book = tmp_path / "accounts.csv"
    book.write_text(
        "account,name,arr,tier,region,renewal,health,probability,currency\n"
        "0065g00000QwErT,Acme Secret Corp,1000,,,,,,\n"
    )
    world, _, _ = peopled(shipped())
    with FakeGitLab(world, deliver=False) as gitlab:
        settings = settings_for(gitlab.url, world, tmp_path / "kept", config_dir=folder, account_book=book)
        service = bootstrap.service(settings, bootstrap.configuration(settings), bootstrap.inbox_rules(settings))
        reloader = Reloader(Renewal(service), logging.getLogger("tests.reload"))
        book.write_text(book.read_text() + "0065g00000QwErU,Acme Secret Corp,12 and a half,,,,,,\n")
        with closing(service):
            reloader.look(hurried=True)
        (note,) = House(folder, world, service).told()
        assert "- `accounts.csv cannot be used; the service's log says why.`" in note
        assert "Acme" not in note


def test_while_gitlab_is_down_the_operator_is_told_later(house: House, reloader: Reloader) -> None:
    house.world.faults.server_error(503, count=None)
    house.edits("areas:", "araes:")
    reloader.look(hurried=True)
    assert reloader.rejected
    house.world.faults.clear()
    reloader.look()
    assert len(house.told()) == 1


def test_runs_at_hand_end_with_the_old_rules_and_the_letterbox_knows_new_projects(
    house: House, reloader: Reloader
) -> None:
    assert house.service.holds_requests("sme/customer-feedback")
    assert not house.service.holds_requests("sme/another")
    house.edits("sme/customer-feedback", "sme/another")
    reloader.look(hurried=True)
    assert not reloader.rejected
    assert house.service.holds_requests("sme/another")


def until(what: Callable[[], bool]) -> None:
    """Wait for it."""
    end = time.monotonic() + PATIENCE
    while not what():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_running_service_says_so_where_it_is_asked(tmp_path: Path, folder: Path) -> None:
    """As on SIGHUP: looked at at once. It stays ready, as it goes on with what it has."""
    world, _, _ = peopled(shipped())
    with FakeGitLab(world, deliver=False) as gitlab:
        settings = settings_for(gitlab.url, world, tmp_path / "kept", config_dir=folder)
        web = create_web(settings, bootstrap.configuration(settings))
        with Serving(web) as serving:

            def ready() -> tuple[int, str]:
                answer = httpx.get(f"{serving.url}/readyz", trust_env=False)
                return answer.status_code, answer.text

            assert ready() == (200, '{"ready":true,"failing":[]}')
            good = (folder / "program.yml").read_text()
            (folder / "program.yml").write_text("nonsense: true\n")
            reload_now(web)
            until(lambda: ready() == (200, '{"ready":true,"failing":[],"degraded":["configuration"]}'))
            (folder / "program.yml").write_text(good)
            reload_now(web)
            until(lambda: ready() == (200, '{"ready":true,"failing":[]}'))


def test_before_the_start_is_over_there_is_nothing_to_look_at(tmp_path: Path, folder: Path) -> None:
    settings = settings_for("http://127.0.0.1:9", peopled(shipped())[0], tmp_path, config_dir=folder)
    reload_now(create_web(settings, bootstrap.configuration(settings)))


def test_it_looks_by_itself(house: House) -> None:
    quick = Reloader(Renewal(house.service), logging.getLogger("tests.reload"), timedelta(milliseconds=10))
    quick.start()
    try:
        house.edits(f"name: {house.name}", "name: Another Program")
        until(lambda: house.name == "Another Program")
    finally:
        quick.stop()
