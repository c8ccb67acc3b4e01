"""Any taxonomy meets any world: afterwards it is as declared or says what is not, and no issue has lost what it said.

Runs are cut short before or after any call; the next one comes to the same end.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from app.domain.failure import Temporary
from app.domain.provision import Act
from app.domain.taxonomy import Label
from app.fakegitlab import FakeGitLab, World
from app.fakegitlab.model import Label as Standing
from app.gateways.gitlab_budget import Budget
from tests.provision.label_town import Told, Town, label, settle

TITLES = ("s::a", "s::b", "s::c", "s::d", "t::a", "t::b", "plain", "None", "7", "7 wonders", "S::A", "Plain")
COLORS = ("#ff0000", "#00ff00")
FEW = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
MANY = settings(FEW, max_examples=500, derandomize=False)


@dataclass(frozen=True)
class There:
    """A label that stands in the project, or in its group."""

    color: str
    inherited: bool = False
    archived: bool = False


@dataclass(frozen=True)
class Example:
    """What is declared, and what there is. Issues are (titles, closed)."""

    declared: tuple[Label, ...]
    there: Mapping[str, There]
    issues: tuple[tuple[tuple[str, ...], bool], ...]


class Scissors(Budget):
    """Cuts a run at its n-th call: before it is sent, or after it was carried out, so that its answer is lost."""

    def __init__(self, at: int, late: bool) -> None:
        super().__init__(rate=1e6, burst=1e6, reserve=0, bulk_per_minute=1e9)
        self._left, self._late = at, late

    def take(self, note: bool = False) -> None:
        self._left -= 1
        if self._left == 0 and not self._late:
            raise Temporary("cut")

    def heed(self, status: int, headers: Mapping[str, str], retry_after: float | None) -> None:
        if self._left == 0:
            raise Temporary("cut")


@st.composite
def taxonomies(draw: st.DrawFn) -> tuple[Label, ...]:
    """Declared labels as the configuration allows them: an old title once, a live one only where it moves itself."""
    titles = draw(st.lists(st.sampled_from(TITLES), min_size=1, max_size=5, unique=True))
    titles = list({title.casefold(): title for title in titles}.values())
    olds = draw(st.lists(st.sampled_from(TITLES), max_size=6, unique=True))
    of = {old: draw(st.sampled_from(titles)) for old in olds}
    previously = {title: [old for old in olds if of[old] == title and old != title] for title in titles}
    moving = {title for title, found in previously.items() if found}
    kept = {title: [o for o in found if o not in titles or o in moving] for title, found in previously.items()}
    return tuple(
        label(title, *kept[title], color=draw(st.sampled_from(COLORS)), retired=draw(st.integers(0, 5)) == 0)
        for title in titles
    )


@st.composite
def examples(draw: st.DrawFn) -> Example:
    """A taxonomy and a world that has something to do with it."""
    declared = draw(taxonomies())
    titles = draw(st.lists(st.sampled_from(TITLES), max_size=8, unique=True))
    there = {
        title: There(
            draw(st.sampled_from(COLORS)), inherited=draw(st.integers(0, 4)) == 0, archived=draw(st.integers(0, 5)) == 0
        )
        for title in titles
    }
    carried = st.lists(st.sampled_from(titles), max_size=3, unique=True) if titles else st.just([])
    issues = draw(st.lists(st.tuples(carried.map(tuple), st.booleans()), max_size=4))
    return Example(declared, there, tuple(issues))


@dataclass
class Life:
    """A town made of an example, and what each of its issues said at first."""

    town: Town
    example: Example
    labels: dict[str, Standing] = field(default_factory=dict)
    said: dict[int, set[Standing]] = field(default_factory=dict)

    def begins(self) -> None:
        for title, one in self.example.there.items():
            owner = self.town.top if one.inherited else None
            self.labels[title] = self.town.has(title, owner, one.color, about=self.about(title))
            self.labels[title].archived = one.archived
        for titles, closed in self.example.issues:
            issue = self.town.files(*titles, closed=closed)
            self.said[issue.iid] = set(issue.labels)

    def about(self, title: str) -> str:
        """The description that the label had under this title, as far as the file tells."""
        heir = next((one for one in self.example.declared if title in one.previously), None)
        return heir.description if heir else f"About {title}."

    def applies(self, budget: Budget | None = None) -> Told:
        return self.town.applies(*self.example.declared, budget=budget)

    def stands(self) -> object:
        """All labels and issues, without their numbers."""
        labels = sorted((o.title, o.color.lower(), o.description, o.archived) for o in self.town.own().values())
        return labels, {iid: self.town.titles(issue) for iid, issue in self.town.project.issues.items()}

    # What must be so.

    def holds(self, told: Told) -> None:
        reported = {change.name for change in told.plan.changes if change.act is Act.REPORT}
        for one in self.example.declared:
            assert one.title in reported or self.as_declared(one), one
        for title, original in self.labels.items():
            self.was_right(title, original, reported)
        for iid, said in self.said.items():
            for original in said:
                self.still_says(iid, original)
            self.says_nothing_new(iid, said)

    def as_declared(self, one: Label) -> bool:
        own, above = self.town.own().get(one.title), self.town.own(self.town.top).get(one.title)
        found = own or above
        if one.retire_after:
            return found is None or found.archived
        return found is not None and self.looks(found) == (one.color, one.description, False)

    def looks(self, found: Standing) -> tuple[str, str | None, bool]:
        return found.color.lower(), found.description, found.archived

    def heirs(self, title: str) -> set[str]:
        return {one.title for one in self.example.declared if title in one.previously}

    def was_right(self, title: str, original: Standing, reported: set[str]) -> None:
        """Only what is declared, or replaced, was touched; and only titles that replace a label were given to it."""
        there = self.example.there[title]
        concerned = title in {one.title for one in self.example.declared} or bool(self.heirs(title))
        assert not original.deleted
        if there.inherited or not concerned:
            assert original.title == title
            assert self.looks(original) == (there.color, self.about(title), there.archived)
        elif original.title != title:
            assert original.title in self.heirs(title)
        elif title not in {one.title for one in self.example.declared}:
            assert original.archived or title in reported or self.heirs(title) & reported, title

    def still_says(self, iid: int, original: Standing) -> None:
        now = set(self.town.project.issues[iid].labels)
        title = next(title for title, one in self.labels.items() if one is original)
        assert original in now or {one.title for one in now} & self.heirs(title), (iid, title)

    def says_nothing_new(self, iid: int, said: set[Standing]) -> None:
        heirs = {h for title, one in self.labels.items() if one in said for h in self.heirs(title)}
        for one in self.town.project.issues[iid].labels:
            assert one in said or one.title in heirs, (iid, one.title)


NUMBERS = iter(range(10**9))


def begun(gitlab: FakeGitLab, example: Example) -> Life:
    """The example, in a town of its own."""
    life = Life(settle(gitlab, f"town-{next(NUMBERS)}"), example)
    life.begins()
    return life


@pytest.fixture(scope="module", params=["premium", "free"])
def crowded(request: pytest.FixtureRequest) -> Iterator[FakeGitLab]:
    """A GitLab for many towns."""
    world = World(tier=request.param)
    with FakeGitLab(world, deliver=False) as running:
        yield running
    assert world.unknown_calls == []


def lives(gitlab: FakeGitLab, example: Example) -> Life:
    """One apply; then there is nothing to do, and no question to ask."""
    life = begun(gitlab, example)
    told = life.applies()
    assert told.problem is None
    life.holds(told)
    after = life.stands()
    again = life.applies()
    assert again.plan.pending == ()
    life.holds(again)
    assert life.stands() == after
    return life


def is_cut(gitlab: FakeGitLab, example: Example, at: int, late: bool) -> None:
    """A run that is cut short, and the next one, come to the same end as one that was not."""
    whole = lives(gitlab, example)
    life = begun(gitlab, example)
    try:
        told = life.applies(Scissors(at, late))
        assume(told.problem is not None)
    except Temporary:
        pass
    again = life.applies()
    assert again.problem is None
    life.holds(again)
    assert life.stands() == whole.stands()
    assert life.applies().plan.pending == ()


@FEW
@given(example=examples())
def test_any_world_becomes_as_declared_or_is_told_of(crowded: FakeGitLab, example: Example) -> None:
    lives(crowded, example)


@FEW
@given(example=examples(), at=st.integers(1, 12), late=st.booleans())
def test_a_run_cut_short_is_finished_by_the_next(crowded: FakeGitLab, example: Example, at: int, late: bool) -> None:
    is_cut(crowded, example, at, late)


@pytest.mark.soak
@MANY
@given(example=examples())
def test_any_world_becomes_as_declared_or_is_told_of_at_length(crowded: FakeGitLab, example: Example) -> None:
    lives(crowded, example)


@pytest.mark.soak
@MANY
@given(example=examples(), at=st.integers(1, 25), late=st.booleans())
def test_a_run_cut_short_is_finished_by_the_next_at_length(
    crowded: FakeGitLab, example: Example, at: int, late: bool
) -> None:
    is_cut(crowded, example, at, late)
