"""`sounding-board check`, offline: right, or everything that is wrong at once."""

# ruff: noqa: E501 - sentences are pinned as people read them

import re
import shutil
import subprocess
from pathlib import Path

from inline_snapshot import snapshot

from app import bootstrap
from tests.commands.terminal import Terminal


def test_what_is_shipped_is_right(terminal: Terminal) -> None:
    """Step 2 of the README: copy the two files into a directory of your own, and check."""
    for name in ("label_taxonomy.yml", "program.yml"):
        shutil.copy(bootstrap.SHIPPED / name, terminal.here)
    ran = terminal("check")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == snapshot("Configuration ok: 84 labels, 17 moves, 4 areas, 15 people, 1 project.\n")
    assert terminal("check", "--config", str(bootstrap.SHIPPED)).out == ran.out


def test_the_directory_may_be_set_for_all_commands(terminal: Terminal) -> None:
    terminal.sets(config_dir=bootstrap.SHIPPED)
    assert terminal("check").code == 0


def test_ticks_that_act_while_the_rules_beside_them_only_watch_are_noted(terminal: Terminal, program: Path) -> None:
    taxonomy = program / "label_taxonomy.yml"
    begins = taxonomy.read_text().partition("\nrules:")
    for name in ("agendas", "moves", "context"):
        begins = (*begins[:2], re.sub(rf"(?m)^  {name}: \{{[^}}]*\}}", f"  {name}: {{mode: observe}}", begins[2]))
    taxonomy.write_text("".join(begins))
    assert "note: ticks" not in terminal("check", "--config", str(program)).out
    taxonomy.write_text(taxonomy.read_text().replace("agendas: {mode: observe}", "agendas: {mode: enforce}"))
    ran = terminal("check", "--config", str(program))
    assert (ran.code, [line for line in ran.out.splitlines() if line.startswith("note: ticks")]) == snapshot(
        (
            0,
            [
                "note: ticks on agendas act (agendas: enforce) while the rule moves only watches in ai, app-security, agile, dedicated: what a tick lacks is asked for on the agenda alone, and no move is kept on the request.",
                "note: ticks on agendas act (agendas: enforce) while the rule context only watches in ai, app-security, agile, dedicated: what a request lacks after a meeting is asked for by nobody.",
            ],
        )
    )


def test_nothing_is_there(terminal: Terminal) -> None:
    ran = terminal("check")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == snapshot("""\
label_taxonomy.yml:1:1: the file is missing — put label_taxonomy.yml into the directory .
program.yml:1:1: the file is missing — put program.yml into the directory .
""")


def test_two_mistakes_are_told_at_once_each_with_its_place_and_its_cure(terminal: Terminal, program: Path) -> None:
    taxonomy = program / "label_taxonomy.yml"
    taxonomy.write_text(taxonomy.read_text().replace('color: "#1f75cb"', "color: #1f75cb", 1))
    people = program / "program.yml"
    people.write_text(people.read_text().replace("role: pm, area: ai", "role: pm, area: aj", 1))
    ran = terminal("check", "--config", str(program))
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == snapshot("""\
label_taxonomy.yml:17:16: `color` has no value: YAML takes everything after # for a comment — put it in quotes: color: "#1f75cb"
program.yml:81:26: there is no area `aj` — the areas: ai, app-security, agile, dedicated
""")


def test_templates_that_cannot_be_read_are_told_beside_all_other_mistakes(terminal: Terminal, program: Path) -> None:
    notes, areas = program / "templates" / "notes", program / "templates" / "areas" / "ai" / "notes"
    for directory in (notes, areas):
        directory.mkdir(parents=True)
    (notes / "move_held.md.j2").write_text("Back.\n{% if %}\n")
    (areas / "move_held.md.j2").write_text("Back.\n\n{{ who | shout }}\n")
    (areas / "unsaid.md.j2").write_bytes(b"\xff\xfe")
    people = program / "program.yml"
    people.write_text(people.read_text().replace("role: pm, area: ai", "role: pm, area: aj", 1))
    ran = terminal("check", "--config", str(program))
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == snapshot("""\
program.yml:81:26: there is no area `aj` — the areas: ai, app-security, agile, dedicated
templates/areas/ai/notes/move_held.md.j2:3:1: the template cannot be used: No filter named 'shout' — mend it, or take it away
templates/areas/ai/notes/unsaid.md.j2:1:1: the template cannot be used: it is not UTF-8 — mend it, or take it away
templates/notes/move_held.md.j2:2:1: the template cannot be used: Expected an expression, got 'end of statement block' — mend it, or take it away
""")
    people.write_text(people.read_text().replace("role: pm, area: aj", "role: pm, area: ai", 1))
    assert len(terminal("check", "--config", str(program)).err.splitlines()) == 3


def git(directory: Path, *words: str) -> None:
    who = ["-c", "user.name=Petra", "-c", "user.email=petra@example.com"]
    subprocess.run(["git", *who, *words], cwd=directory, check=True, capture_output=True)


def test_a_changed_rule_needs_a_newer_instant(terminal: Terminal, program: Path) -> None:
    git(program, "init", "-q", "-b", "main")
    git(program, "add", ".")
    git(program, "commit", "-q", "-m", "The program")
    same = terminal("check", "--config", str(program), "--against", "main")
    assert (same.code, same.err) == (0, "")
    assert same.out.splitlines()[1:] == ["No rule has changed since main without a newer effective_from."]
    taxonomy = program / "label_taxonomy.yml"
    taxonomy.write_text(taxonomy.read_text().replace("who: [sme, lead, pm]", "who: [lead, pm]", 1))
    changed = terminal("check", "--config", str(program), "--against", "main")
    assert changed.code == 2
    (told,) = changed.out.splitlines()
    assert re.sub(r"20\d\d-\S+Z", "THEN", told.partition(":11: ")[2]) == snapshot(
        "the move T2: who may make it changed, and `effective_from` (THEN) is not newer than before (THEN) — give a newer `effective_from`, there or for the whole workflow"
    )


def test_a_revision_that_is_not_there(terminal: Terminal, program: Path) -> None:
    git(program, "init", "-q", "-b", "main")
    ran = terminal("check", "--config", str(program), "--against", "no-such-branch")
    assert ran.code == 2
    assert ran.err == snapshot(
        "label_taxonomy.yml:1:1: git knows no revision `no-such-branch` here — fetch it first, or name another branch or commit\n"
    )
