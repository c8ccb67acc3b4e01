"""Hostile titles, names, answers and comments on the wire: after we answered, nothing ran and nobody was called."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from app.domain import blocks
from app.domain.blocks import READ_AT_MOST
from app.fakegitlab.issues import LONGEST_DESCRIPTION, LONGEST_TITLE
from app.fakegitlab.model import Issue, Note
from app.fakegitlab.notes import LONGEST as LONGEST_NOTE
from tests.stateful import invariants, texts
from tests.stateful.installation import PM, PROGRAM_LEAD, SA, STRANGER, Installation, installed

LONGEST_OF_OURS = 20_000
FEW = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=set(Phase) - {Phase.shrink, Phase.explain},
)
MANY = settings(FEW, max_examples=500, phases=set(Phase))
PIECES = (
    *texts.HOSTILE,
    "`",
    "``",
    "\r\n",
    "\n\n",
    "> ",
    "- ",
    "| ",
    "@victim",
    "@all",
    "/close",
    "/assign @victim",
    '~"priority::1"',
    "<!--",
    "-->",
    "\u202e",
    "\u200b",
    "\u2028",
    "\x00",
    "&#64;victim",
    "&lt;",
    "[a](b)",
    "![",
    "$`",
    ">>>",
    "</details>",
    "declined: ",
    "severity: ",
    "type: ",
)
anything = st.lists(st.sampled_from(PIECES) | st.text(max_size=20), min_size=1, max_size=8).map("".join)


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """One tier is enough here: texts are the same on both."""
    with installed(tmp_path_factory.mktemp("kept"), "premium") as found:
        yield found


def told(here: Installation, text: str) -> Issue:
    """Wherever we read or repeat what people type, they type this."""
    here.fresh()
    for who in (SA, PM, STRANGER):
        here.person(who).name = text[:100] or who
    request = here.files(SA, text[:LONGEST_TITLE].strip() or "x", "", ["area::ai"])
    wish = f"It is slow.\n\nSeverity: {text}\n\nNeeded by: {text}\n\n- Product: {text}\n\n## Request type\n{text}\n"
    here.world.update_issue(here.person(SA), request, description=wish[:LONGEST_DESCRIPTION])
    here.clock.later(minutes=15)
    here.hears_everything()
    here.says(STRANGER, request, text[:LONGEST_NOTE])
    here.says(STRANGER, request, f"severity: {text}\ntype: {text}"[:LONGEST_NOTE])
    here.hears_everything()
    here.drags(PM, request, "status::declined")
    here.hears_everything()
    here.world.update_issue(here.person(PM), request, state_event="close")
    here.hears_everything()
    for ours in list(here.ours(request)):
        here.says(STRANGER, request, ours.body + text[: LONGEST_NOTE - len(ours.body)])
    here.says(PM, request, f"declined: {text}"[:LONGEST_NOTE])
    here.hears_everything()
    return request


def harmless(here: Installation) -> None:
    """A sweep finds nothing more to do, and the marks that hold of every request hold of this one."""
    here.settles()
    invariants.hold(here)


@pytest.mark.parametrize(
    "text", [*texts.HOSTILE, "x" * 5000, "`" * 300, "\U0001d54f" * 300], ids=lambda text: ascii(text[:40])
)
def test_what_they_type_runs_nothing_and_calls_nobody(installation: Installation, text: str) -> None:
    told(installation, text)
    harmless(installation)


def besides_duplicates(installation: Installation, issue: Issue) -> list[Note]:
    """Our notes; other tests have filed requests here that may be like this one."""
    return [
        note
        for note in installation.ours(issue)
        if "may ask for the same" not in note.body and "This looked like" not in note.body
    ]


def test_an_answer_we_cannot_read_is_repeated_as_code_and_does_nothing(installation: Installation) -> None:
    request = told(installation, "@victim /close @all")
    harmless(installation)
    ask, _move, closing = [note.body for note in besides_duplicates(installation, request)]
    assert "@victim" not in ask
    assert "I could not read `@victim /close @all` as a reason." in closing


@FEW
@given(text=anything)
def test_whatever_they_type_runs_nothing_and_calls_nobody(installation: Installation, text: str) -> None:
    told(installation, text)
    harmless(installation)


@pytest.mark.soak
@MANY
@given(text=anything)
def test_whatever_they_type_runs_nothing_and_calls_nobody_many_times(installation: Installation, text: str) -> None:
    told(installation, text)
    harmless(installation)


@pytest.mark.parametrize("piece", ["`", "[a](", "severity: x\n", "\n"])
def test_a_megabyte_is_read_at_its_beginning_only(
    installation: Installation, piece: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    parse = blocks._MARKDOWN.parse

    def counting(text: str) -> object:
        read.append(len(text))
        return parse(text)

    monkeypatch.setattr(blocks._MARKDOWN, "parse", counting)
    installation.fresh()
    text = "It is slow.\n" + piece * (LONGEST_NOTE // len(piece) - 9)
    issue = installation.files(SA, "x", text, ["area::ai"])
    installation.says(STRANGER, issue, text)
    installation.clock.later(minutes=15)
    installation.hears_everything()
    harmless(installation)
    assert max(read) <= READ_AT_MOST
    assert max(read) >= READ_AT_MOST - len(piece) or "\n" not in piece
    assert 0 < max(len(note.body) for note in installation.ours(issue)) <= LONGEST_OF_OURS


def test_a_copy_of_our_note_by_somebody_else_is_not_our_note(installation: Installation) -> None:
    installation.fresh()
    issue = installation.files(SA, "x", "It is slow.", ["area::ai"])
    installation.clock.later(minutes=15)
    installation.hears_everything()
    (note,) = besides_duplicates(installation, issue)
    installation.says(STRANGER, issue, note.body)
    installation.world.delete_note(installation.person(PROGRAM_LEAD), note)
    harmless(installation)
    (again,) = besides_duplicates(installation, issue)
    assert again.body == note.body
