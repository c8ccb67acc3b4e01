"""What an agenda over five hundred requests costs in calls to GitLab, from who we are to its rewritten text, counted by
the stand-in.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from app import bootstrap
from app.domain.agenda_heeded import Tended
from app.domain.cadence import MeetingKind
from app.domain.meeting import Series
from app.domain.meetings import next_from
from app.domain.picture import Picture
from app.fakegitlab.model import Issue
from app.gateways.journal_none import NoJournal
from tests.gathering.board import DAY, NOW, Board, board_on, ref
from tests.gathering.crowd import REQUESTS, crowd
from tests.scenarios.living import settings_for

MOST, MOST_A_DETAIL = 12, 2
"""With a warm cache: for an agenda, and for each request whose notes it reads to show it in detail."""

_OF_ONE = re.compile(r"/issues/(\d+)/(notes|resource_label_events)")

STANDING = {"who we are": 1, "lists": 1 + 5 + 1, "agenda": 2, "notes of the agenda": 4, "writes": 1}
"""What each refresh costs, however little it shows: all agendas, the open requests, those closed since; the agenda read
before and after writing, its comments and (before, beside and after writing) its activity; one write.
"""


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Board]:
    with board_on(tmp_path) as found:
        yield found


@pytest.fixture(scope="module")
def busy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Board, list[Issue]]]:
    """Five hundred requests, of which each test reads for other meetings."""
    with board_on(tmp_path_factory.mktemp("busy")) as found:
        yield found, crowd(found)


@dataclass(slots=True)
class Cost:
    """Calls by what they are for; `details` are the requests whose notes were read."""

    calls: Counter[str] = field(default_factory=Counter)
    details: set[int] = field(default_factory=set)

    @property
    def total(self) -> int:
        """All of them."""
        return self.calls.total()


def night(board: Board, series: Series, requests: list[Issue], number: int) -> tuple[Cost, tuple[str, ...]]:
    """A run of its own, some nights later, tends to the next meeting's agenda; what that costs, and what it did."""
    settings = settings_for(board.gitlab.url, board.world, board.kept)
    meeting = next_from(board.program, series, NOW)
    assert meeting is not None
    board.world.reset_calls()
    rules = bootstrap.rules(settings, board.configured, board.gitlab, NoJournal())
    done = rules.due.one(meeting, max(NOW, meeting.start - 30 * DAY) + number * DAY, dry=False)
    return _cost(board, {issue.iid for issue in requests}), done.did if isinstance(done, Tended) else ()


def _cost(board: Board, requests: set[int]) -> Cost:
    cost = Cost()
    for call in board.world.calls:
        what = call.template.rpartition("/")[2]
        found = _OF_ONE.search(call.path)
        if found and found[2] == "notes" and int(found[1]) in requests:
            cost.details.add(int(found[1]))
            cost.calls["details"] += 1
        elif found:
            cost.calls["notes of the agenda" if found[2] == "notes" else "histories"] += 1
        elif call.method != "GET":
            cost.calls["writes"] += 1
        else:
            cost.calls[{"user": "who we are", "issues": "lists", ":issue_iid": "agenda"}.get(what, what)] += 1
    return cost


@pytest.mark.parametrize(
    ("series", "least"),
    [
        (Series(MeetingKind.PM_REVIEW, "ai"), 20),
        (Series(MeetingKind.POD, "ai"), 16),
        (Series(MeetingKind.ARR_DRIVER), 20),
        (Series(MeetingKind.LEADERS), 20),
    ],
)
def test_an_agenda_over_five_hundred_requests(
    busy: tuple[Board, list[Issue]], tmp_path: Path, series: Series, least: int
) -> None:
    board, requests = busy
    board.kept = tmp_path
    cold, did = night(board, series, requests, 0)
    assert did == ("made",)
    assert cold.calls["histories"] == REQUESTS
    warm, did = night(board, series, requests, 1)
    assert did == ("refreshed",)
    details = len(warm.details)
    print(f"{series.key}: {cold.total} calls cold, {warm.total} warm, with {details} requests in detail")
    assert details >= least
    assert warm.calls == Counter({**STANDING, "details": details})
    assert warm.total <= MOST + MOST_A_DETAIL * details


def test_an_agenda_without_news_is_not_written(busy: tuple[Board, list[Issue]], tmp_path: Path) -> None:
    """A Corner for which nothing is told shows nothing in detail: ten calls."""
    board, requests = busy
    board.kept = tmp_path
    series = Series(MeetingKind.CORNER, None, "apac")
    night(board, series, requests, 0)
    again, did = night(board, series, requests, 0)
    assert did == ()
    assert again.calls == {"who we are": 1, "lists": 7, "notes of the agenda": 2}
    assert again.total <= MOST


def test_what_changed_since_yesterday_costs_one_call_more_each(board: Board) -> None:
    requests = crowd(board, 60, 0)
    meeting = board.meeting(MeetingKind.PM_REVIEW, "ai")
    board.gathering().picture(meeting, NOW - DAY, nobody)
    for issue in requests[:7]:
        board.moves(issue, "declined", ago=0.5)
    board.calls()
    picture = board.gathering().picture(meeting, NOW, nobody)
    assert Counter(board.calls()) == {"GET issues": 2, "GET resource_label_events": 7}
    moved = {card.ref for card in picture.cards if card.status == "status::declined"}
    assert moved == {ref(issue) for issue in requests[:7]}


def nobody(picture: Picture) -> tuple[()]:
    return ()
