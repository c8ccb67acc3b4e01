"""Requests told in one line on a program document (H9): `@bot request: <sentence> | area <area> | customer <link>`.

Each becomes a draft for whoever told it to complete. As an issue has no number before it is created, the signed marker
in the draft binds it to its instance and to its comment, and counts in issues of ours alone.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from app.domain.accounts import account_of
from app.domain.commands import Command, Word, commands
from app.domain.envelope import Place, seal, unseal
from app.domain.history import area_of
from app.domain.issue import Issue, Snapshot, User
from app.domain.ours import NEEDED, VERBAL
from app.domain.plan import Draft, Finding, Plan, Say, Verdict
from app.domain.program import Area, Program
from app.domain.taxonomy import Mode, Taxonomy, scope_of
from app.domain.voice import Identity

NAME = "verbal_requests"
TITLE_AT_MOST = 200
_AT_LEAST = 12
_LINK = re.compile(r"https://[\w.-]+(?::\d+)?/[\w./%+~-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Document:
    """A document of the program, with what people and we said on it."""

    snapshot: Snapshot
    taxonomy: Taxonomy
    program: Program
    identity: Identity

    @property
    def area(self) -> str | None:
        """The area it is about."""
        return area_of(self.snapshot.issue.labels)

    @property
    def mode(self) -> Mode:
        """The mode of the rule for it."""
        modes = self.taxonomy.rules.get(NAME)
        return modes.for_area(self.area) if modes else Mode.OFF


def is_document(issue: Issue, program: Program) -> bool:
    """A document of the program, on which people talk; the operator's issue is none."""
    document = any(scope_of(title) == "program-doc" for title in issue.labels)
    return document and program.holds_requests(issue.ref.project) and issue.ref != program.operator_issue


def plan_drafts(document: Document, now: datetime) -> Plan:
    """A draft for each line that asks for one, and has none yet."""
    issue = document.snapshot.issue
    if document.mode is Mode.OFF or document.taxonomy.paused_label in issue.labels:
        return Plan()
    asked = tuple(_asked(document, now))
    if document.mode is Mode.OBSERVE:
        watched = (Finding(NAME, Verdict.OBSERVED, "would draft a request", who=d.asker.username) for d in asked)
        return Plan(findings=tuple(watched))
    findings = (
        Finding(NAME, Verdict.COMPLETED if d.sentence else Verdict.REFUSED, "told in one line", who=d.asker.username)
        for d in asked
    )
    return Plan(asked, tuple(findings))


def _asked(document: Document, now: datetime) -> Iterable[Draft]:
    snapshot, bot = document.snapshot, document.identity.bot
    flow = document.taxonomy.workflow
    since = max(flow.effective_from, now - flow.judged_for)
    voice = document.identity.hear(snapshot)
    lately = [n for n in snapshot.notes if not n.system and not bot.is_us(n.author) and n.created_at >= since]
    number: dict[int, int] = {}
    for command in commands(lately, bot.username):
        if not command.called or command.word is not Word.REQUEST:
            continue
        number[command.note.id] = number.get(command.note.id, 0) + 1
        draft = _draft(document, command, number[command.note.id])
        if voice.on(topic(draft)) is None:
            yield draft


def _draft(document: Document, command: Command, number: int) -> Draft:
    """What a line asks for; without a sentence where there is none, or where it was not meant for everybody's eyes."""
    first, *parts = (part.strip() for part in command.rest.split("|"))
    note = command.note
    readable = len(first) >= _AT_LEAST and not note.internal
    account = next((a for part in parts if _says(part, "customer") and (a := account_of(part))), None)
    link = account.link if account and account.link and _LINK.fullmatch(account.link) else None
    areas = (_area(_says(part, "area"), document.program.areas) for part in parts)
    return Draft(
        source=document.snapshot.issue.ref,
        note_id=note.id,
        number=number,
        asker=note.author,
        at=note.created_at,
        sentence=first if readable else "",
        area=next(filter(None, areas), document.area),
        link=link,
    )


def _says(part: str, name: str) -> str | None:
    """What follows a part's name: `area ai`, `Area: ai`."""
    head, _, rest = part.replace(":", " ", 1).partition(" ")
    return rest.strip() if head.casefold() == name else None


def _area(said: str | None, areas: Iterable[Area]) -> str | None:
    wanted = said.casefold() if said else ""
    return next((a.key for a in areas if wanted in (a.key.casefold(), a.name.casefold())), None)


def topic(draft: Draft) -> str:
    """The topic of our answer to one line."""
    return f"{VERBAL} {draft.note_id}/{draft.number}"


def drafted_say(draft: Draft, made: str | None) -> Say:
    """Our answer in the thread of the line: `made` is the draft's address, None where the line could not be read."""
    data = {"ref": made, "who": draft.asker.username}
    return Say(topic(draft), "drafted", data, {"open": False, "ref": made}, reply_to=draft.note_id)


def title_of(draft: Draft) -> str:
    """The sentence as a title, where GitLab would mention people too."""
    line = " ".join(draft.sentence.replace("@", "＠").split())
    return line if len(line) <= TITLE_AT_MOST else line[: TITLE_AT_MOST - 1].rstrip() + "…"


def labels_of(draft: Draft, taxonomy: Taxonomy) -> tuple[str, ...]:
    """In the first status, of its area, and waiting for the rest of the story."""
    wanted = (taxonomy.workflow.start, f"area::{draft.area}", NEEDED)
    return tuple(title for title in wanted if title in taxonomy.titles)


def words_of(draft: Draft) -> dict[str, object]:
    """What fills the draft's description."""
    who, source = draft.asker.username, str(draft.source)
    return {"sentence": draft.sentence, "link": draft.link, "who": who, "source": source}


def sealed(text: str, draft: Draft, identity: Identity) -> str:
    """The draft's description, with who asked in its marker."""
    state = {"key": topic(draft), "of": str(draft.source), "id": draft.asker.id, "username": draft.asker.username}
    return seal(text, VERBAL, "draft_request", state, _place(identity), identity.keys[0])


def is_of(issue: Issue, draft: Draft, identity: Identity) -> bool:
    """Whether an issue is this draft."""
    state = _marker(issue, identity)
    return state.get("key") == topic(draft) and state.get("of") == str(draft.source)


def in_their_name(issue: Issue, identity: Identity) -> Issue:
    """A request we drafted, as one of whoever told it: asks and outcomes are theirs, not ours."""
    state = _marker(issue, identity)
    number, username = state.get("id"), state.get("username")
    if not isinstance(number, int) or not isinstance(username, str):
        return issue
    return replace(issue, author=User(number, username))


def _marker(issue: Issue, identity: Identity) -> Mapping[str, object]:
    if not identity.bot.is_us(issue.author):
        return {}
    found = unseal(issue.description, _place(identity), identity.keys)
    return found.state if found and found.topic == VERBAL else {}


def _place(identity: Identity) -> Place:
    return Place(identity.instance, 0, 0)
