"""`sounding-board init`: what people answer, what is written, and what is never overwritten."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from app import bootstrap
from app.gateways.config_load import load
from tests.commands.terminal import Terminal

FLAGS = ("--gitlab", "https://gitlab.example.com", "--project", "acme/feedback", "--lead", "petra", "--yes")
WRITTEN = (
    "program.yml, label_taxonomy.yml, .gitlab-ci.yml, .gitignore, schemas/program.schema.json, "
    "schemas/label_taxonomy.schema.json"
)


def test_flags_alone_make_a_program_that_checks(terminal: Terminal) -> None:
    ran = terminal(
        "init", *FLAGS, "--pm", "@priya", "--area", "ai=AI", "--region", "emea", "--package", "acme-feedback==1"
    )
    assert (ran.code, ran.err) == (0, "")
    assert (
        ran.out
        == f"""\
Written: {WRITTEN}.

Next:
1. Put your people into program.yml, and look: sounding-board check
2. Commit the files, push them to the branch main of acme/feedback, and add the variables named at the top of
   .gitlab-ci.yml there. From then on merge requests show the plan, and the default branch applies it.
3. With SOUNDING_BOARD_GITLAB_URL=https://gitlab.example.com and a Maintainer's token in SOUNDING_BOARD_OPERATOR_TOKEN:
   sounding-board plan, then sounding-board apply
"""
    )
    checked = terminal("check")
    assert (checked.code, checked.err) == (0, "")
    assert checked.out.endswith(" labels, 17 moves, 1 area, 2 people, 1 project.\n")


def test_the_usual_answers_give_the_shipped_taxonomy_in_force_from_now_on(terminal: Terminal) -> None:
    assert terminal("init", *FLAGS).code == 0
    made = (terminal.here / "label_taxonomy.yml").read_text().splitlines()
    shipped = (bootstrap.SHIPPED / "label_taxonomy.yml").read_text().splitlines()
    assert len(made) == len(shipped)
    differs = [old for old, new in zip(shipped, made, strict=True) if old != new]
    assert differs == [
        "# about every mistake at once, with its line. The pages docs/labels.md and docs/workflow.md are made from it.",
        "  effective_from: 2026-01-01T00:00:00Z",
    ]


def test_other_areas_themes_and_regions_take_the_place_of_the_shipped_ones(terminal: Terminal) -> None:
    areas = ("--area", "net=Networking & Co", "--area", "ai=AI", "--theme", "net=dns", "--theme", "net=proxy")
    assert terminal("init", *FLAGS, *areas, "--region", "emea", "--region", "apac").code == 0
    configured = load(terminal.here)
    titles = configured.taxonomy.titles
    assert {title for title in titles if title.startswith(("area::", "theme::", "region::", "also-"))} == {
        *("area::net", "area::ai", "also-net", "also-ai", "region::emea", "region::apac"),
        *("theme::net::dns", "theme::net::proxy"),
        *("theme::ai::chat", "theme::ai::code-suggestions", "theme::ai::vulnerability"),
    }
    assert "app-security" not in (terminal.here / "label_taxonomy.yml").read_text()
    assert "    example: a label such as theme::net::dns\n" in (terminal.here / "label_taxonomy.yml").read_text()
    assert [board.name for board in configured.program.projects[0].boards] == [
        "Customer feedback",
        "Networking & Co",
        "AI",
    ]


def test_people_by_area(terminal: Terminal) -> None:
    areas = ("--area", "ai=AI", "--area", "net=Net")
    assert terminal("init", *FLAGS, *areas, "--lead", "ai=lena", "--pm", "Petra", "--pm", "net=paul").code == 0
    people = YAML(typ="safe").load((terminal.here / "program.yml").read_text())["people"]
    roles = {handle: [(r["role"], r.get("area")) for r in found["roles"]] for handle, found in people.items()}
    assert roles == {
        "petra": [("program_lead", None), ("pm", "ai"), ("lead", "net")],
        "lena": [("lead", "ai")],
        "paul": [("pm", "net")],
    }


def test_without_a_terminal_nothing_is_asked_and_what_misses_is_named(terminal: Terminal) -> None:
    ran = terminal("init", "--name", "Feedback")
    assert (ran.code, ran.out) == (2, "")
    assert "nobody can be asked here, so please give --project and --lead." in ran.err
    assert list(terminal.here.iterdir()) == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--area", "AI=AI"), "`AI` cannot be a key; use small letters, digits, - and _, and begin with a letter."),
        (("--area", "ai=AI", "--area", "ai=Other"), "the area `ai` is given twice."),
        (("--area", "ai=AI", "--area", "ml=ai"), "the area's name `ai` is given twice."),
        (("--region", "a" * 61), f"`{'a' * 61}` is 61 characters long; shorten it to 60, it is part of labels."),
        (("--theme", "net=dns"), "there is no area `net`; the areas are ai, app-security, agile, dedicated."),
        (("--theme", "dns"), "`dns` is no theme of an area; write it like ai=chat."),
        (("--pm", "ai=paul"), "one handle without an area is needed, for all areas that name nobody."),
        (("--pm", "what ever"), "`what ever` is no GitLab handle; write it as in the person's address, without the @."),
        (("--tier", "gold"), "`gold` is no tier; it is premium (also for Ultimate) or free."),
        (("--name", "a\nb"), "a name is one line of 1 to 100 characters."),
        (
            ("--home", "feedback"),
            "`feedback` is no full path of a project; write it as in its address, like group/project.",
        ),
        (("--gitlab", "gitlab"), "`gitlab` is no address; write it like https://gitlab.example.com."),
        (("--service", "x"), "`x` is no address; write it like https://sounding-board.example.com."),
        (("--ref", "my branch"), "`my branch` is no branch; write its name, such as main."),
        (("--package", 'x"; rm'), '`x"; rm` is nothing that pip could be given without quotes.'),
    ],
)
def test_an_answer_that_cannot_be_used_is_told_with_its_flag(
    terminal: Terminal, words: tuple[str, ...], told: str
) -> None:
    ran = terminal("init", *FLAGS, *words)
    assert ran.code == 2
    assert f"Invalid value for {words[0]}: {told}" in _flat(ran.err)
    assert list(terminal.here.iterdir()) == []


def _flat(box: str) -> str:
    """The text of an error's frame."""
    return " ".join(line.strip("│ ") for line in box.splitlines())


def test_what_is_there_is_kept_until_somebody_says_force(terminal: Terminal) -> None:
    (terminal.here / "program.yml").write_text("mine\n")
    (terminal.here / ".gitignore").write_text("mine\n")
    ran = terminal("init", *FLAGS)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == "Nothing was written: program.yml, .gitignore would be overwritten. --force does that.\n"
    assert sorted(path.name for path in terminal.here.iterdir()) == [".gitignore", "program.yml"]
    assert terminal("init", *FLAGS, "--force").code == 0
    assert terminal("check").code == 0
    assert terminal("init", *FLAGS, "--region", "emea").code == 1


def test_a_directory_is_made_and_named(terminal: Terminal) -> None:
    ran = terminal("init", "my/program", *FLAGS)
    assert ran.out.startswith("Written into my/program: program.yml, ")
    assert "look: sounding-board check --config my/program\n" in ran.out
    assert terminal("check", "--config", "my/program").code == 0


def test_the_branch_is_the_one_that_git_names_unless_told(terminal: Terminal) -> None:
    """Of a clone its default branch, whatever is checked out; of an empty repository the one it stands on."""

    def git(where: str, *words: str) -> None:
        who = ("-c", "user.name=Mia", "-c", "user.email=mia@example.com")
        subprocess.run(["git", "-C", str(terminal.here / where), *who, *words], check=True, capture_output=True)

    def ref(where: str, *more: str) -> str | None:
        ran = terminal("init", where, *FLAGS, "--force", *more)
        pipelines = load(terminal.here / where).program.pipelines
        assert pipelines is not None
        assert f"push them to the branch {pipelines.ref} of acme/feedback" in ran.out
        return pipelines.ref

    git(".", "init", "--initial-branch", "trunk", "theirs")
    assert ref("theirs/inside") == "main"
    assert ref("theirs") == "trunk"
    assert ref("theirs", "--ref", "live") == "live"
    git("theirs", "commit", "--allow-empty", "--message", "Begin")
    git(".", "clone", "theirs", "ours")
    git("ours", "switch", "--create", "change")
    assert ref("ours") == "trunk"


def test_a_person_at_a_terminal_is_asked_and_asked_again(tmp_path: Path) -> None:
    """A real terminal: ten questions, one wrong answer, the rest as offered."""
    ours, theirs = pty.openpty()
    typed = [
        "https://gitlab.example.com",
        "acme/feedback",
        "",
        "gold",
        "free",
        "ai=AI, net=Net",
        "",
        "petra",
        "",
        "",
        "",
    ]
    command = [sys.executable, "-c", "from app.entrypoints.cli import main; main()", "init", str(tmp_path / "new")]
    surroundings = {
        **os.environ,
        "TERM": "dumb",
        "NO_COLOR": "1",
        "COLUMNS": "200",
        "PYTHONPATH": str(bootstrap.SHIPPED),
    }
    surroundings = {name: value for name, value in surroundings.items() if not name.startswith("SOUNDING_BOARD_")}
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=surroundings) as asked:
        os.close(theirs)
        os.write(ours, "".join(f"{line}\n" for line in typed).encode())
        seen = _all_of(ours)
    assert asked.returncode == 0, seen
    assert "What the program is called [Customer feedback]: " in seen
    assert "  `gold` is no tier; it is premium (also for Ultimate) or free." in seen
    assert "Who decides for product: a GitLab handle [petra]: " in seen
    program = load(tmp_path / "new").program
    assert (program.tier, [area.name for area in program.areas]) == ("free", ["AI", "Net"])


def _all_of(terminal: int) -> str:
    """What was shown, until the program ended."""
    seen = b""
    with os.fdopen(terminal, "rb", buffering=0) as screen:
        while True:
            try:
                more = screen.read(4096)
            except OSError:  # how Linux says that nobody is left at the other end
                break
            if not more:
                break
            seen += more
    return seen.decode().replace("\r\n", "\n")
