"""What an agenda over five hundred requests costs in calls to GitLab, counted by the stand-in."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from app.domain.agendas import pm_review
from app.domain.cadence import MeetingKind
from app.domain.document import News
from app.domain.issue import Issue as Found
from app.domain.issue import Ref
from app.domain.picture import Given, Picture
from app.domain.sheets import document_name
from tests.agenda.paper import blocks
from tests.gathering.board import DAY, NOW, Board, board_on, ref
from tests.gathering.crowd import CLOSED, REQUESTS, crowd

MOST, MOST_A_DETAIL = 12, 2
"""An agenda with its document found and rewritten, and each request shown in detail (warm)."""


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Board]:
    with board_on(tmp_path) as found:
        yield found


def refreshed(board: Board, version: int) -> Picture:
    """One run over an agenda that stands: who we are, all agendas, the board, the text around what people typed."""
    board.gitlab.about.whoami()
    agendas: Sequence[Found] = board.agendas()
    meeting = board.meeting(MeetingKind.PM_REVIEW, "ai")
    picture = board.gathering().picture(meeting, NOW, pm_review.wants, Given(agendas))
    standing = board.documents.ensure(board.wanted(meeting), agendas)
    assert board.documents.rewrite(standing.issue, document_name(meeting), News(blocks(version))).changed
    return picture


def counted(board: Board) -> dict[str, int]:
    return dict(Counter(board.calls()))


def test_a_warm_agenda_over_five_hundred_requests(board: Board) -> None:
    crowd(board)
    board.agenda(board.meeting(MeetingKind.PM_REVIEW, "ai"))
    board.calls()

    picture = refreshed(board, 2)
    cold = counted(board)
    assert len(picture.cards) == REQUESTS
    assert sum(card.issue.state == "closed" for card in picture.cards) == CLOSED
    details = len(picture.details)
    assert details >= 10
    print(f"cold: {sum(cold.values())} calls, a read of label events for each request among them")
    assert cold.pop("GET resource_label_events") == REQUESTS

    again = refreshed(board, 3)
    warm = counted(board)
    assert again.cards == picture.cards
    assert warm == cold
    print(f"warm: {sum(warm.values())} calls with {details} requests in detail")
    assert sum(warm.values()) <= MOST + MOST_A_DETAIL * details
    # Two of them are the activity on the agenda itself.
    assert warm.pop("GET notes") == details + 2
    assert warm == {"GET user": 1, "GET issues": 1 + 5 + 1, "GET :issue_iid": 2, "PUT :issue_iid": 1}


def test_what_changed_since_yesterday_costs_one_call_more_each(board: Board) -> None:
    requests = crowd(board, 60, 0)
    meeting = board.meeting(MeetingKind.PM_REVIEW, "ai")
    board.gathering().picture(meeting, NOW - DAY, nobody)
    for issue in requests[:7]:
        board.moves(issue, "declined", ago=0.5)
    board.calls()
    picture = board.gathering().picture(meeting, NOW, nobody)
    assert counted(board) == {"GET issues": 2, "GET resource_label_events": 7}
    moved = {card.ref for card in picture.cards if card.status == "status::declined"}
    assert moved == {ref(issue) for issue in requests[:7]}


def nobody(picture: Picture) -> tuple[Ref, ...]:
    return ()
