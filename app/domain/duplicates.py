"""Requests that may ask for the same: words of title and problem, weighed by how rare they are in the area.

Precision before recall: a wrong suggestion costs everybody's trust, a missed one costs a second look at the review.
Words are compared by RapidFuzz, so that "revoked" meets "revoke". Pure; `tests/data/duplicates` measures it.
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler

from app.domain.blocks import lines, readable
from app.domain.issue import Issue, Ref
from app.domain.request import Facts
from app.domain.taxonomy import Field, scope_of
from app.domain.tellings import listen, names_of

ALIKE_FROM = 0.52
"""From this likeness on, 0 to 1, two requests are shown to people. Chosen on labelled pairs."""
AT_MOST = 3
SMALLEST = 30
"""Requests that an index counts at least."""
READ_AT_MOST = 2_000
"""Characters of a problem that count."""
ENDED_LATELY = timedelta(days=180)
"""A request that was declined or resolved longer ago is no help to anybody who files one."""

_SAME_WORD = 0.90
_WORD = re.compile(r"[^\W_]{2,40}")
_TITLE, _PROBLEM = 2.0, 1.0
_FILLING_WORDS = (
    "about above after again all also although always an and another any anybody anything are as asks at away "
    "back be because been before being between both but by can cannot could did do does done down each either "
    "else even ever every few first for from get gets git gitlab give given had has have having he her here him "
    "his how if in instead into is it its just keep know known less let like made make many may me might more "
    "most much must my need needed needs neither never next no nobody none nor not nothing now of off often on "
    "once one only or other others our out over own people please request same see shall she should since so some "
    "somebody still such take takes than that the their them then there these they thing this those though three "
    "through to today too two under until up us use used user users very via wait want wants was way we well were "
    "what when where whether which while who whole whom whose why will with within without would yet you your "
    "customer customers "
)
_FILLING = frozenset(_FILLING_WORDS.split())


@dataclass(frozen=True, slots=True)
class Known:
    """A request as the index has it. `weights` says how much each of its words counts: more in the title. `id` grows
    with time in all of GitLab.
    """

    ref: Ref
    area: str | None
    weights: Mapping[str, float] = field(repr=False)
    id: int = 0


def words_of(title: str, problem: str) -> Mapping[str, float]:
    """The words that say what a request is about."""
    found: dict[str, float] = {}
    for text, weight in ((problem[:READ_AT_MOST], _PROBLEM), (title, _TITLE)):
        for word in _WORD.findall(unicodedata.normalize("NFKC", text).casefold()):
            if word not in _FILLING and not word.isdecimal():
                found[word] = weight
    return found


def known(issue: Issue, problem: str) -> Known:
    """A request as the index keeps it: no more of its text than its words."""
    area = next((t.rpartition("::")[2] for t in sorted(issue.labels) if scope_of(t) == "area"), None)
    return Known(issue.ref, area, words_of(issue.title, problem), issue.id)


def problem_of(facts: Facts, description: str, fields: Iterable[Field]) -> str:
    """The problem as told in its field, else what stands in no field: headings, names of fields, hints and choices of
    a template that nobody filled in are the same in every request and say nothing.
    """
    told = facts.get("problem")
    if told and not told.internal:
        return told.value
    return " ".join(listen(lines(readable(description)), names_of(fields)).prose)[:READ_AT_MOST]


def may_be_met_again(issue: Issue, now: datetime) -> bool:
    """Whether a request belongs into the index: open, or ended lately."""
    return issue.state == "opened" or (issue.closed_at or issue.updated_at) > now - ENDED_LATELY


class Index:
    """The requests of one area, by their words."""

    def __init__(self, requests: Iterable[Known]) -> None:
        self._requests = {known.ref: known for known in requests}
        self._count = Counter(word for known in self._requests.values() for word in known.weights)
        self._with: dict[str, list[Ref]] = {}
        for known in self._requests.values():
            for word in known.weights:
                self._with.setdefault(word, []).append(known.ref)
        self._length = {ref: self._norm(known.weights) for ref, known in self._requests.items()}

    def likely(self, asked: Known) -> tuple[Ref, ...]:
        """The requests that likely ask for the same as `asked`, the likest first."""
        alike = self.likeness(asked)
        found = [ref for ref, score in alike.items() if score >= ALIKE_FROM]
        return tuple(sorted(found, key=lambda ref: (-alike[ref], ref.project, ref.iid))[:AT_MOST])

    def likeness(self, asked: Known) -> dict[Ref, float]:
        """How like `asked` each request is that shares a word with it, 0 to 1: the cosine of their weighed words."""
        total: dict[Ref, float] = {}
        length = 0.0
        for word, weight in asked.weights.items():
            near = process.extract(
                word, self._with.keys(), scorer=JaroWinkler.similarity, score_cutoff=_SAME_WORD, limit=None
            )
            rarity = self._rarity(sum(self._count[other] for other, _, _ in near))
            length += (weight * rarity) ** 2
            for ref, score in self._best(near).items():
                total[ref] = total.get(ref, 0.0) + weight * rarity * score
        total.pop(asked.ref, None)
        return {ref: min(1.0, score / math.sqrt(length) / self._length[ref]) for ref, score in total.items()}

    def _best(self, near: Iterable[tuple[str, float, object]]) -> dict[Ref, float]:
        """For each request its word that is nearest, by what that weighs there."""
        best: dict[Ref, float] = {}
        for other, likeness, _ in near:
            for ref in self._with[other]:
                score = likeness * self._requests[ref].weights[other] * self._rarity(self._count[other])
                best[ref] = max(best.get(ref, 0.0), score)
        return best

    def _norm(self, weights: Mapping[str, float]) -> float:
        return math.sqrt(sum((weight * self._rarity(self._count[word])) ** 2 for word, weight in weights.items()))

    def _rarity(self, count: int) -> float:
        """In a small area no word is rare, so it is taken for part of a larger one."""
        return math.log(1 + max(len(self._requests), SMALLEST) / (0.5 + count))
