"""`sounding-board due` and `sounding-board agenda`, as a CI job and a curious host run them."""

# ruff: noqa: E501 - what is shown is pinned as people read it

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from inline_snapshot import snapshot

from app import bootstrap
from app.entrypoints.show import visible
from app.fakegitlab import World
from tests.commands.terminal import Terminal

MEETINGS = """
cadence:
  fiscal_year_starts: february
  meetings:
    pod: {held: false, slots: ["16:00 Europe/Berlin"]}
    pm_review: {slots: ["16:00 Europe/Berlin"]}
    arr_driver: {held: false}
    leaders: {held: false}
    corner: {held: false}
    exchange: {held: false}
"""

MORNING = datetime(2026, 3, 11, 6, 30, tzinfo=UTC)


@pytest.fixture
def program(program: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Only reviews are held; it is the morning on which the agenda of the area AI comes."""
    monkeypatch.setattr(bootstrap, "utc_now", lambda: MORNING)
    file, rules = program / "program.yml", program / "label_taxonomy.yml"
    text = file.read_text()
    file.write_text(text[: text.index("\ncadence:")] + MEETINGS)
    begins, _, rest = rules.read_text().partition("  effective_from: ")
    rules.write_text(f"{begins}  effective_from: 2026-03-10T00:00:00Z{rest[len('2026-01-01T00:00:00Z') :]}")
    return program


def word(world: World) -> list[str]:
    """What stands on the operator issue, as people read it."""
    return ["\n".join(visible(note.body)) for note in world.project("sme/customer-feedback").issues[1].notes]


def test_it_shows_what_it_would_do_and_does_it_when_told_to(terminal: Terminal, world: World) -> None:
    world.reset_calls()
    shown = terminal("due")
    assert (shown.code, shown.err, shown.out) == (
        0,
        "",
        snapshot("""\
sme/customer-feedback, a new issue: PM/SME review: Dedicated · 2026-03-11: made
sme/customer-feedback, a new issue: PM/SME review: AI · 2026-03-18: made
7 meetings looked at; 2 would be written to (dry run; --apply writes), 0 failed.
"""),
    )
    assert {call.method for call in world.calls} == {"GET"}
    assert (terminal("due", "--apply").out, terminal("due", "--apply").out) == snapshot(
        (
            """\
sme/customer-feedback#2: PM/SME review: Dedicated · 2026-03-11: made
sme/customer-feedback#3: PM/SME review: AI · 2026-03-18: made
7 meetings looked at; 2 written to, 0 failed.
""",
            "7 meetings looked at; 0 written to, 0 failed.\n",
        )
    )
    assert word(world) == snapshot(["The last due ended on 2026-03-11 06:30 UTC: 7 looked at, 0 failed."])


def test_a_run_that_cannot_leave_word_says_so(
    terminal: Terminal, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal("due", "--apply")
    monkeypatch.setattr(bootstrap, "utc_now", lambda: MORNING + timedelta(hours=1))
    world.faults.server_error(methods=("PUT",), count=None)
    ran = terminal("due", "--apply")
    assert (ran.code, ran.out, ran.err) == snapshot(
        (
            1,
            """\
sme/customer-feedback#1 could not be told of this run: GitLab is in trouble (PUT /projects/sme/customer-feedback/issues/1/notes/3 at 127.0.0.1 answered 503: 503 Server Error). It may work later.
7 meetings looked at; 0 written to, 0 failed.
""",
            "",
        )
    )
    world.faults.clear()
    assert terminal("due", "--apply").code == 0
    assert word(world) == snapshot(["The last due ended on 2026-03-11 07:30 UTC: 7 looked at, 0 failed."])


def test_as_of_another_time(terminal: Terminal, world: World) -> None:
    assert terminal("due", "--as-of", "2026-03-11T04:00").out == snapshot("""\
sme/customer-feedback, a new issue: PM/SME review: Dedicated · 2026-03-11: made
6 meetings looked at; 1 would be written to (dry run; --apply writes), 0 failed.
""")
    ran = terminal("due", "--as-of", "tomorrow")
    assert (ran.code, "tomorrow is no time" in ran.err) == (2, True)


def test_paused_it_writes_nothing(terminal: Terminal, world: World) -> None:
    terminal.sets(paused="true")
    world.reset_calls()
    assert terminal("due", "--apply").out.splitlines()[-1] == snapshot(
        "7 meetings looked at; 2 would be written to (paused; SOUNDING_BOARD_PAUSED is set), 0 failed."
    )
    assert {call.method for call in world.calls} == {"GET"}


def test_what_could_not_be_done_is_told_and_the_exit_code_says_so(terminal: Terminal, world: World) -> None:
    world.faults.server_error(methods=("POST",))
    ran = terminal("due", "--apply")
    assert (ran.code, ran.err) == (1, "")
    assert ran.out == snapshot("""\
sme/customer-feedback#2: PM/SME review: AI · 2026-03-18: made
PM/SME review: Dedicated · 2026-03-11 could not be done: GitLab is in trouble (POST /projects/sme/customer-feedback/issues at 127.0.0.1 answered 503: 503 Server Error). It may work later.
7 meetings looked at; 1 written to, 1 failed.
""")
    assert word(world) == snapshot(["The last due ended on 2026-03-11 06:30 UTC: 7 looked at, 1 failed."])
    assert terminal("due", "--apply").code == 0


def test_one_agenda_is_shown_as_it_would_be_written(terminal: Terminal, world: World) -> None:
    shown = terminal("agenda", "pm-review", "--area", "ai")
    assert shown.code == 0
    assert shown.out.split("\n")[1] == snapshot("# PM/SME review: AI · Wed 18 Mar 2026 · 15:00–15:45 UTC")
    assert shown.err == snapshot("""\

sme/customer-feedback, a new issue: PM/SME review: AI · 2026-03-18: made (dry run; --apply writes)
""")
    assert {call.method for call in world.calls} == {"GET"}
    assert terminal("agenda", "pm-review", "--area", "ai", "--apply").err == snapshot("""\

sme/customer-feedback#2: PM/SME review: AI · 2026-03-18: made
""")
    again = terminal("agenda", "pm-review", "--area", "ai", "--date", "2026-03-18")
    assert again.err == snapshot("""\

sme/customer-feedback#2: PM/SME review: AI · 2026-03-18: refreshed (dry run; --apply writes)
""")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("pm-review",),
            snapshot(
                "Invalid value: a pod or a PM review is of an --area, a Corner of a --region, the others of neither."
            ),
        ),
        (
            ("pm-review", "--area", "chess"),
            snapshot("Invalid value: there is no area chess; the areas: ai, app-security, agile, dedicated."),
        ),
        (
            ("pod", "--area", "ai"),
            snapshot("Invalid value: program.yml says that no pod is held."),
        ),
        (
            ("pm-review", "--area", "ai", "--date", "2026-03-17"),
            snapshot("Invalid value: there is no such meeting on that day; `sounding-board calendar` shows them."),
        ),
    ],
)
def test_what_there_is_not_is_told(terminal: Terminal, world: World, words: tuple[str, ...], said: str) -> None:
    ran = terminal("agenda", *words)
    assert ran.code == 2
    assert next(line.strip("│ ") for line in ran.err.split("\n") if "Invalid value" in line) == said


def test_a_rule_that_is_off_writes_no_agenda(terminal: Terminal, program: Path, world: World) -> None:
    rules = program / "label_taxonomy.yml"
    rules.write_text(rules.read_text().replace("agendas: {mode: enforce}", "agendas: {mode: off}"))
    assert terminal("due", "--apply").out == snapshot("7 meetings looked at; 0 written to, 0 failed.\n")
    ran = terminal("agenda", "pm-review", "--area", "ai")
    assert (ran.code, ran.out) == snapshot(
        (1, "PM/SME review: AI on 2026-03-18: no agenda is written, as the rule `agendas` is off for it.\n")
    )


def test_a_future_is_only_shown(terminal: Terminal, world: World) -> None:
    ran = terminal("due", "--as-of", "2026-03-20T04:00", "--apply")
    said = " ".join(line.strip("│ ") for line in ran.err.split("\n"))
    assert ran.code == 2
    assert "--apply would freeze and close agendas before their time: --as-of is in the future." in said
    assert not world.calls


def test_an_agenda_far_ahead_is_only_shown(terminal: Terminal, world: World) -> None:
    shown = terminal("agenda", "pm-review", "--area", "ai", "--date", "2026-06-17")
    assert (shown.code, shown.out.split("\n")[1][:20]) == (0, "# PM/SME review: AI ")
    ran = terminal("agenda", "pm-review", "--area", "ai", "--date", "2026-06-17", "--apply")
    assert (ran.code, ran.out) == snapshot(
        (
            1,
            "PM/SME review: AI on 2026-06-17: it is too far ahead to write its agenda, which comes on 2026-06-10; without --apply it is shown.\n",
        )
    )


def test_why_an_agenda_is_not_written_is_told(terminal: Terminal, world: World, program: Path) -> None:
    assert terminal("agenda", "pm-review", "--area", "ai", "--apply").code == 0
    agenda = next(issue for issue in world.issues.values() if issue.title.startswith("PM/SME review"))
    world.update_issue(world.root, agenda, state_event="close")
    assert terminal("agenda", "pm-review", "--area", "ai").out == snapshot(
        "PM/SME review: AI on 2026-03-18: its agenda is closed, and stays as it is; reopen it to have it refreshed.\n"
    )
    assert terminal("agenda", "pm-review", "--area", "ai", "--date", "2026-02-18").out == snapshot(
        "PM/SME review: AI on 2026-02-18: it was held too long ago for an agenda to be made now.\n"
    )


def test_what_is_only_observed_is_not_said_to_be_written(terminal: Terminal, program: Path, world: World) -> None:
    rules = program / "label_taxonomy.yml"
    rules.write_text(rules.read_text().replace("agendas: {mode: enforce}", "agendas: {mode: observe}"))
    assert terminal("due", "--apply").out == snapshot("""\
sme/customer-feedback, a new issue: PM/SME review: Dedicated · 2026-03-11: would be made
sme/customer-feedback, a new issue: PM/SME review: AI · 2026-03-18: would be made
7 meetings looked at; 0 written to, 2 only observed, 0 failed.
""")
    written = [(call.method, call.path) for call in world.calls if call.method != "GET"]
    assert written == snapshot([("POST", "/projects/sme%2Fcustomer-feedback/issues/1/notes")])
    assert word(world) == snapshot(["The last due ended on 2026-03-11 06:30 UTC: 7 looked at, 0 failed."])
