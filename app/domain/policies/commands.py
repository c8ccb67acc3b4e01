"""What people write to us is carried out where it stands, and what cannot be is answered, kindly and in the same place.

Each person has one note of answers on a request, so nobody's answer gives way to another's. A later answer is a new
note that takes the place of their earlier one, since nobody is told of an edit. Words that change what another note
says are carried out by the rule that keeps that note; here is answered what they cannot do.
"""

from bisect import bisect_left, insort
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from app.domain.adjustments import Adjustment, answers_to, kept_by, to_state
from app.domain.case import SILENT, Case, Ruling
from app.domain.commands import AND_MOVER, HOW, MAY, OF_ASKS, OF_MOVES, Command, Word
from app.domain.held import heard, outcome, who_may_say
from app.domain.hold import TEMPLATE, Hold, kept
from app.domain.issue import Note
from app.domain.move_words import in_order
from app.domain.ours import COMMANDS, CONTEXT, DUPLICATES, MOVE
from app.domain.plan import Finding, React, Say, Verdict
from app.domain.points_said import points_said
from app.domain.reassigned import reassigned
from app.domain.roster import Role

NAME = COMMANDS
ANSWERS_AN_HOUR, AN_HOUR = 6, timedelta(hours=1)
"""So many comments of one person are answered on one request; the next one is told so."""

ANSWERED_AT_ONCE, SOON = 10, timedelta(minutes=1)
"""So many words are answered in one run, comment by comment; the others soon, in the next."""

_PUZZLED = "question"
_DONE = "white_check_mark"


@dataclass(frozen=True, slots=True)
class _Answer:
    """What is said to one command: `kind` chooses the words, `more` fills them."""

    command: Command
    kind: str
    more: dict[str, object]


def rule(case: Case) -> Ruling:
    """Answer what was written to us since the rules took effect, and lately enough to still be waited for."""
    found, more = _due(case)
    if not found:
        return SILENT
    findings = tuple(
        Finding(
            NAME,
            Verdict.REFUSED if a.kind not in ("points", "why", "help") else Verdict.ANSWERED,
            f"{a.command.word}: {a.kind}",
            who=a.command.note.author.username,
        )
        for a in found
    )
    reactions = {a.command.note.id: _DONE if a.kind == "points" else _PUZZLED for a in found}
    return Ruling(
        says=tuple(_said(case, [a for a in found if a.command.note.author.id == who]) for who in _askers(found)),
        findings=findings,
        look_again_at=case.now + SOON if more else None,
        reactions=tuple(React(note, name) for note, name in reactions.items() if _seen(found, note)),
    )


def _askers(found: tuple[_Answer, ...]) -> list[int]:
    return list(dict.fromkeys(a.command.note.author.id for a in found))


def _said(case: Case, to_one: list[_Answer]) -> Say:
    """All that one person is answered now; points that they gave are kept in their note."""
    topic = answers_to(to_one[0].command.note.author.id)
    points = kept_by(case.voice.on(topic)) + tuple(_adjusted(a) for a in to_one if a.kind == "points")
    worded = [_worded(a) for a in to_one]
    data = {"answers": [one for i, one in enumerate(worded) if one not in worded[:i]]}
    ids = frozenset(a.command.note.id for a in to_one)
    state = {"open": False, "answer": max(ids), "points": to_state(points)}
    return Say(topic, "answers", data, state, anew=True, handled=ids)


def _seen(found: tuple[_Answer, ...], note: int) -> bool:
    """A question is answered by its answer; only what was done, or could not be, is marked on the comment."""
    return any(a.command.note.id == note and a.kind not in ("why", "help") for a in found)


@dataclass(slots=True)
class _Spoken:
    """When each person's comments were answered or carried out, so that two bots do not talk for ever."""

    times: dict[int, list[datetime]]

    def before(self, command: Command) -> int:
        """How many of this person's within the hour before."""
        times = self.times.get(command.note.author.id, [])
        return bisect_left(times, command.at) - bisect_left(times, command.at - AN_HOUR)

    def one_more(self, note: Note, at: datetime) -> None:
        """It is answered now."""
        insort(self.times.setdefault(note.author.id, []), at)


def _spoken(case: Case) -> _Spoken:
    found = _Spoken({})
    for note in case.comments:
        if case.voice.carried_out(note.id):
            found.one_more(note, note.created_at)
    return found


def _due(case: Case) -> tuple[tuple[_Answer, ...], bool]:
    """What is answered in this run, the same thing to the same person once, and whether more is left for the next."""
    spoken, found = _spoken(case), list[_Answer]()
    for _, several in groupby(_answers(case), key=lambda a: a.command.note.id):
        answers = list(several)
        if len(found) + len(answers) > max(ANSWERED_AT_ONCE, len(answers)):
            return tuple(found), True
        asked = answers[0].command
        so_many = spoken.before(asked)
        if so_many > ANSWERS_AN_HOUR:
            continue
        if so_many == ANSWERS_AN_HOUR:
            answers = [_Answer(asked, "too many", {"limit": ANSWERS_AN_HOUR})]
        spoken.one_more(asked.note, asked.at)
        found += answers
    return tuple(found), False


def _answers(case: Case) -> Iterator[_Answer]:
    hold = kept(case)
    refused = {} if hold is None else {s.command: s.refused for s in heard(case, hold)}
    for command in case.commands:
        if command.word in OF_MOVES:
            answer = _of_move(case, command, hold, refused)
        elif not command.called or case.now - command.at > case.taxonomy.workflow.judged_for:
            answer = None
        else:
            answer = _other(case, command)
        if answer:
            yield answer


def _of_move(case: Case, command: Command, hold: Hold | None, refused: dict[Command, str | None]) -> _Answer | None:
    """What could not be done about a move. Bare words where nothing was held are only talk; while a newer move is
    still to be judged, a word waits for what becomes of it.
    """
    if hold and (case.history.last is not None or refused.get(command, "") is None):
        return None
    if hold and command in refused:
        may = in_order(who_may_say(case, hold, command.word))
        mover = command.word in AND_MOVER
        return _Answer(command, str(refused[command]), {"may": may, "mover": mover, "word": command.word.value})
    late = case.now - command.at > case.taxonomy.workflow.judged_for
    meant = command.called or _after_the_end(case, command)
    if not meant or late or (hold and _before(hold, command)):
        return None
    kind = "nothing offered" if command.word in (Word.ACCEPT, Word.REVIEW) else "nothing held"
    return _Answer(command, kind, {"word": command.word.value})


def _after_the_end(case: Case, command: Command) -> bool:
    """A bare `override` after we said that the move is kept no more: whoever wrote it waits for something."""
    note = case.voice.on(MOVE)
    ended = note is not None and note.template in ("move_cancelled", "move_expired") and command.note.id > note.id
    return ended and command.word is Word.OVERRIDE


def _before(hold: Hold, command: Command) -> bool:
    return command.at < hold.at


def _other(case: Case, command: Command) -> _Answer | None:
    word = command.word
    if word is Word.UNKNOWN:
        return _Answer(command, "unknown", _words(case))
    roles = case.roles(command.note.author, command.note.created_at)
    if not roles & MAY[word]:
        return _Answer(command, "not allowed", {"may": in_order(MAY[word]), "mover": False, "word": word.value})
    if command.changed:
        return _Answer(command, "changed", {"word": word.value})
    if word is Word.NOT_DUPLICATE:
        suggestion = case.voice.on(DUPLICATES)
        return None if suggestion and suggestion.open else _Answer(command, "nothing suggested", {})
    if word is Word.REQUEST:
        return _Answer(command, "not here", {})
    if word in OF_ASKS:
        note = case.voice.on(CONTEXT)
        if word is Word.REASSIGN and reassigned(case, command) is None:
            return _Answer(command, "whom", {})
        return None if note and note.open else _Answer(command, "nothing asked", {})
    if word is Word.POINTS:
        return _points(command, case.taxonomy.numbers.adjust_at_most)
    return _Answer(command, "help", _words(case)) if word is Word.HELP else _Answer(command, "why", _why(case))


def _points(command: Command, at_most: int) -> _Answer:
    """The reason stays where it was written: a customer's name may be in it."""
    delta = points_said(command.rest, at_most)
    if delta is None:
        return _Answer(command, "points unread", {"most": at_most})
    return _Answer(command, "points", {"sign": "+" if delta >= 0 else "−", "number": abs(delta), "delta": delta})


def _adjusted(answer: _Answer) -> Adjustment:
    note = answer.command.note
    return Adjustment(int(str(answer.more["delta"])), note.author.username, note.created_at, note.id)


def _why(case: Case) -> dict[str, object]:
    """Where the card is once this run is over, what is held and missing, and the ways there are."""
    flow, (title, hold) = case.taxonomy.workflow, _afterwards(case)
    status = flow.status(title)
    wanted = case.context.wanted(status.requires) if status else ()
    ask = case.voice.on(CONTEXT)
    return {
        "status": case.status_name(title),
        "source": case.status_name(title),
        "ways_out": [(s.name, in_order(roles)) for s, roles in flow.ways_out(title)],
        "held": case.status_name(hold.target) if hold else None,
        "mover": hold.mover if hold else None,
        "until": hold.until if hold else None,
        "missing": [w.item.title for w in wanted],
        "next": _next(case, title),
        "customers": len(case.reading.lines),
        "asked": str(ask.state.get("of")) if ask and ask.open and ask.state.get("of") else None,
    }


def _next(case: Case, title: str) -> tuple[str, list[str]] | None:
    """The status that a card usually comes to from there, and what that still wants."""
    flow = case.taxonomy.workflow
    before = next((i for i, s in enumerate(flow.statuses) if s.title == title), len(flow.statuses))
    later = [s for s, _ in flow.ways_out(title) if s in flow.statuses[before + 1 :] and not s.terminal]
    if not later:
        return None
    move = flow.plain(title, later[0].title)
    wanted = case.context.wanted(flow.needed(later[0].title, move) + (move.requires if move else ()))
    return (later[0].name, [w.item.title for w in wanted]) if wanted else None


def _afterwards(case: Case) -> tuple[str, Hold | None]:
    """Where the card stands and what is held, when what is said now about the held move is carried out."""
    hold = kept(case)
    ruling = outcome(case, hold) if hold and case.history.last is None else SILENT
    ended = any(say.template != TEMPLATE for say in ruling.says)
    return ruling.status or case.history.stood, None if ended else hold


def _words(case: Case) -> dict[str, object]:
    most = case.taxonomy.numbers.adjust_at_most
    listed = [
        (how, what.format(most=most), in_order(MAY.get(word, frozenset[Role]())), word in AND_MOVER)
        for word, (how, what) in HOW.items()
    ]
    return {"words": listed, "bot": case.bot.username}


def _worded(answer: _Answer) -> dict[str, object]:
    return {"who": answer.command.note.author.username, "kind": answer.kind, **answer.more}
