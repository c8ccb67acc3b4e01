"""A kind of thing that lives in a dictionary, to try plan and apply without GitLab."""

from dataclasses import dataclass, field

from app.domain.failure import Permanent, Temporary
from app.domain.provision import Act, Change, Difference, Draft, Kind, Refusal, Step, Where

PLACE = "sme/customer-feedback"


@dataclass(slots=True)
class Shelf:
    """Things with a colour. `wanted` are compared with `there`; `fails` by name; `unreadable` instead of a draft.

    `more` are changes besides, which nothing has to be done for; `pauses` are the seconds that GitLab asks for before
    the next calls succeed.
    """

    kind: Kind
    wanted: dict[str, str]
    there: dict[str, str] = field(default_factory=dict)
    issues: dict[str, int | None] = field(default_factory=dict)
    more: tuple[Change, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    fails: dict[str, Temporary | Permanent | type[KeyboardInterrupt]] = field(default_factory=dict)
    unreadable: Temporary | Permanent | None = None
    pauses: list[float] = field(default_factory=list)
    made: list[str] = field(default_factory=list)

    def draft(self) -> Draft[str]:
        """What is not there, or has another colour."""
        self._busy()
        if self.unreadable:
            raise self.unreadable
        steps = [Step(self._change(name), name) for name in self.wanted if self.there.get(name) != self.wanted[name]]
        told = tuple(Step(change, "") for change in self.more)
        return Draft((*steps, *told), repr(sorted(self.there.items())), self.refusals, len(self.wanted) - len(steps))

    def _busy(self) -> None:
        if self.pauses:
            raise Temporary("GitLab asks us to slow down. It may work later.", self.pauses.pop(0))

    def _change(self, name: str) -> Change:
        where = Where("label_taxonomy.yml", 10 + list(self.wanted).index(name))
        wanted = self.wanted[name]
        if not wanted:
            return Change(self.kind, Act.DELETE, PLACE, name, where=where, issues=self.issues.get(name, 0))
        if name not in self.there:
            return Change(self.kind, Act.CREATE, PLACE, name, where=where)
        differs = (Difference("color", self.there[name], wanted),)
        return Change(self.kind, Act.CHANGE, PLACE, name, differs, where, issues=self.issues.get(name, 0))

    def make(self, step: Step[str]) -> None:
        """Put it there."""
        self._busy()
        if not step.wish:
            return
        if failure := self.fails.get(step.wish):
            raise failure
        self.made.append(step.wish)
        self.there[step.wish] = self.wanted[step.wish]
