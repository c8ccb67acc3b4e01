"""Another bot user takes over: what the former one said is left alone, or succeeded; nothing is said twice."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.envelope import Place, unseal
from app.entrypoints.demo.story import FOR_THE_REVIEW, FROM_THE_PHONE, GAPS
from app.fakegitlab.model import Issue, Note, User
from tests.chaos.desk import Town, desk, town
from tests.scenarios.living import SIGNING_KEY


@pytest.fixture
def place() -> Iterator[Town]:
    with town() as found:
        yield found


@pytest.fixture
def asked(place: Town, tmp_path: Path) -> Issue:
    """A request that the former bot has asked something about."""
    with desk(place, tmp_path / "former") as former:
        issue = place.files("sa.jane", GAPS)
        former.settle()
        (note,) = place.said(issue)
        assert note.author.username == "sounding-board"
    return issue


def successor(place: Town) -> User:
    """A new account for the bot."""
    user = place.world.add_user("sounding-board-2", "Sounding Board", bot=True)
    place.world.add_member(place.project, user, "planner")
    return user


def as_settings(new: User, former: User) -> dict[str, object]:
    """What the operator changes."""
    return {"gitlab_token": new.token, "retired_bot_ids": str(former.id)}


def succeeds(place: Town, note: Note) -> object:
    """The note that this one says it takes over from."""
    where = Place(place.world.base_url, place.project.id, note.issue.iid)
    envelope = unseal(note.body, where, (SIGNING_KEY.encode(),))
    assert envelope
    return envelope.state.get("succeeds")


def test_what_is_still_true_is_left_alone(place: Town, asked: Issue, tmp_path: Path) -> None:
    before = place.seen(asked)
    former, new = place.bot, successor(place)
    with desk(place, tmp_path / "new", **as_settings(new, former)) as working:
        place.says("sa.omar", asked, "I have heard of this too.")
        working.settle()
        assert place.seen(asked) == before
        assert working.plan_is_empty(asked)


def test_what_is_no_longer_true_is_succeeded_once_and_then_edited_in_place(
    place: Town, asked: Issue, tmp_path: Path
) -> None:
    former, new = place.bot, successor(place)
    with desk(place, tmp_path / "new", **as_settings(new, former)) as working:
        place.says("sa.jane", asked, "Use case: the platform team, for 900 developers")
        working.settle()
        old, mine = place.said(asked)
        assert (old.author, mine.author) == (former, new)
        assert succeeds(place, mine) == old.id
        place.says("sa.jane", asked, FROM_THE_PHONE)
        working.settle()
        assert place.said(asked) == [old, mine]
        assert "Thank you! This request has the context it needs" in mine.body
        assert "context::ready" in place.labels(asked)
        assert working.plan_is_empty(asked)
    with desk(place, tmp_path / "restarted", **as_settings(new, former)) as working:
        place.says("sa.omar", asked, "Thanks!")
        working.settle()
        assert place.said(asked) == [old, mine]


def test_the_notes_of_a_former_bot_that_was_deleted_are_still_known(place: Town, asked: Issue, tmp_path: Path) -> None:
    """GitLab hands them to its ghost user; their envelope says whose they are."""
    former, new = place.bot, successor(place)
    place.world.delete_user(former)
    before = place.seen(asked)
    with desk(place, tmp_path / "new", **as_settings(new, former)) as working:
        place.says("sa.omar", asked, "I have heard of this too.")
        working.settle()
        assert place.seen(asked) == before
        place.says("sa.jane", asked, FROM_THE_PHONE)
        working.settle()
        old, mine = place.said(asked)
        assert (old.author.username, mine.author) == ("ghost", new)
        assert succeeds(place, mine) == old.id
        assert working.plan_is_empty(asked)


def test_moves_that_the_former_bot_made_are_still_ours(place: Town, asked: Issue, tmp_path: Path) -> None:
    """It put a card back; that is no move by a stranger, neither while its account is there nor as the ghost."""
    with desk(place, tmp_path / "former") as working:
        place.drags("sa.omar", asked, "status::accepted")
        working.settle()
        assert "status::new" in place.labels(asked)
    former, new = place.bot, successor(place)
    before = place.seen(asked)
    for name in ("retired", "deleted"):
        with desk(place, tmp_path / name, **as_settings(new, former)) as working:
            place.says("sa.omar", asked, "All right.")
            working.settle()
            assert place.seen(asked) == before
            assert working.plan_is_empty(asked)
        if name == "retired":
            place.world.delete_user(former)


def test_back_to_the_former_bot_the_newest_note_counts(place: Town, asked: Issue, tmp_path: Path) -> None:
    """A new token that is taken back: what was said meanwhile is not asked again."""
    former, new = place.bot, successor(place)
    with desk(place, tmp_path / "new", **as_settings(new, former)) as working:
        place.says("sa.jane", asked, FROM_THE_PHONE)
        working.settle()
        assert "context::ready" in place.labels(asked)
        old, middle = place.said(asked)
    before = place.seen(asked)
    with desk(place, tmp_path / "back", **as_settings(former, new)) as working:
        place.says("sa.omar", asked, "Thanks!")
        working.settle()
        assert place.seen(asked) == before
        place.drags("sme.ken", asked, "status::reviewed")
        working.settle()
        place.says("sa.jane", asked, FOR_THE_REVIEW)
        working.settle()
        assert place.said(asked)[:2] == [old, middle]
        assert len(place.said(asked)) == 3
        assert working.plan_is_empty(asked)
