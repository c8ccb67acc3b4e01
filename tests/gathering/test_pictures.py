"""What is read for a meeting, from a stand-in over HTTP."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from app import bootstrap
from app.domain.agenda_blocks import week
from app.domain.cadence import MeetingKind
from app.domain.failure import Temporary
from app.domain.issue import Issue as Found
from app.domain.issue import Ref
from app.domain.managed_blocks import Block
from app.domain.meeting import Series
from app.domain.meetings import meetings
from app.domain.numbers import Amounts
from app.domain.picture import Action, Given, Picture
from app.gateways.journal_none import NoJournal
from app.gateways.templates import Templates
from app.services.score import Score
from tests.gathering.board import DAY, NOW, Board, board_on, ref
from tests.scenarios.living import PROJECT, READY, settings_for

AI, SECURITY = "area::ai", "area::security"


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Board]:
    with board_on(tmp_path) as found:
        yield found


def nobody(picture: Picture) -> tuple[Ref, ...]:
    return ()


def titles(picture: Picture) -> list[str]:
    return [card.issue.title for card in picture.cards]


def test_an_area_meets_over_its_open_requests_and_what_was_closed_since_it_last_met(board: Board) -> None:
    board.files("open", AI, "status::new")
    closed = board.files("closed since", AI, "status::new", ago=50)
    before = board.files("closed before", AI, "status::new")
    said = board.files("closed before, commented on since", AI, "status::new")
    board.files("another area's", SECURITY)
    board.files("of no area")
    board.files("an agenda", AI, "program-doc::agenda")
    board.closes(closed, ago=3)
    for issue in (before, said):
        board.closes(issue, ago=40)
    board.says(said, "Thank you!")
    picture = board.gathering().picture(board.meeting(MeetingKind.PM_REVIEW, "ai"), NOW, nobody)
    assert titles(picture) == ["open", "closed since"]
    assert (picture.home, picture.amounts) == (PROJECT, Amounts.BANDS)
    assert picture.since is not None
    assert picture.since.date().isoformat() == "2026-02-18"
    assert picture.meeting.start.date().isoformat() == "2026-03-18"


@pytest.mark.parametrize("kind", [MeetingKind.ARR_DRIVER, MeetingKind.LEADERS, MeetingKind.EXCHANGE])
def test_a_meeting_of_no_area_is_about_the_whole_program(board: Board, kind: MeetingKind) -> None:
    board.files("of AI", AI)
    board.files("of Security", SECURITY)
    board.files("of no area")
    board.closes(board.files("closed since", SECURITY), ago=0.2)
    picture = board.gathering().picture(board.meeting(kind), NOW, nobody)
    assert titles(picture) == ["of AI", "of Security", "of no area", "closed since"]


def test_an_area_that_was_renamed_finds_its_requests_under_both_titles(board: Board) -> None:
    board.world.create_label(board.world.root, board.project, "area::ml")
    board.files("old", "area::ml")
    board.files("new", AI)
    taxonomy = board.configured.taxonomy
    scopes = tuple(
        replace(s, labels=tuple(replace(one, previously=("area::ml",)) if one.title == AI else one for one in s.labels))
        for s in taxonomy.scopes
    )
    gathering = board.gathering(taxonomy=replace(taxonomy, scopes=scopes))
    picture = gathering.picture(board.meeting(MeetingKind.POD, "ai"), NOW, nobody)
    assert titles(picture) == ["old", "new"]
    assert {card.area for card in picture.cards} == {"ai"}


def test_a_card_tells_where_it_stood_and_who_moved_it(board: Board) -> None:
    issue = board.files("SAML", AI, "status::new", ago=30)
    board.moves(issue, "reviewed", ago=10)
    (card,) = board.gathering().picture(board.meeting(MeetingKind.POD, "ai"), NOW, nobody).cards
    assert [(stay.status, stay.since, stay.by) for stay in card.stays] == [
        ("status::new", NOW - 30 * DAY, "sa.jane"),
        ("status::reviewed", NOW - 10 * DAY, "sme.ken"),
    ]
    assert card.put_on[AI] == NOW - 30 * DAY


def test_only_what_is_wanted_is_read_in_detail_and_says_what_score_found(board: Board) -> None:
    """Customers, points and the share are those that the request's ledger has."""
    wanted, other = board.files("wanted", AI, text=READY), board.files("other", AI, text=READY)
    board.says(
        wanted, "+1 customer: https://example.my.salesforce.com/0018X00002AbCdE | retention | renewal | 2026-06-30"
    )
    placed = scored(board)
    board.calls()
    meeting = board.meeting(MeetingKind.PM_REVIEW, "ai")
    elsewhere = Ref(PROJECT, 999)
    picture = board.gathering().picture(meeting, NOW, lambda _: (ref(wanted), elsewhere, ref(wanted)))
    assert board.calls().count("GET notes") == 1
    assert picture.details.keys() == {ref(wanted)}
    detail = picture.details[ref(wanted)]
    assert [line.severity for line in detail.lines] == ["blocker", "retention"]
    assert detail.scored == placed[ref(wanted)]
    assert detail.points is not None
    assert ref(other) in {card.ref for card in picture.cards}


def scored(board: Board) -> dict[Ref, object]:
    """Let `score` write its ledgers."""
    taxonomy, program = board.configured.taxonomy, board.program
    words, doors = Templates([bootstrap.SHIPPED / "templates"]), board.gitlab
    gathering = board.gathering()
    score = Score(
        doors.lister, doors.reader, doors.writer, words, NoJournal(), board.identity, taxonomy, program, gathering.book
    )
    scoring = score.plan(NOW)
    assert score.carry_out(scoring, dry=False).failed == ()
    return {found: place.scored for found, place in scoring.found.places.items()}


def test_the_agendas_of_meetings_are_found_by_their_markers(board: Board) -> None:
    """The last one of the series, and those held since; a copy of a marker in somebody's issue counts for nothing."""
    review = board.meeting(MeetingKind.PM_REVIEW, "ai")
    last = board.meeting(MeetingKind.PM_REVIEW, "ai", at=NOW - 25 * DAY)
    pod = board.meeting(MeetingKind.POD, "ai", at=NOW - 10 * DAY)
    written = {meeting.uid: board.agenda(meeting) for meeting in (last, pod, review)}
    board.files("My copy", "program-doc::agenda", text=written[pod.uid].description)
    given = Given(board.agendas(), (Action("a", "ask Ken", 1),), frozenset({Ref(PROJECT, 4)}), {Ref(PROJECT, 5): 10})
    picture = board.gathering().picture(review, NOW, nobody, given)
    assert picture.previous is not None
    assert (picture.previous.meeting, picture.previous.issue.ref) == (last, written[last.uid].ref)
    assert [(sheet.meeting, sheet.issue.ref) for sheet in picture.held] == [(pod, written[pod.uid].ref)]
    assert (picture.actions, picture.parked, picture.timeboxes) == (given.actions, given.parked, given.timeboxes)
    assert picture.url == board.gitlab.url


def test_a_corner_was_held_in_the_weeks_that_stand_in_the_issue_of_its_month(board: Board) -> None:
    """The issue of a month may be there without this week's agenda, and without those from before it was made."""
    corners = meetings(board.program, NOW - 10 * DAY, NOW, [Series(MeetingKind.CORNER, None, "apac")])
    assert [f"{one.start:%d %b}" for one in corners] == ["03 Mar", "10 Mar"]
    block = Block(f"{week(corners[1])}header", "# SME Corner: apac")
    board.documents.ensure(replace(board.wanted(corners[1]), layout=(block, "## Notes"), calling=(block,)))
    given = Given(board.agendas())
    picture = board.gathering().picture(board.meeting(MeetingKind.LEADERS), NOW, nobody, given)
    assert [sheet.meeting for sheet in picture.held] == [corners[1]]


def test_a_series_knows_which_of_its_meetings_had_an_agenda(board: Board) -> None:
    review = board.meeting(MeetingKind.PM_REVIEW, "ai")
    long_ago = board.meeting(MeetingKind.PM_REVIEW, "ai", at=NOW - 80 * DAY)
    board.agenda(long_ago)
    board.agenda(review)
    picture = board.gathering().picture(review, NOW, nobody, Given(board.agendas()))
    assert [sheet.meeting for sheet in picture.earlier] == [long_ago]
    assert picture.previous is None


def test_a_meeting_of_an_area_knows_the_boards_and_its_top_requests(board: Board) -> None:
    """Somebody's own issue with that label is no list of ours."""
    own = board.world.create_board(board.world.root, board.project, "AI")
    numbers = {"Customer feedback": 1, "AI": own.id}
    board.files("My ten favourites", "program-doc::top-requests")
    review = board.meeting(MeetingKind.PM_REVIEW, "ai")
    assert board.gathering().picture(review, NOW, nobody).top is None
    board.says(
        board.files("SAML", AI, text=READY),
        "+1 customer: https://example.my.salesforce.com/0018X00002AbCdE | retention | renewal | 2026-06-30",
    )
    settings = settings_for(board.gitlab.url, board.world, board.kept)
    scorer = bootstrap.scorer(settings, board.configured, board.gitlab, NoJournal())
    planned = scorer.score.plan(NOW)
    lists = scorer.top_requests.plan(planned.found, planned.issues, NOW)
    assert scorer.top_requests.carry_out(lists) == ()
    found = board.gathering().picture(review, NOW, nobody)
    assert found.boards == numbers
    (top,) = (issue for issue in board.project.issues.values() if issue.title == "Top requests: AI")
    assert found.top == ref(top)
    leaders = board.gathering().picture(board.meeting(MeetingKind.LEADERS), NOW, nobody)
    assert (leaders.boards, leaders.top) == (numbers, None)


def test_a_picture_knows_what_comes_next(board: Board) -> None:
    review = board.meeting(MeetingKind.PM_REVIEW, "ai")
    picture = board.gathering().picture(review, NOW, nobody)
    assert picture.previous is None
    assert picture.held == ()
    assert picture.next_one == board.meeting(MeetingKind.PM_REVIEW, "ai", at=review.end)
    assert review not in picture.coming
    assert {meeting.kind for meeting in picture.coming} == set(MeetingKind)
    assert min(meeting.start for meeting in picture.coming) >= NOW
    assert picture.nominations_close is not None
    assert picture.nominations_close - review.start > timedelta(days=-6)


@dataclass
class Meddling:
    """The real lists, after which something happens."""

    board: Board
    happens: Callable[[], object]

    def opened(self, project: str) -> Sequence[Found]:
        return self.board.gitlab.lister.opened(project)

    def labelled(self, project: str, titles: Sequence[str]) -> Sequence[Found]:
        found = self.board.gitlab.lister.labelled(project, titles)
        if AI in titles:
            self.happens()
        return found

    def closed_since(self, project: str, since: datetime, titles: Sequence[str] = ()) -> Sequence[Found]:
        return self.board.gitlab.lister.closed_since(project, since, titles)


def test_a_request_that_is_deleted_meanwhile_is_left_out(board: Board) -> None:
    board.files("stays", AI)
    gone = board.files("goes", AI)
    meddling = Meddling(board, lambda: board.world.delete_issue(board.world.root, gone))
    picture = board.gathering(meddling).picture(board.meeting(MeetingKind.POD, "ai"), NOW, nobody)
    assert titles(picture) == ["stays"]


def test_a_request_that_is_closed_between_two_lists_is_there_once(board: Board) -> None:
    issue = board.files("SAML", AI)
    meddling = Meddling(board, lambda: board.closes(issue, ago=0))
    picture = board.gathering(meddling).picture(board.meeting(MeetingKind.POD, "ai"), NOW, nobody)
    assert [(card.issue.title, card.issue.state) for card in picture.cards] == [("SAML", "closed")]


@pytest.mark.parametrize("path", ["issues$", "resource_label_events", "notes"])
def test_half_a_board_is_no_board(board: Board, path: str) -> None:
    board.files("SAML", AI)
    board.world.faults.server_error(503, count=None, path=path)
    with pytest.raises(Temporary):
        board.gathering().picture(
            board.meeting(MeetingKind.POD, "ai"), NOW, lambda picture: tuple(card.ref for card in picture.cards)
        )
