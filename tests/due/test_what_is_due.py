"""When an agenda is due, what its marker keeps, and which words people may write on it: no GitLab needed."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from app.domain.agenda import Ask, Verb
from app.domain.agenda_blocks import as_they_stand, replaced, requests_in
from app.domain.agenda_due import Stage, all_due, due_at, refreshed, series
from app.domain.agenda_heeding import nominated
from app.domain.agenda_state import ROOM, AgendaState, short
from app.domain.agenda_words import Wish, wishes
from app.domain.cadence import MeetingKind
from app.domain.document_marker import DocumentName, bound, marked
from app.domain.failure import Permanent
from app.domain.issue import Issue, Note, Ref, User
from app.domain.managed_blocks import Block
from app.domain.managed_lines import Item
from app.domain.managed_merge import merge
from app.domain.meeting import Series
from app.domain.meetings import next_from
from app.domain.voice import Bot, Identity
from tests.agenda.paper import DOCUMENT, paper
from tests.due.house import DAY, instant
from tests.scenarios.living import shipped

PROGRAM = shipped().program
BEFORE = instant("2026-03-01 00:00")


@pytest.mark.parametrize(
    ("at", "stage", "makes", "calls", "may_cancel"),
    [
        ("2026-03-11 12:59", Stage.AHEAD, False, True, False),
        ("2026-03-11 13:00", Stage.OPEN, True, True, False),
        ("2026-03-16 13:00", Stage.OPEN, True, True, True),
        ("2026-03-18 19:00", Stage.HELD, True, True, False),
        ("2026-03-18 19:45", Stage.HELD, True, False, False),
        ("2026-03-19 07:00", Stage.OVER, True, False, False),
        ("2026-03-25 07:00", Stage.OVER, False, False, False),
        ("2026-03-28 19:00", Stage.DONE, False, False, False),
    ],
)
def test_the_life_of_an_agenda(at: str, stage: Stage, makes: bool, calls: bool, may_cancel: bool) -> None:
    meeting = next_from(PROGRAM, Series(MeetingKind.PM_REVIEW, "ai"), instant("2026-03-11 00:00"))
    assert meeting is not None
    due = due_at(PROGRAM, meeting, instant(at), BEFORE)
    assert (due.stage, due.makes, due.calls, due.may_cancel) == (stage, makes, calls, may_cancel)


def test_meetings_from_before_the_rule_was_in_force_get_none() -> None:
    now = instant("2026-03-11 12:00")
    assert {due.makes for due in all_due(PROGRAM, now, now) if due.meeting.start < now} == {False}


def test_four_days_without_a_run_lose_no_agenda() -> None:
    """Whenever the four days begin, of all agendas whose day was among them the first run after them makes each."""
    around = [due for week in range(4) for due in all_due(PROGRAM, BEFORE + week * 7 * DAY, BEFORE)]
    for due in {due.meeting.uid: due for due in around if due.meeting.start >= BEFORE}.values():
        back = due.times.created + 4 * DAY
        assert due_at(PROGRAM, due.meeting, back, BEFORE).makes, due.meeting.uid


def test_a_night_begins_at_six_on_the_clocks_of_the_meeting() -> None:
    meeting = next_from(PROGRAM, Series(MeetingKind.PM_REVIEW, "ai"), instant("2026-03-11 00:00"))
    assert meeting is not None
    nights = [refreshed(meeting, instant(at)) for at in ("2026-03-12 12:59", "2026-03-12 13:00", "2026-03-13 12:59")]
    assert nights == ["2026-03-11", "2026-03-12", "2026-03-12"]


def test_which_kinds_have_an_area_or_a_region() -> None:
    assert series(MeetingKind.POD, "ai", None) == Series(MeetingKind.POD, "ai")
    assert series(MeetingKind.CORNER, None, "apac") == Series(MeetingKind.CORNER, None, "apac")
    assert series(MeetingKind.LEADERS, None, None) == Series(MeetingKind.LEADERS)
    assert series(MeetingKind.POD, None, None) is None
    assert series(MeetingKind.LEADERS, "ai", None) is None


def test_a_marker_gives_back_what_it_was_given() -> None:
    state = AgendaState(
        heard=7,
        read=8,
        ticked=frozenset({short("a")}),
        told={"accept/sme/x#1": {"key": "accept/sme/x#1", "kind": "done", "by": "pm.ai", "at": "2026-03-11T06:00:00"}},
        frozen=frozenset({"FY27-M02"}),
        over=frozenset({"FY27-M02"}),
        called=frozenset({"FY27-W05"}),
        owed=frozenset({Ref("sme/x", 1)}),
        parked=frozenset({Ref("sme/x", 2)}),
        timeboxes={Ref("sme/x", 3): 10},
        night="2026-03-11",
        passed=frozenset({"0123456789abcdef"}),
    )
    assert AgendaState.of(state.to_state()) == state
    assert AgendaState.of({}) == AgendaState()
    assert AgendaState().to_state() == {}


def test_a_marker_that_is_full_lets_the_oldest_sentences_go() -> None:
    told = {f"accept/sme/x#{n}": {"kind": "done", "by": "pm.ai", "data": {"status": "Accepted"}} for n in range(500)}
    kept = AgendaState.of(AgendaState(told=told).to_state()).told
    assert list(kept) == list(told)[-len(kept) :]
    assert 100 < len(kept) < 500
    assert len(str(AgendaState(told=told).to_state())) < ROOM + 500


def test_what_still_waits_is_the_last_to_go_from_a_full_marker() -> None:
    one = {"key": "k", "by": "pm.ai", "at": "2026-03-11T06:00:00+00:00", "data": {"status": "Accepted"}}
    told = {"first": {**one, "kind": "asked"}, **{f"k{n}": {**one, "kind": "done"} for n in range(500)}}
    kept = AgendaState.of(AgendaState(told=told).to_state()).told
    assert list(kept) == ["first", *list(told)[-len(kept) + 1 :]]


def test_a_marker_without_room_is_refused_aloud() -> None:
    with pytest.raises(Permanent, match="Take out ticks that were decided long ago"):
        AgendaState(ticked=frozenset(short(str(n)) for n in range(1500))).to_state()


def test_a_full_marker_is_found_again() -> None:
    issue = issue_with("")
    identity = Identity("https://gitlab.example.com", Bot(1, "bot"), (b"a key",))
    state = AgendaState(parked=frozenset(Ref("sme/customer-feedback", n) for n in range(450))).to_state()
    assert len(json.dumps(state)) > ROOM - 500
    line = bound(DocumentName("pm-review", "ai FY27-M02"), identity, issue, state)
    found = marked(replace(issue, description=line), identity)
    assert found is not None
    assert AgendaState.of(found.state).to_state() == state


def test_a_late_nomination_counts_for_the_cap() -> None:
    one = {"key": "k", "by": "lead.ai", "at": "2026-03-11T06:00:00+00:00"}
    asks = [Ask(Verb.NOMINATE_DRIVER, Ref("sme/x", n)) for n in range(6)]
    kinds = ["done", "already", "late", "full", "undone"]
    told = {ask.key: {**one, "kind": kind} for ask, kind in zip(asks, kinds, strict=False)}
    assert nominated(AgendaState(told=told), asks[-1]) == 3


def test_anything_else_in_a_marker_is_the_beginning() -> None:
    odd: dict[str, object] = {"heard": "x", "told": [1, {"kind": "done"}], "timeboxes": [], "parked": "no"}
    assert AgendaState.of(odd) == AgendaState()


@pytest.mark.parametrize(
    ("who", "text", "wish", "ref", "minutes"),
    [
        ("lead.ai", "defer #12", Wish.DEFER, "sme/x#12", 0),
        ("lead.ai", "`timebox #12 10`", Wish.TIMEBOX, "sme/x#12", 10),
        ("sa.jane", "@bot defer other/y#3.", Wish.DEFER, "other/y#3", 0),
        ("sa.jane", "@bot timebox #3 15 min", Wish.TIMEBOX, "sme/x#3", 15),
        ("sa.jane", "@Bot, refresh please!", Wish.REFRESH, None, 0),
        ("sa.jane", "@bot timebox #3 0", Wish.UNREAD, None, 0),
        ("sa.jane", "@bot timebox #3 9999", Wish.UNREAD, None, 0),
        ("sa.jane", "@bot accept", Wish.UNREAD, None, 0),
        ("sa.jane", "@bot help", Wish.HELP, None, 0),
        ("lead.ai", "timebox #44 400", Wish.UNREAD, None, 0),
        ("lead.ai", "timebox 44 15 min", Wish.UNREAD, None, 0),
        ("lead.ai", "defer 44", Wish.UNREAD, None, 0),
    ],
)
def test_words_on_an_agenda(who: str, text: str, wish: Wish, ref: str | None, minutes: int) -> None:
    (said,) = wishes([_note(who, text)], "bot", ["Lead.AI"], "sme/x")
    assert (said.wish, str(said.ref) if said.ref else None, said.minutes) == (wish, ref, minutes)


@pytest.mark.parametrize(
    ("who", "text"),
    [
        ("sa.jane", "defer #12"),
        ("lead.ai", "Shall we defer #12?"),
        ("lead.ai", "defer it to 12 May"),
        ("sa.jane", "timebox 44 15 min"),
        ("lead.ai", "defer #12\nand another line"),
        ("sa.jane", "> @bot defer #12"),
        ("sa.jane", "@bot request: One sentence that is long enough | area ai"),
    ],
)
def test_what_is_only_talk(who: str, text: str) -> None:
    assert wishes([_note(who, text)], "bot", ["lead.ai"], "sme/x") == ()


def test_a_record_stays_to_the_character() -> None:
    text = paper(3)
    blocks = as_they_stand(text, DOCUMENT)
    assert [block.name for block in blocks] == ["decisions", "updates"]
    assert merge(text, blocks, DOCUMENT).text == text
    ticked = text.replace("- [ ] Accept", "- [x] Accept", 1)
    assert merge(ticked, as_they_stand(ticked, DOCUMENT), DOCUMENT).text == ticked


def test_what_people_typed_in_a_record_moves_out_when_something_is_added() -> None:
    text = paper().replace("### #397+", "Typed here.\n### #397+")
    blocks = replaced(as_they_stand(text, DOCUMENT), Block("ticks", "- `@pm.ai` ticked **Accept**."))
    merged = merge(text, blocks, DOCUMENT).text
    assert "Typed under *Decisions wanted*:\n\n> Typed here." in merged
    assert merged.index("ticked **Accept**") > merged.index("#412+")


def test_which_requests_an_agenda_asks_about() -> None:
    keys = ("decline/sme/x#7", "cancel", "accept/sme/x#3", "accept/sme/x#7", "412/accept")
    assert requests_in({key: Item(key, "", " ", "") for key in keys}) == (Ref("sme/x", 7), Ref("sme/x", 3))


def issue_with(text: str) -> Issue:
    """An agenda with this description."""
    by, no = User(1, "bot"), frozenset[str]()
    return Issue(Ref("sme/x", 1), 7, 3, "Agenda", text, no, "opened", by, (), BEFORE, BEFORE)


def _note(who: str, text: str) -> Note:
    at = BEFORE + timedelta(days=1)
    return Note(5, User(len(who), who), text, at, at)
