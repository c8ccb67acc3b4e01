"""Nominated for a meeting, selected in one: ticks that put a label on, with their caps and deadlines; and the meeting's
own boxes.
"""

# ruff: noqa: E501 - a sentence is not broken where a line ends

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from inline_snapshot import snapshot

from app.domain.agenda import Verb
from app.domain.cadence import MeetingKind
from app.domain.failure import Missing
from app.domain.issue import Issue, Ref
from app.domain.meeting_mode import Owed
from app.domain.taxonomy import Taxonomy
from app.domain.tick_decisions import Became, Outcome
from app.domain.tick_lines import section
from tests.agendas.ticking import Table, kinds
from tests.rules.cards import REF, WORDING, Card, complete

POD = datetime(2026, 3, 4, 20, 10, tzinfo=UTC)


def pod(free: bool = False) -> Table:
    """The agenda of AI's pod, two weeks before its PM review."""
    return Table(complete("new", free=free), MeetingKind.POD)


def beside(card: Card, count: int, *labels: str) -> list[Issue]:
    """Other requests of the area with these labels."""
    return [
        replace(card.issue, ref=Ref(REF.project, 100 + n), labels=frozenset({"area::ai", *labels}))
        for n in range(count)
    ]


def nominations(at: Table) -> set[str]:
    """Its labels for meetings."""
    return {t for t in at.card.issue.labels if t.startswith(("pm-review::", "arr-driver::"))}


@pytest.mark.parametrize("free", [False, True], ids=["premium", "free"])
def test_nominated_for_the_review(free: bool) -> None:
    at = pod(free)
    at.card.label("lead.ai", "pm-review::discussed")
    outcome = at.ticks("sme.ken", Verb.NOMINATE_REVIEW, at=POD)
    assert nominations(at) == {"pm-review::next"}
    assert at.says(outcome) == snapshot(
        '- `@sme.ken` ticked **Nominate for the PM review** for sme/customer-feedback#12+. Done: it has ~"pm-review::next" now.'
    )
    assert at.calls == ["read", "read", "write"]
    assert at.card.settle() == []


def test_nominated_twice_and_taken_back() -> None:
    at = pod()
    ticked = at.decision("sme.ken", Verb.NOMINATE_REVIEW, at=POD)
    first = at.heeds(ticked)
    at.kept.clear()
    again = at.heeds(ticked)
    assert kinds([first, again]) == [Became.DONE, Became.ALREADY]
    at.kept[ticked.ask.key] = first
    another = at.unticks("sme.dana", Verb.NOMINATE_REVIEW)
    assert (another.box, nominations(at)) == ("x", {"pm-review::next"})
    back = at.unticks("lead.ai", Verb.NOMINATE_REVIEW)
    assert nominations(at) == set()
    nothing = at.unticks("lead.ai", Verb.NOMINATE_REVIEW)
    assert at.says(again, another, back, nothing) == snapshot("""\
- `@sme.ken` ticked **Nominate for the PM review** for sme/customer-feedback#12+. Nothing to do: it had ~"pm-review::next" already.
- `@sme.dana` unticked **Nominate for the PM review** for sme/customer-feedback#12+. Not done: `sme.ken` had ticked it, so I set it again. To change it, `sme.ken` takes the tick out, or the area lead or the PM does.
- `@lead.ai` unticked **Nominate for the PM review** for sme/customer-feedback#12+. Taken back: ~"pm-review::next" is off again.
- `@lead.ai` unticked **Nominate for the PM review** for sme/customer-feedback#12+. Taken back before anything came of it.\
""")


def test_whoever_nominated_takes_it_back_though_somebody_else_had_tried() -> None:
    at = pod()
    at.ticks("sme.ken", Verb.NOMINATE_REVIEW, at=POD)
    assert at.unticks("sme.dana", Verb.NOMINATE_REVIEW).kind is Became.REFUSED
    assert at.unticks("sme.ken", Verb.NOMINATE_REVIEW).kind is Became.UNDONE
    assert nominations(at) == set()


def test_only_a_lead_nominates_for_the_arr_driver() -> None:
    at = pod()
    refused = at.ticks("sme.ken", Verb.NOMINATE_DRIVER, at=POD)
    at.card.label("lead.ai", "arr-driver::candidate")
    done = at.ticks("lead.ai", Verb.NOMINATE_DRIVER)
    assert nominations(at) == {"arr-driver::nominated"}
    assert at.says(refused, done) == snapshot("""\
- `@sme.ken` ticked **Nominate for the ARR Driver** for sme/customer-feedback#12+. Not done: that is for the area lead or the program lead (here `lead.ai`) to decide. I took the tick out again; they can tick it here.
- `@lead.ai` ticked **Nominate for the ARR Driver** for sme/customer-feedback#12+. Done, but late: it has ~"arr-driver::nominated" now. Nominations for **ARR Driver** closed on Tue 3 Mar, so it stands among the late items there.\
""")


def test_late_is_labelled_all_the_same() -> None:
    at = pod()
    review = at.ticks("lead.ai", Verb.NOMINATE_REVIEW, at=datetime(2026, 3, 17, 9, tzinfo=UTC))
    driver = at.ticks("lead.ai", Verb.NOMINATE_DRIVER, at=datetime(2026, 3, 9, 9, tzinfo=UTC))
    assert nominations(at) == {"pm-review::next", "arr-driver::nominated"}
    assert at.says(review, driver) == snapshot("""\
- `@lead.ai` ticked **Nominate for the PM review** for sme/customer-feedback#12+. Done, but late: it has ~"pm-review::next" now. Nominations for **PM/SME review: AI** closed on Fri 13 Mar, so it stands among the late items there.
- `@lead.ai` ticked **Nominate for the ARR Driver** for sme/customer-feedback#12+. Done, but late: it has ~"arr-driver::nominated" now. Nominations for **ARR Driver** closed on Tue 3 Mar, so it stands among the late items there.\
""")


def test_full() -> None:
    at = pod()
    at.beside = beside(at.card, 10, "pm-review::next")
    full = at.ticks("lead.ai", Verb.NOMINATE_REVIEW, at=POD)
    at.beside = beside(at.card, 5, "arr-driver::nominated")
    full_area = at.ticks("lead.ai", Verb.NOMINATE_DRIVER)
    at.beside, at.nominated = [], 3
    full_agenda = at.ticks("lead.ai", Verb.NOMINATE_DRIVER)
    assert nominations(at) == set()
    assert {full.box, full_area.box, full_agenda.box} == {" "}
    assert at.says(full, full_area, full_agenda) == snapshot("""\
- `@lead.ai` ticked **Nominate for the PM review** for sme/customer-feedback#12+. Not done: 10 is the most for this area, and they are there. I took the tick out again; take one of the others out first.
- `@lead.ai` ticked **Nominate for the ARR Driver** for sme/customer-feedback#12+. Not done: 5 is the most for this area, and they are there. I took the tick out again; take one of the others out first.
- `@lead.ai` ticked **Nominate for the ARR Driver** for sme/customer-feedback#12+. Not done: 3 is the most that one pod nominates, and they are there. I took the tick out again; take one of the others out first.\
""")


def test_those_of_other_areas_take_no_seat() -> None:
    at = pod()
    at.beside = [
        replace(one, labels=one.labels - {"area::ai"} | {"area::agile"})
        for one in beside(at.card, 10, "pm-review::next")
    ]
    assert at.ticks("lead.ai", Verb.NOMINATE_REVIEW, at=POD).kind is Became.DONE


@pytest.mark.parametrize("free", [False, True], ids=["premium", "free"])
def test_selected_in_the_arr_driver_and_thought_better_of(free: bool) -> None:
    at = Table(complete("new", free=free), MeetingKind.ARR_DRIVER)
    at.card.label("lead.ai", "arr-driver::nominated")
    done = at.ticks("program.lead", Verb.SELECT)
    assert nominations(at) == {"arr-driver::selected"}
    at.unticks("program.lead", Verb.SELECT)
    assert nominations(at) == {"arr-driver::nominated"}
    later = at.ticks("lead.ai", Verb.NOT_NOW)
    assert nominations(at) == {"arr-driver::not-now"}
    wrong = at.ticks("sa.jane", Verb.SELECT)
    assert at.says(done, later, wrong) == snapshot("""\
- `@program.lead` ticked **Select** for sme/customer-feedback#12+. Done: it has ~"arr-driver::selected" now.
- `@lead.ai` ticked **Not now** for sme/customer-feedback#12+. Done: it has ~"arr-driver::not-now" now.
- `@sa.jane` ticked **Select** for sme/customer-feedback#12+. Not done: that is for the area lead, the PM or the program lead (here `lead.ai`) to decide. I took the tick out again; they can tick it here.\
""")


def test_the_meetings_own_boxes_write_nothing() -> None:
    at = pod()
    done = at.ticks("lead.ai", Verb.CANCEL)
    wrong = at.ticks("sa.jane", Verb.CANCEL)
    back = at.unticks("lead.ai", Verb.CANCEL)
    told = at.ticks("pm.ai", Verb.TOLD)
    nobody = at.ticks("sa.jane", Verb.TOLD)
    assert at.calls == []
    assert at.says(done, wrong, back, told, nobody) == snapshot("""\
- `@lead.ai` ticked **Cancel this meeting** for sme/customer-feedback#12+. Done.
- `@sa.jane` ticked **Cancel this meeting** for sme/customer-feedback#12+. Not done: that is for `lead.ai` to say. The box is as it was.
- `@lead.ai` unticked **Cancel this meeting** for sme/customer-feedback#12+. Taken back before anything came of it.
- `@pm.ai` ticked **The sentences may be passed on** for sme/customer-feedback#12+. Done.
- `@sa.jane` ticked **The sentences may be passed on** for sme/customer-feedback#12+. Not done: that is for `pm.ai` to say. The box is as it was.\
""")


def test_an_area_is_full_of_requests_of_all_projects_and_of_its_older_names() -> None:
    at = pod()
    world = at.card.world
    first = world.program.projects[0]
    program = replace(world.program, projects=(first, replace(first, path="sme/elsewhere")))
    at.card.world = replace(world, program=program, taxonomy=_renamed(world.taxonomy, "area::ai", "area::ml"))
    here, there = beside(at.card, 5, "pm-review::next"), beside(at.card, 5, "pm-review::next")
    at.beside = [
        *(replace(one, labels=frozenset({"area::ml", "pm-review::next"})) for one in here),
        *(replace(one, ref=Ref("sme/elsewhere", one.ref.iid)) for one in there),
    ]
    assert at.ticks("lead.ai", Verb.NOMINATE_REVIEW, at=POD).kind is Became.FULL
    at.beside = at.beside[1:]
    assert at.ticks("lead.ai", Verb.NOMINATE_REVIEW).kind is Became.DONE


def _renamed(taxonomy: Taxonomy, title: str, before: str) -> Taxonomy:
    """The taxonomy with a label that had another title before."""
    scopes = (
        replace(scope, labels=tuple(replace(x, previously=(before,)) if x.title == title else x for x in scope.labels))
        for scope in taxonomy.scopes
    )
    return replace(taxonomy, scopes=tuple(scopes))


class Gone(Table):
    """The request was moved or deleted."""

    def issue(self, ref: Ref) -> Issue:
        """Not there."""
        raise Missing("not there")


def test_a_request_that_is_gone() -> None:
    at = Gone(complete("new"), MeetingKind.POD)
    assert at.says(at.ticks("lead.ai", Verb.NOMINATE_REVIEW)) == snapshot(
        "- `@lead.ai` ticked **Nominate for the PM review** for sme/customer-feedback#12+. Not done: I cannot find that request any more. Nothing was changed."
    )


def test_of_a_confidential_request_only_its_number_is_told() -> None:
    at = pod()
    at.card.issue = replace(at.card.issue, confidential=True)
    outcome = at.ticks("lead.ai", Verb.NOMINATE_REVIEW)
    moved = at.ticks("lead.ai", Verb.REVIEWED)
    assert at.says(outcome, moved) == snapshot("""\
- `@lead.ai` ticked **Nominate for the PM review** for sme/customer-feedback#12+. What became of it stands on the request, which not everybody may see.
- `@lead.ai` ticked **Reviewed** for sme/customer-feedback#12+. What became of it stands on the request, which not everybody may see.\
""")
    assert set(moved.data) == {"verb", "about", "private"}
    at.card.hears()


def test_the_checklist_of_a_meeting() -> None:
    due = datetime(2026, 3, 21, tzinfo=UTC)
    owed = [Owed(REF, "Declined", "pm.ai", ("Customer-safe explanation", "Reason to decline"), due)]
    owed.append(Owed(Ref(REF.project, 13), "Backlog", "pm.ai", ("Revisit date",), due, private=True))
    block = section((), owed)
    assert WORDING.agenda(block.template, block.data, None) == snapshot("""\
**Still missing from this meeting**, please by the end of Fri 20 Mar:

- sme/customer-feedback#12+, in **Declined** by `@pm.ai`: Customer-safe explanation, Reason to decline
- sme/customer-feedback#13+\
""")
    assert WORDING.agenda("outcomes", section(()).data, None) == ""


def test_an_outcome_is_kept_as_small_json() -> None:
    at = pod()
    outcome = at.ticks("lead.ai", Verb.NOMINATE_REVIEW, at=POD)
    assert outcome.to_state() == snapshot(
        {
            "key": "pm-review/sme/customer-feedback#12",
            "kind": "done",
            "by": "lead.ai",
            "at": "2026-03-04T20:10:00+00:00",
            "data": {"verb": "pm-review", "about": "sme/customer-feedback#12", "label": "pm-review::next"},
        }
    )
    assert Outcome.from_state(outcome.to_state()) == outcome
