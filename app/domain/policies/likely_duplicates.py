"""Likely duplicates are shown once, quietly, when a request is new: nobody is called, and nobody has to answer.

The note is done with as soon as somebody links one of them, says that it is none, moves the request on or closes it;
it never comes back.
"""

from app.domain.case import SILENT, Case, Ruling, looks_for_duplicates, suggested
from app.domain.commands import Word
from app.domain.ours import DUPLICATES
from app.domain.plan import Finding, React, Say, Verdict
from app.domain.voice import OurNote

NAME = DUPLICATES
_DONE = "white_check_mark"


def rule(case: Case) -> Ruling:
    """Suggest, or forget what was suggested."""
    note = case.voice.on(NAME)
    if note is not None:
        return _settled(case, note) if note.open else SILENT
    alike = case.snapshot.alike
    if not alike or not looks_for_duplicates(case):
        return SILENT
    refs = [str(ref) for ref in alike]
    say = Say(NAME, "duplicates_suggested", {"refs": refs, "bot": case.bot.username}, {"open": True, "of": refs})
    finding = Finding(NAME, Verdict.REPORTED, f"likely the same as {', '.join(refs)}")
    return Ruling(says=(say,), findings=(finding,))


def _settled(case: Case, note: OurNote) -> Ruling:
    refs = [str(ref) for ref in suggested(note)]
    disagreed = [c.note for c in case.heeded if c.called and c.word is Word.NOT_DUPLICATE]
    linked = {link.reference.casefold() for link in case.snapshot.links or ()}
    if case.snapshot.issue.state == "closed":
        how, who = "closed", None
    elif disagreed:
        how, who = "disagreed", disagreed[0].author.username
    elif any(ref.casefold() in linked for ref in refs):
        how, who = "linked", None
    elif case.history.stood != case.taxonomy.workflow.start:
        how, who = "moved on", None
    else:
        return SILENT
    say = Say(NAME, "duplicates_settled", {"refs": refs, "how": how, "who": who}, {"open": False, "of": refs})
    return Ruling(
        says=(say,),
        findings=(Finding(NAME, Verdict.RESOLVED, f"the suggestion: {how}", who=who),),
        handled=frozenset(heard.id for heard in disagreed),
        reactions=tuple(React(heard.id, _DONE) for heard in disagreed),
    )
