"""Sixty labels are made eight at a time: one goes ahead, what fails is told last and comes first the next time."""

from threading import Barrier

from app.domain.failure import Permanent
from app.domain.provision import Act, Change, Draft, Kind, Limits, Step
from app.services.provision import SIDE_BY_SIDE, Provisioning

PATIENCE = 5
"""Seconds after which makers who should have met have not."""


class Makers:
    """A part whose steps wait for each other: they end only if all of a batch are under way at the same time."""

    kind = Kind.LABELS

    def __init__(self, titles: list[str]) -> None:
        self.titles, self.refused = titles, set[str]()
        self.made: list[str] = []
        self.meet: Barrier | None = None

    def draft(self) -> Draft[str]:
        steps = (
            Step(Change(self.kind, Act.CREATE, "sme", title), title, beside=title != "last") for title in self.titles
        )
        return Draft(tuple(steps), "")

    def make(self, step: Step[str]) -> None:
        if self.meet:
            self.meet.wait(PATIENCE)
        if step.wish in self.refused:
            raise Permanent(f"not {step.wish}")
        self.made.append(step.wish)


def planned(titles: list[str]) -> tuple[Makers, Provisioning]:
    part = Makers(titles)
    provisioning = Provisioning([part], "1")
    provisioning.plan(Limits())
    return part, provisioning


def test_after_the_first_they_are_made_side_by_side() -> None:
    titles = [f"label-{number}" for number in range(SIDE_BY_SIDE + 1)]
    part, provisioning = planned([*titles, "last"])
    assert [change.name for change in provisioning.coming] == titles[:1]
    provisioning.make_next()

    part.meet = Barrier(SIDE_BY_SIDE)
    assert [done.change.name for done in provisioning.make_next()] == titles[1:]

    part.meet = None
    assert [change.name for change in provisioning.coming] == ["last"]
    assert [done.change.name for done in provisioning.carry_out()] == ["last"]
    assert provisioning.make_next() == ()


def test_what_failed_is_told_last_and_comes_first_when_it_is_tried_again() -> None:
    part, provisioning = planned(["a", "b", "c", "d", "last"])
    part.refused = {"b"}

    told = [(done.change.name, done.problem) for done in provisioning.carry_out()]

    assert told == [("a", None), ("c", None), ("d", None), ("b", "not b")]
    part.refused = set()
    assert [done.change.name for done in provisioning.carry_out()] == ["b", "last"]
    assert sorted(part.made) == ["a", "b", "c", "d", "last"]
