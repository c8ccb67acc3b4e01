"""What people write to us is carried out where it stands, and what cannot be is answered, kindly and in the same place.

An answer is a new note that takes the place of the earlier one, since nobody is told of an edit. Words that change
what another note says are carried out by the rule that keeps that note; here is answered what they cannot do.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from app.domain.adjustments import AT_MOST, Adjustment, adjustments, to_state
from app.domain.case import SILENT, Case, Ruling
from app.domain.commands import HOW, MAY, OF_ASKS, OF_MOVES, Command, Word
from app.domain.held import heard, who_may_say
from app.domain.hold import Hold, kept
from app.domain.move_words import in_order
from app.domain.ours import ANSWERS, COMMANDS, CONTEXT, DUPLICATES
from app.domain.plan import Finding, React, Say, Verdict
from app.domain.points_said import points_said
from app.domain.reassigned import reassigned
from app.domain.roster import Role

NAME = COMMANDS
ANSWERS_AN_HOUR, AN_HOUR = 6, timedelta(hours=1)
"""So many words of one person are answered on one request; about moves there is no limit."""

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
    found = tuple(_answers(case))
    if not found:
        return SILENT
    points = adjustments(case.voice) + tuple(_adjusted(a) for a in found if a.kind == "points")
    newest = max(a.command.note.id for a in found)
    data = {"answers": [_worded(a) for a in found]}
    state = {"open": False, "answer": newest, "points": to_state(points)}
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
        says=(Say(ANSWERS, "answers", data, state, anew=True),),
        findings=findings,
        handled=frozenset(a.command.note.id for a in found),
        reactions=tuple(React(note, name) for note, name in reactions.items() if _seen(found, note)),
    )


def _seen(found: tuple[_Answer, ...], note: int) -> bool:
    """A question is answered by its answer; only what was done, or could not be, is marked on the comment."""
    return any(a.command.note.id == note and a.kind not in ("why", "help") for a in found)


def _answers(case: Case) -> Iterator[_Answer]:
    hold = kept(case)
    refused = {} if hold is None else {s.command: s.refused for s in heard(case, hold)}
    for command in case.commands:
        if command.word in OF_MOVES:
            answer = _of_move(case, command, hold, refused)
        elif (
            _too_many(case, command)
            or not command.called
            or case.now - command.note.created_at > case.taxonomy.workflow.judged_for
        ):
            answer = None
        else:
            answer = _other(case, command)
        if answer:
            yield answer


def _too_many(case: Case, command: Command) -> bool:
    """Whether we answered this person often enough within the hour before: two bots might talk for ever."""
    note = command.note
    mine = [n for n in case.comments if n.author.id == note.author.id and case.voice.carried_out(n.id)]
    return sum(note.created_at - AN_HOUR <= n.created_at < note.created_at for n in mine) >= ANSWERS_AN_HOUR


def _of_move(case: Case, command: Command, hold: Hold | None, refused: dict[Command, str | None]) -> _Answer | None:
    """What could not be done about a move. Bare words where nothing is held are only talk; while a newer move is
    still to be judged, a word waits for what becomes of it.
    """
    if hold and (case.history.last is not None or refused.get(command, "") is None):
        return None
    if hold and command in refused:
        may = in_order(who_may_say(case, hold, command.word))
        return _Answer(command, str(refused[command]), {"may": may, "word": command.word.value})
    late = case.now - command.note.created_at > case.taxonomy.workflow.judged_for
    if not command.called or late or (hold and _before(hold, command)):
        return None
    kind = "nothing offered" if command.word in (Word.ACCEPT, Word.REVIEW) else "nothing held"
    return _Answer(command, kind, {"word": command.word.value})


def _before(hold: Hold, command: Command) -> bool:
    return command.note.created_at < hold.at


def _other(case: Case, command: Command) -> _Answer | None:
    word = command.word
    if word is Word.UNKNOWN:
        return _Answer(command, "unknown", _words(case))
    roles = case.roles(command.note.author, command.note.created_at)
    if not roles & MAY[word]:
        return _Answer(command, "not allowed", {"may": in_order(MAY[word]), "word": word.value})
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
        return _points(command)
    return _Answer(command, "help", _words(case)) if word is Word.HELP else _Answer(command, "why", _why(case))


def _points(command: Command) -> _Answer:
    """The reason stays where it was written: a customer's name may be in it."""
    delta = points_said(command.rest)
    if delta is None:
        return _Answer(command, "points unread", {"most": AT_MOST})
    return _Answer(command, "points", {"sign": "+" if delta >= 0 else "−", "number": abs(delta), "delta": delta})


def _adjusted(answer: _Answer) -> Adjustment:
    note = answer.command.note
    return Adjustment(int(str(answer.more["delta"])), note.author.username, note.created_at, note.id)


def _why(case: Case) -> dict[str, object]:
    """Where the card is, what is held and missing, and the ways there are."""
    flow, hold = case.taxonomy.workflow, kept(case)
    status = flow.status(case.history.stood)
    wanted = case.context.wanted(status.requires) if status else ()
    return {
        "status": case.status_name(case.history.stood),
        "source": case.status_name(case.history.stood),
        "ways_out": [(s.name, in_order(roles)) for s, roles in flow.ways_out(case.history.stood)],
        "held": case.status_name(hold.target) if hold else None,
        "mover": hold.mover if hold else None,
        "until": hold.until if hold else None,
        "missing": [w.item.title for w in wanted],
    }


def _words(case: Case) -> dict[str, object]:
    listed = [(how, what, in_order(MAY.get(word, frozenset[Role]()))) for word, (how, what) in HOW.items()]
    return {"words": listed, "bot": case.bot.username}


def _worded(answer: _Answer) -> dict[str, object]:
    return {"who": answer.command.note.author.username, "kind": answer.kind, **answer.more}
