"""Documents told as what happened: created once though many race, found again, and rewritten while people type."""

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from app.domain.document import News, Standing
from app.domain.document_marker import bound, marked, with_marker
from app.domain.failure import Overtaken, Permanent, Temporary
from app.domain.managed_merge import LIMIT, items_in, items_wanted
from app.domain.ticks import marks, read_ticks
from tests.agenda.desk import LABEL, NAME, TITLE, Desk, desk_on, ref
from tests.agenda.paper import blocks


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A stand-in, and us."""
    with desk_on() as found:
        yield found


def test_an_agenda_is_created_once_and_its_people_are_called_once(desk: Desk) -> None:
    made = desk.documents.ensure(desk.wanted())
    (issue,) = desk.issues()
    assert made.created
    assert (issue.title, [label.title for label in issue.labels]) == (TITLE, [LABEL])
    assert "Hosts @lead.ai and @pm.ai" in (issue.description or "")
    assert (desk.called("lead.ai"), desk.called("pm.ai")) == (1, 1)
    assert desk.calls() == ["GET", "GET", "GET", "POST", "GET", "PUT", "GET"]
    assert desk.documents.ensure(desk.wanted()) == Standing(made.issue)
    assert desk.calls() == ["GET"]
    assert desk.documents.ensure(desk.wanted(), [made.issue]) == Standing(made.issue)
    assert desk.calls() == []
    desk.documents.rewrite(made.issue, NAME, desk.news(1))
    assert "Hosts `@lead.ai` and `@pm.ai`" in (issue.description or "")
    assert (desk.called("lead.ai"), desk.called("pm.ai")) == (1, 1)


@pytest.mark.parametrize("racers", [2, 5])
def test_of_several_who_create_it_at_once_the_lowest_number_stays(desk: Desk, racers: int) -> None:
    together = threading.Barrier(racers, timeout=20)
    desk.door.always["before create"] = together.wait
    found: list[Standing] = []
    threads = [
        threading.Thread(target=lambda: found.append(desk.documents.ensure(desk.wanted()))) for _ in range(racers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    desk.documents.ensure(desk.wanted())
    first, *later = desk.issues()
    assert len(found) == racers
    assert len(later) == racers - 1
    assert first.state == "opened"
    assert {issue.state for issue in later} == {"closed"}
    assert [(issue.description or "").split("\n")[0] for issue in later] == [
        f"> **This was created twice at the same moment; it goes on in sme/customer-feedback#{first.iid}+.** "
        "Nothing more is written here. What was typed here in the meantime stays, below."
    ] * len(later)
    assert [(issue.description or "").count("This was created twice") for issue in later] == [1] * len(later)
    assert all("@lead" not in (issue.description or "").replace("`@lead", "") for issue in later)
    assert {standing.issue.ref for standing in found} == {ref(first)}
    assert (desk.called("lead.ai"), desk.called("pm.ai")) == (1, 1)


def test_a_creation_whose_answer_is_lost_is_found_by_the_next_run(desk: Desk) -> None:
    desk.world.faults.lose_answer(methods=("POST",))
    with pytest.raises(Temporary):
        desk.documents.ensure(desk.wanted())
    assert desk.called("lead.ai") == 0
    standing = desk.documents.ensure(desk.wanted())
    assert not standing.created
    assert len(desk.issues()) == 1
    assert desk.called("lead.ai") == 1


def test_a_creator_who_dies_before_calling_people_leaves_that_to_the_next(desk: Desk) -> None:
    desk.world.faults.server_error(methods=("PUT",))
    with pytest.raises(Temporary):
        desk.documents.ensure(desk.wanted())
    assert desk.called("lead.ai") == 0
    listed = desk.gitlab.documents.labelled(desk.wanted().project, LABEL)
    desk.edits("sa.jane", desk.issues()[0], "## Notes", "## Notes\nTyped since the list was read.")
    desk.documents.ensure(desk.wanted(), listed)
    desk.documents.ensure(desk.wanted())
    assert len(desk.issues()) == 1
    assert "Typed since" in (desk.issues()[0].description or "")
    assert desk.called("lead.ai") == 1


def test_an_answer_lost_while_calling_people_calls_nobody_twice(desk: Desk) -> None:
    desk.world.faults.lose_answer(methods=("PUT",))
    with pytest.raises(Temporary):
        desk.documents.ensure(desk.wanted())
    desk.documents.ensure(desk.wanted())
    assert len(desk.issues()) == 1
    assert desk.called("lead.ai") == 1


def test_what_was_typed_in_the_later_one_stays_there(desk: Desk) -> None:
    def another_of_us() -> None:
        desk.documents.ensure(desk.wanted())
        desk.door.once("after create", types)

    def types() -> None:
        desk.edits("sa.jane", desk.issues()[-1], "## Notes", "## Notes\nOur bank says yes.")

    desk.door.once("before create", another_of_us)
    desk.documents.ensure(desk.wanted())
    kept, later = desk.issues()
    assert (kept.state, later.state) == ("opened", "closed")
    assert "Our bank says yes." in (later.description or "")


@pytest.mark.parametrize("loses", ["title", "label", "label and title", "marker", "everything it says"])
def test_it_is_found_again_whatever_people_do_to_it(desk: Desk, loses: str) -> None:
    desk.documents.ensure(desk.wanted())
    (issue,) = desk.issues()
    jane = desk.world.user("sa.jane")
    if "title" in loses:
        desk.world.update_issue(jane, issue, title="AI review, room 4")
    if "label" in loses:
        desk.world.update_issue(jane, issue, remove_labels=[LABEL])
    if loses == "marker":
        desk.edits("sa.jane", issue, (issue.description or "").strip().split("\n")[-1], "")
    if loses.startswith("everything"):
        desk.world.update_issue(jane, issue, description="")
    standing = desk.documents.ensure(desk.wanted())
    assert standing.issue.ref == ref(issue)
    assert len(desk.issues()) == 1
    assert [label.title for label in issue.labels] == [LABEL]
    assert issue.title == ("AI review, room 4" if "title" in loses else TITLE)
    assert desk.called("lead.ai") == 1
    desk.calls()
    assert desk.documents.ensure(desk.wanted()).issue.ref == ref(issue)
    assert desk.calls() == ["GET"]


def test_one_that_people_closed_stays_closed(desk: Desk) -> None:
    desk.documents.ensure(desk.wanted())
    (issue,) = desk.issues()
    desk.world.update_issue(desk.world.user("sa.jane"), issue, state_event="close")
    assert desk.documents.ensure(desk.wanted()).issue.state == "closed"
    assert len(desk.issues()) == 1


def test_a_marker_copied_elsewhere_is_worth_nothing(desk: Desk) -> None:
    """Neither in a person's issue, nor in another document of ours, which would be closed as a double."""
    desk.documents.ensure(desk.wanted())
    (ours,) = desk.issues()
    jane = desk.world.user("sa.jane")
    desk.world.create_issue(jane, desk.project, TITLE, description=ours.description, add_labels=[LABEL])
    desk.documents.ensure(desk.wanted("cicd 2026-03-19", "CI/CD review"))
    other = desk.issues()[-1]
    line = (ours.description or "").strip().split("\n")[-1]
    own = (other.description or "").strip().split("\n")[-1]
    desk.edits("sa.jane", other, own, f"{line}\n{own}")
    assert desk.documents.ensure(desk.wanted()).closed == ()
    assert desk.documents.ensure(desk.wanted("cicd 2026-03-19", "CI/CD review")).issue.ref == ref(other)
    desk.edits("sa.jane", ours, line, own)
    assert marked(desk.gitlab.documents.read(ref(ours)), desk.identity) is None


def test_a_marker_that_is_not_bound_yet_counts_only_in_what_we_wrote(desk: Desk) -> None:
    desk.world.faults.server_error(methods=("PUT",))
    with pytest.raises(Temporary):
        desk.documents.ensure(desk.wanted())
    (ours,) = desk.issues()
    jane = desk.world.user("sa.jane")
    hers = desk.world.create_issue(jane, desk.project, TITLE, description=ours.description, add_labels=[LABEL])
    assert desk.documents.ensure(desk.wanted()).closed == ()
    assert hers.state == "opened"


def test_no_news_is_no_call_and_news_are_five(desk: Desk) -> None:
    known = desk.documents.ensure(desk.wanted()).issue
    first = desk.documents.rewrite(known, NAME, desk.news(1))
    desk.calls()
    assert not desk.documents.rewrite(first.issue, NAME, desk.news(1)).changed
    assert desk.calls() == []
    assert desk.documents.rewrite(first.issue, NAME, desk.news(2)).changed
    assert desk.calls() == ["GET", "GET", "PUT", "GET", "GET"]


def test_an_edit_made_before_our_last_reading_survives(desk: Desk) -> None:
    known = desk.documents.ensure(desk.wanted()).issue
    (issue,) = desk.issues()
    desk.door.once("before read", lambda: desk.edits("sa.jane", issue, "70 points", "Ha!\n70 points"))
    written = desk.documents.rewrite(known, NAME, desk.news(1))
    assert "> Ha!\n" in (issue.description or "")
    assert [kept.lines for kept in written.kept] == [("Ha!",)]


def test_an_edit_that_wrote_over_ours_is_merged_once_more(desk: Desk) -> None:
    known = desk.documents.ensure(desk.wanted()).issue
    (issue,) = desk.issues()
    stale = (issue.description or "").replace("## Notes", "## Notes\nTyped in an old window.")

    def saves_an_old_window() -> None:
        desk.world.update_issue(desk.world.user("sa.jane"), issue, description=stale)

    desk.door.once("after describe", saves_an_old_window)
    written = desk.documents.rewrite(known, NAME, desk.news(1))
    assert "Typed in an old window." in (issue.description or "")
    assert "### #412+ · 1 days" in (issue.description or "")
    assert written.overwritten == ()


def test_an_edit_between_our_reading_and_our_writing_is_told_and_its_tick_is_set_again(desk: Desk) -> None:
    """GitLab has no lock: what was typed there is lost; who typed is known, and a tick is in GitLab's note."""
    known = desk.documents.ensure(desk.wanted()).issue
    (issue,) = desk.issues()

    def meddles() -> None:
        desk.edits("sa.jane", issue, "## Notes", "## Notes\nLost, alas.")
        desk.edits("pm.ai", issue, "- [ ] Accept", "- [x] Accept")

    desk.door.once("before describe", meddles)
    written = desk.documents.rewrite(known, NAME, desk.news(1))
    assert [user.username for user in written.overwritten] == ["sa.jane"]
    assert written.items["412/accept"].box == "x"
    assert "- [x] Accept" in (issue.description or "")
    told = marks(desk.gitlab.documents.activity(ref(issue)))
    now = items_in(issue.description or "", str(NAME))
    ticks = read_ticks({}, now, told, items_wanted(blocks(1)), desk.identity.bot)
    assert [(tick.key, tick.by.username) for tick in ticks.done] == [("412/accept", "pm.ai")]


@pytest.mark.parametrize("when", ["before read", "after describe"])
def test_what_another_run_keeps_in_the_marker_is_not_written_over(desk: Desk, when: str) -> None:
    known = desk.documents.ensure(desk.wanted()).issue
    (issue,) = desk.issues()

    def another() -> None:
        fresh = desk.gitlab.documents.read(ref(issue))
        line = bound(NAME, desk.identity, fresh, {"heard": 9})
        desk.gitlab.documents.describe(ref(issue), with_marker(fresh.description, line))

    desk.door.once(when, another)
    with pytest.raises(Overtaken) as caught:
        desk.documents.rewrite(known, NAME, replace(desk.news(1), state={"heard": 7}))
    assert str(caught.value) == (
        f"{ref(issue)} was written by another run at the same moment; what is new is written later."
    )
    kept = marked(desk.gitlab.documents.read(ref(issue)), desk.identity)
    assert kept is not None
    assert kept.state == {"heard": 9}


def test_one_who_types_without_a_pause_is_left_alone_for_now(desk: Desk) -> None:
    known = desk.documents.ensure(desk.wanted()).issue
    (issue,) = desk.issues()
    desk.door.always["after describe"] = lambda: desk.edits("sa.jane", issue, "points", "Points!")
    desk.door.always["after activity"] = lambda: desk.edits("sa.jane", issue, "customers", "customers,\nyes, customers")
    with pytest.raises(Temporary, match="is being edited all the while; what is new there is written later"):
        desk.documents.rewrite(known, NAME, desk.news(1))


def test_a_tick_goes_from_the_box_to_the_person_and_is_heeded_once(desk: Desk) -> None:
    known = desk.documents.ensure(desk.wanted()).issue
    (issue,) = desk.issues()
    door, bot, asked = desk.gitlab.documents, desk.identity.bot, items_wanted(blocks())
    desk.edits("sa.jane", issue, "- [ ] Accept", "- [x] Accept")
    told = marks(door.activity(ref(issue)))
    ticks = read_ticks({}, items_in(issue.description or "", str(NAME)), told, asked, bot)
    assert [(tick.key, tick.action, tick.by.username) for tick in ticks.done] == [("412/accept", "ticked", "sa.jane")]
    news = News(desk.wanted().blocks, boxes={"412/accept": " "}, state={"heeded": told[-1].note})
    written = desk.documents.rewrite(known, NAME, news)
    assert "- [x]" not in (issue.description or "")
    found = marked(door.read(ref(issue)), desk.identity)
    assert found is not None
    assert found.state == {"heeded": told[-1].note}
    desk.edits("sa.jane", issue, "- [ ] Accept <!-- sb:item 412", "- [ ] more\n- [x] Accept <!-- sb:item 412")
    told = marks(door.activity(ref(issue)), after=told[-1].note)
    later = read_ticks(written.items, items_in(issue.description or "", str(NAME)), told, asked, bot)
    assert later.unexplained == ("412/accept",)
    desk.documents.rewrite(written.issue, NAME, desk.news(2))
    kept = marked(door.read(ref(issue)), desk.identity)
    assert kept is not None
    assert kept.state == found.state


def test_a_full_description_is_not_written(desk: Desk) -> None:
    known = desk.documents.ensure(desk.wanted()).issue
    (issue,) = desk.issues()
    room = LIMIT - len(issue.description or "")
    desk.world.update_issue(desk.world.user("sa.jane"), issue, description=(issue.description or "") + "x" * room)
    known = desk.gitlab.documents.read(known.ref)
    longer = (*desk.wanted().blocks, type(blocks()[0])("more", "y" * 100))
    with pytest.raises(Permanent) as caught:
        desk.documents.rewrite(known, NAME, News(longer))
    assert str(caught.value) == (
        f"The description of {known.ref} is full: GitLab takes 1,048,576 characters. Shorten what people wrote there, "
        "or move it into a comment."
    )


def test_what_gitlab_drops_without_a_word_is_noticed(desk: Desk) -> None:
    known = desk.documents.ensure(desk.wanted()).issue
    desk.world.faults.drop_fields("description")
    with pytest.raises(Permanent, match="GitLab said yes and did not keep what we wrote on"):
        desk.documents.rewrite(known, NAME, desk.news(1))
    desk.world.faults.drop_fields("labels")
    with pytest.raises(Permanent, match="and dropped its label ~program-doc::agenda"):
        desk.documents.ensure(desk.wanted("dropped"))


def test_a_command_that_people_left_in_the_text_does_not_run_when_we_write(desk: Desk) -> None:
    known = desk.documents.ensure(desk.wanted()).issue
    (issue,) = desk.issues()
    with desk.world.lock:
        issue.description = (issue.description or "").replace("## Notes", "## Notes\n\n/close\n\nand /close here")
        desk.world.touched(issue)
    desk.documents.rewrite(known, NAME, desk.news(1))
    assert issue.state == "opened"
    assert "\n\\/close\n" in (issue.description or "")
