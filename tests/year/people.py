"""What people do in the program between two runs, by lot: they file, drag, type, tick and comment."""

import random
import re
from dataclasses import dataclass, field

from app.domain.agenda import Ask, Verb
from app.fakegitlab.model import Issue
from tests.due.house import House

_BOX = re.compile(r"- \[ \] .*?<!-- sb:item (\S+) ")
_DECIDED_BY = {
    Verb.ACCEPT: "pm",
    Verb.BACKLOG: "pm",
    Verb.DECLINE: "pm",
    Verb.CONTEXT: "pm",
    Verb.REVIEWED: "lead",
    Verb.NOMINATE_REVIEW: "lead",
    Verb.NOMINATE_DRIVER: "lead",
}
_WORDS = {
    Verb.ACCEPT: "owner: {pm} target: 18.9",
    Verb.BACKLOG: "reason: later, revisit on: 2027-03-01",
    Verb.DECLINE: "reason: not aligned sentence for customers: we will not build this",
    Verb.CONTEXT: "question: how many seats?",
}
_ROADS = ("status::new", "status::reviewed", "status::accepted", "status::roadmap", "status::resolved")
_HANDLES = {"app-security": "appsec"}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Tick:
    """A box that somebody ticked."""

    agenda: Issue
    key: str
    who: str


@dataclass(slots=True, repr=False)
class People:
    """Everybody, by one lot. `typed` is what stands where, once each; `ticks` are those not looked after yet."""

    house: House
    lot: random.Random
    typed: dict[str, Issue] = field(default_factory=dict)
    ticks: list[Tick] = field(default_factory=list)
    heeded: int = 0
    requests: list[Issue] = field(default_factory=list)

    def files(self, area: str) -> None:
        """A new request; some are nominated."""
        labels = ["status::new", f"area::{area}"]
        if self.lot.random() < 0.5:
            labels = ["status::reviewed", f"area::{area}", "context::ready", "pm-review::next"]
        self.requests.append(self.house.files(f"Request {len(self.requests)} of {area}", *labels))

    def drags(self) -> None:
        """A card goes somewhere else, or its request is closed."""
        if not self.requests:
            return
        card, bot = self.lot.choice(self.requests), self.house.world.root
        status = self.lot.choice(_ROADS)
        self.house.world.update_issue(bot, card, add_labels=[status])

    def types(self, agenda: Issue) -> None:
        """A line of one's own, anywhere at all."""
        word = f"typed{len(self.typed)}end"
        lines = (agenda.description or "").split("\n")
        lines.insert(self.lot.randrange(len(lines)), self.lot.choice(("", "> ", "- [x] ", "- [ ] @sa.jane ")) + word)
        self.typed[word] = agenda
        self._writes("sa.jane", agenda, "\n".join(lines))

    def ticks_one(self, agenda: Issue, area: str | None) -> None:
        """A decision, by whom it belongs to; by somebody else now and then."""
        found = [(key, ask) for key in _BOX.findall(agenda.description or "") if (ask := Ask.of(key))]
        found = [(key, ask) for key, ask in found if ask.verb in _DECIDED_BY]
        if not found or area is None:
            return
        key, ask = self.lot.choice(found)
        area = _HANDLES.get(area, area)
        who = f"{_DECIDED_BY[ask.verb]}.{area}" if self.lot.random() < 0.8 else "sa.jane"
        words = _WORDS.get(ask.verb, "").format(pm=f"pm.{area}") if self.lot.random() < 0.7 else ""
        self.ticks = [one for one in self.ticks if (one.agenda.iid, one.key) != (agenda.iid, key)]
        self.ticks.append(Tick(agenda, key, who))
        self.house.ticks(who, agenda, key, words)

    def comments(self, agenda: Issue) -> None:
        """Something for each other, or a wish to us."""
        self.house.says("sa.jane", agenda, self.lot.choice(("Looks good.", "@sounding-board refresh")))

    def look_at_all(self) -> None:
        """Everybody is done with what they were called to, so that another call would show."""
        world = self.house.world
        with world.lock:
            for many in world.todos.values():
                for one in many:
                    one.state = "done"

    def _writes(self, who: str, agenda: Issue, text: str) -> None:
        self.house.world.update_issue(self.house.world.user(who), agenda, description=text)
