"""The doors against the stand-in, over real HTTP: what goes in comes out, what is dropped is noticed, calls are few."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import requests

from app.domain.failure import Permanent, Temporary
from app.domain.issue import Ref
from app.domain.plan import ChangeLabels, DeleteNote, EditNote, PostNote
from app.fakegitlab import FakeGitLab, World
from app.fakegitlab.model import Project, User
from app.gateways.gitlab_budget import Budget
from app.gateways.gitlab_connect import GitLab, connect
from tests.gateways.gitlab_wire import no_sleep

PATH = "acme/feedback"
REF = Ref(PATH, 1)
SINCE = datetime(2026, 5, 1, tzinfo=UTC)


@dataclass
class Place:
    """A project with one request, a bot with a role, and the bot's doors."""

    world: World
    project: Project
    bot: User
    gitlab: GitLab
    url: str

    def calls(self) -> list[str]:
        """What was called since the last look, in order."""
        made = [f"{call.method} {call.template}" for call in self.world.calls]
        self.world.calls.clear()
        return made

    def role(self, level: str) -> None:
        """Give the bot a role."""
        self.world.add_member(self.project, self.bot, level)


@pytest.fixture
def place() -> Iterator[Place]:
    world = World(root_token="root-token")
    project = world.add_project(world.add_group("acme"), "feedback")
    bot = world.add_user("sounding-board", "Sounding Board", token="bot-token", bot=True)
    world.add_member(project, bot, "planner")
    for title in ("status::new", "status::done", "area::ai"):
        world.create_label(world.root, project, title)
    with FakeGitLab(world, port=0, deliver=False) as server:
        world.create_issue(
            world.root, project, "Export to CSV", description="Please", labels=["status::new", "area::ai"]
        )
        budget = Budget(rate=1e6, burst=1e6, notes_per_minute=1e6, notes_burst=1e6, sleep=no_sleep)
        with connect(server.url, "bot-token", budget) as gitlab:
            yield Place(world, project, bot, gitlab, server.url)


def test_a_lawful_look_is_three_reads_and_a_put_back_two_writes(place: Place) -> None:
    place.gitlab.writer.apply(REF, ChangeLabels(add=frozenset({"status::done"})))
    place.calls()
    before = place.gitlab.reader.snapshot(REF)
    place.gitlab.writer.apply(REF, ChangeLabels(frozenset({"status::new"}), frozenset({"status::done"})))
    note = place.gitlab.writer.apply(REF, PostNote("move", "Put back, kindly."))
    issue = "/projects/:id/issues/:issue_iid"
    assert [made.replace(":iid", ":issue_iid") for made in place.calls()] == [
        f"GET {issue}",
        f"GET {issue}/resource_label_events",
        f"GET {issue}/notes",
        f"PUT {issue}",
        f"POST {issue}/notes",
    ]
    after = place.gitlab.reader.snapshot(REF)
    assert before.issue.labels == {"status::done", "area::ai"}
    assert after.issue.labels == {"status::new", "area::ai"}
    events = [(event.action, event.label) for event in after.events]
    assert set(events[-2:]) == {("add", "status::new"), ("remove", "status::done")}
    assert [(n.id, n.author.id, n.body) for n in after.notes] == [(note, place.bot.id, "Put back, kindly.")]


def test_notes_are_posted_edited_and_taken_away(place: Place) -> None:
    note = place.gitlab.writer.apply(REF, PostNote("ask", "First"))
    assert note is not None
    assert place.gitlab.writer.apply(REF, EditNote("ask", note, "Second")) == note
    assert [n.body for n in place.gitlab.reader.notes(REF)] == ["Second"]
    place.gitlab.writer.apply(REF, DeleteNote(note))
    place.gitlab.writer.apply(REF, DeleteNote(note))
    assert place.gitlab.reader.notes(REF) == ()
    with pytest.raises(Temporary, match="was deleted a moment ago"):
        place.gitlab.writer.apply(REF, EditNote("ask", note, "Third"))


def test_an_answer_goes_into_the_thread_of_its_comment_and_is_as_internal(place: Place) -> None:
    asked = [place.gitlab.writer.apply(REF, PostNote("ask", f"Comment {n}", internal=n == 120)) for n in range(121)]
    place.calls()
    told = place.gitlab.writer.apply(REF, PostNote("receipt", "An answer", reply_to=asked[-1]))
    assert len([made for made in place.calls() if "GET" in made]) == 2
    notes = {note.id: note for note in place.world.notes.values()}
    assert told is not None
    assert asked[-1] is not None
    assert notes[told].discussion_id == notes[asked[-1]].discussion_id
    assert next(note for note in place.gitlab.reader.notes(REF) if note.id == told).internal
    place.gitlab.writer.apply(REF, EditNote("receipt", told, "Another answer"))
    place.gitlab.writer.apply(REF, DeleteNote(asked[0] or 0))
    with pytest.raises(Temporary, match="was deleted a moment ago"):
        place.gitlab.writer.apply(REF, PostNote("receipt", "An answer", reply_to=asked[0]))


def test_a_text_of_quick_actions_alone_is_no_note(place: Place) -> None:
    with pytest.raises(Permanent, match="GitLab made no note of what we said"):
        place.gitlab.writer.apply(REF, PostNote("ask", "/close"))


def test_a_guest_s_labels_are_dropped_and_we_notice(place: Place) -> None:
    place.role("guest")
    with pytest.raises(Permanent, match=r"answered 403|dropped our change on acme/feedback#1"):
        place.gitlab.writer.apply(REF, ChangeLabels(add=frozenset({"status::done"})))
    assert place.gitlab.reader.issue(REF).labels == {"status::new", "area::ai"}


def test_fields_dropped_without_a_word_are_noticed(place: Place) -> None:
    place.world.faults.drop_fields("add_labels", "remove_labels", "labels")
    with pytest.raises(Permanent, match="dropped our change on acme/feedback#1: ~status::done not put on"):
        place.gitlab.writer.apply(REF, ChangeLabels(frozenset({"status::done"}), frozenset({"status::new"})))


def test_no_label_is_made_by_a_slip_of_the_pen(place: Place) -> None:
    with pytest.raises(Permanent, match="~status::dnoe cannot be put on an issue of acme/feedback"):
        place.gitlab.writer.apply(REF, ChangeLabels(add=frozenset({"status::dnoe"})))
    assert place.gitlab.about.label_titles(PATH) == {"status::new", "status::done", "area::ai"}


def test_a_lost_answer_does_not_double_the_note(place: Place) -> None:
    place.world.faults.lose_answer(methods=("POST",))
    with pytest.raises(Temporary, match="so it is not sent again as it is"):
        place.gitlab.writer.apply(REF, PostNote("ask", "Only once"))
    assert [n.body for n in place.gitlab.reader.notes(REF)] == ["Only once"]


def test_a_read_survives_one_lost_answer(place: Place) -> None:
    place.world.faults.lose_answer(methods=("GET",))
    assert place.gitlab.reader.issue(REF).title == "Export to CSV"


def test_slow_down_and_trouble_say_when_to_come_back(place: Place) -> None:
    place.world.faults.rate_limit(retry_after=7200)
    with pytest.raises(Temporary) as caught:
        place.gitlab.reader.snapshot(REF)
    assert caught.value.retry_after == 3600.0
    place.world.faults.server_error(502)
    with pytest.raises(Temporary):
        place.gitlab.reader.snapshot(REF)


def test_long_talks_are_read_to_the_end(place: Place) -> None:
    for number in range(101):
        place.gitlab.writer.apply(REF, PostNote("ask", f"Note {number}"))
    place.calls()
    notes = place.gitlab.reader.notes(REF)
    assert [note.body for note in notes] == [f"Note {number}" for number in range(101)]
    assert len(place.calls()) == 2


def test_the_whole_list_and_what_changed(place: Place) -> None:
    with place.world.silently():
        for number in range(2, 331):
            with place.world.at(SINCE + timedelta(seconds=number // 40)):
                place.world.create_issue(place.world.root, place.project, f"Request {number}")
    place.calls()
    assert {issue.ref.iid for issue in place.gitlab.lister.all_issues(PATH)} == set(range(1, 331))
    assert len(place.calls()) <= 10
    late = place.gitlab.lister.changed_since(PATH, SINCE + timedelta(days=1))
    assert [issue.ref for issue in late] == [REF]
    assert [issue.ref for issue in place.gitlab.lister.labelled(PATH, ["area::ai", "status::new"])] == [REF]


def test_who_we_are_and_what_we_may(place: Place) -> None:
    about = place.gitlab.about
    assert about.whoami().username == "sounding-board"
    assert about.version()
    assert about.hooks(PATH) is None
    assert {member.user.username: member.access_level for member in about.members(PATH)}["sounding-board"] == 15
    token = about.token()
    assert token is not None
    assert token.scopes == ("api",)
    place.role("maintainer")
    assert about.hooks(PATH) == ()


def test_a_revoked_token_is_told_as_one(place: Place) -> None:
    place.world.revoke_token("bot-token")
    with pytest.raises(Temporary, match="it has expired, was revoked or was copied wrongly"):
        place.gitlab.about.whoami()


def test_requests_is_installed_but_never_makes_a_call(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(requests.Session, "send", lambda *_, **__: pytest.fail("requests made a call"))
    place.gitlab.reader.snapshot(REF)
    place.gitlab.writer.apply(REF, PostNote("ask", "Hello"))
    place.gitlab.lister.all_issues(PATH)
