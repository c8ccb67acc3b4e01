"""From a case to a plan: every rule speaks, their wishes are put together, and nothing is wished twice (promise 4)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from functools import reduce

from app.domain.case import SILENT, Case, Objected, Ruling
from app.domain.meeting_mode import suffered
from app.domain.ours import MOVES
from app.domain.plan import Action, ChangeLabels, DeleteNote, Finding, Plan, Say, Verdict
from app.domain.policies import AFTERWARDS, ENDS, OBJECTING, RULES, Rules
from app.domain.taxonomy import Mode
from app.domain.verdict import Then, pronounce
from app.domain.voice import HANDLED, HANDLED_KEPT


def decide(case: Case) -> Plan:
    """What to write about this request, and why. An issue with the pause label is left alone altogether."""
    if case.taxonomy.paused_label in case.snapshot.issue.labels:
        finding = Finding("pause", Verdict.REPORTED, f"the label {case.taxonomy.paused_label} switches us off here")
        return Plan(findings=(finding,))
    spoken = _speak(RULES, case)
    objections = tuple(o for ruling in spoken for o in ruling.objections)
    ends = _speak(ENDS, case)
    judged = _where_it_stays(case, reduce(_together, ends, SILENT).status)
    judged, objections, then = _as_far_back(judged, objections)
    verdict = pronounce(judged, objections, then) if case.mode(MOVES) is not Mode.OFF else SILENT
    later = _where_it_stays(judged, verdict.status)
    spoken += [*(_speak(ENDS, later) if verdict.status else ends), _kept(verdict), *_speak(AFTERWARDS, later)]
    whole = reduce(_together, spoken, SILENT)
    findings = whole.findings + tuple(
        Finding("one voice", Verdict.TIDIED, "a race had made this note twice") for _ in case.voice.doubled
    )
    return Plan(tuple(actions(case, whole)), findings, whole.look_again_at)


def judged(case: Case, until: datetime) -> bool:
    """Whether the card came where it shows by somebody's drag until then, that the rules may judge still."""
    step, off = case.history.last, case.mode(MOVES) is Mode.OFF
    paused = case.taxonomy.paused_label in case.snapshot.issue.labels
    return step is not None and step.event.at <= until and not (off or paused or case.snapshot.issue.state == "closed")


def put_back(case: Case) -> Ruling | None:
    """The rules' answer to the drag that is judged, where it puts the card back; None where the drag stands."""
    step = case.history.last
    objections = tuple(o for ruling in _speak(RULES, case) for o in ruling.objections)
    answer = pronounce(case, objections) if objections else SILENT
    return answer if step and answer.status == step.source else None


def _as_far_back(case: Case, objections: tuple[Objected, ...]) -> tuple[Case, tuple[Objected, ...], Then]:
    """Where a move is put back, the one that brought the card there is judged too, and so on: two quick drags must not
    leave a card where the first of them alone would not. The case at the first that may not stand, what is objected
    to it, and the moves that followed it, each with what is objected to that. A move that is suffered in its meeting
    stands, and hides none behind it.
    """
    then: Then = ()
    while objections and (step := case.history.last) and step.goes_back and (before := case.history.before_last):
        earlier = replace(case, history=before)
        found = tuple(o for ruling in _speak(OBJECTING, earlier) for o in ruling.objections)
        if not found or before.last is None or not before.last.goes_back or suffered(earlier, found):
            break
        case, objections, then = earlier, found, ((step, objections), *then)
    return case, objections, then


def _speak(rules: Rules, case: Case) -> list[Ruling]:
    """The rulings of those that are switched on."""
    return [_kept(_muted(case.mode(name), rule(case))) for name, rule in rules if case.mode(name) is not Mode.OFF]


def _kept(ruling: Ruling) -> Ruling:
    """What was carried out is kept by the note that says so, and by none that is written before it."""
    if not (ruling.handled and ruling.says):
        return ruling
    *first, last = ruling.says
    return replace(ruling, says=(*first, replace(last, handled=ruling.handled)))


def _muted(mode: Mode, ruling: Ruling) -> Ruling:
    """A rule that only observes wishes nothing; what it would have done goes to the journal."""
    if mode is not Mode.OBSERVE:
        return ruling
    watched = tuple(replace(finding, verdict=Verdict.OBSERVED) for finding in ruling.findings)
    return Ruling(objections=ruling.objections, findings=watched)


def _where_it_stays(case: Case, status: str | None) -> Case:
    """The case once it is brought to `status`: what is said afterwards, in the same run, is said of the card there."""
    if status is None:
        return case
    history = case.history
    entered = history.last.since if history.last else history.entered
    return replace(case, history=replace(history, stood=status, entered=entered, last=None))


def _together(one: Ruling, other: Ruling) -> Ruling:
    looks = [at for at in (one.look_again_at, other.look_again_at) if at]
    return Ruling(
        status=other.status or one.status,
        add=(one.add - other.remove) | other.add,
        remove=(one.remove - other.add) | other.remove,
        says=one.says + other.says,
        findings=one.findings + other.findings,
        look_again_at=min(looks, default=None),
        reactions=one.reactions + other.reactions,
        errands=one.errands + other.errands,
    )


def actions(case: Case, whole: Ruling) -> Iterable[Action]:
    """Notes before labels: a put-back is explained before it is made (workflow 3.6). Errands go first: what a note
    tells of them is then true.
    """
    yield from whole.errands
    said = [s for s in whole.says if (note := case.voice.on(s.topic)) is None or not note.says(s)]
    yield from _remembering(case, said)
    yield from _labels(case, whole)
    before = [note.id for s in said if s.anew and (note := case.voice.on(s.topic)) and note.editable]
    yield from (DeleteNote(note_id) for note_id in dict.fromkeys([*case.voice.doubled, *before]))
    yield from whole.reactions


def _remembering(case: Case, said: list[Say]) -> Iterable[Say]:
    """Every note of ours keeps which comments were carried out, so that none is lost with another note. A run may fail
    between two notes, so what a comment asked for in both is kept by the later one.
    """
    done = set(case.voice.handled)
    for i, say in enumerate(said):
        done |= say.handled.difference(*(later.handled for later in said[i + 1 :]))
        ids = sorted(done)[-HANDLED_KEPT:]
        yield replace(say, state={**say.state, HANDLED: ids}) if ids else say


def _labels(case: Case, whole: Ruling) -> Iterable[ChangeLabels]:
    """One change of deltas. The statuses in place are taken from the label events, which were read last."""
    labels = case.snapshot.issue.labels
    add, remove = whole.add - labels, whole.remove & labels
    if whole.status:
        here = frozenset(case.history.present)
        add |= frozenset({whole.status}) - here
        gone = here - {whole.status}
        remove |= gone | {old for old, new in case.taxonomy.successors.items() if new in gone and old in labels}
    if add or remove:
        yield ChangeLabels(add, remove)
