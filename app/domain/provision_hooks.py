"""The webhook of each project, compared with what the service listens to.

Ours is known by its address, and after a move by its description. Which secrets it has GitLab never says, so the
description carries a short mark of each that was set last: from it somebody who has the secrets sees a rotation, and
which hook is theirs and not another installation's, and nobody learns anything.
"""

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.domain.installation import TRIGGERS
from app.domain.provision import Act, Change, Difference, Kind, Refusal, Step, Where
from app.domain.webhook_signature import PREFIX

NAME = "Sounding Board"
KEPT = "Kept by Sounding Board"
ON_PAGE = {"push_events": "Push events"} | TRIGGERS
"""Triggers by GitLab's words on its page; others are told by their name in the API."""
_MARKS = re.compile(r"(signing|secret) token ([0-9a-f]{8}|set)")
_SET = "set"
"""The mark of a secret that nothing is there to key one with: it was set by us, and which it is nobody sees."""
_SIGNING_BYTES = 32


@dataclass(frozen=True, slots=True)
class HookKeys:
    """What deliveries are signed with and what they show, the newest of each first. Never printed."""

    signing: tuple[str, ...] = ()
    secret: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"HookKeys({len(self.signing)} signing, {len(self.secret)} secret)"

    def marks(self, kind: str) -> tuple[str, ...]:
        """Of each token of a kind, the newest first.

        They are keyed by the signing token, 32 random bytes, so that a secret of somebody's own choice cannot be
        guessed from its mark. Without a signing token there is none of a secret.
        """
        if not self.signing:
            return ()
        if kind == "signing":
            return tuple(_mark(token, "") for token in self.signing)
        return tuple(_mark(self.signing[0], secret) for secret in self.secret)


def _mark(key: str, text: str) -> str:
    return hmac.new(key.encode(), f"Sounding Board webhook {text}".encode(), hashlib.sha256).hexdigest()[:8]


@dataclass(frozen=True, slots=True)
class HookSeen:
    """A webhook as GitLab shows it. `on` are its triggers; whether it has tokens is None where GitLab does not say
    (before 19.0). `alert` is "executable" while GitLab sends (CONTRACT 1).
    """

    id: int
    url: str
    name: str
    description: str
    on: frozenset[str]
    verifies: bool
    template: bool
    signing: bool | None
    secret: bool | None
    alert: str | None


@dataclass(frozen=True, slots=True)
class SetHook:
    """What to write of a hook, by GitLab's names; a new one where `id` is None. Tokens are named, never held."""

    project: str
    id: int | None
    fields: Mapping[str, str | bool]
    tokens: tuple[str, ...]


HookWish = SetHook | None
"""None goes with a report: nothing is written."""


@dataclass(frozen=True, slots=True)
class HookWanted:
    """The hook that a project is to have."""

    project: str
    url: str
    keys: HookKeys
    where: Where | None = None


def compare(wanted: HookWanted, seen: Sequence[HookSeen]) -> tuple[tuple[Step[HookWish], ...], tuple[Refusal, ...]]:
    """What makes the project's hook as wanted, and what forbids to make it."""
    kept = _kept(wanted, seen)
    steps = _made(wanted) if kept is None else _changed(wanted, kept)
    others = [(hook, why) for hook in seen if hook != kept and (why := _why_told(wanted, hook))]
    reports = [_report(wanted, hook, why) for hook, why in sorted(others, key=lambda one: one[0].id)]
    if kept and kept.alert not in (None, "executable"):
        reports.append(_report(wanted, kept, f"GitLab has stopped it ({kept.alert}); {_TEST}"))
    if kept and not wanted.keys.signing and not wanted.keys.secret:
        reports.append(_report(wanted, kept, _UNCOMPARED))
    return (*steps, *reports), _refusals(wanted, kept, steps)


def _kept(wanted: HookWanted, seen: Sequence[HookSeen]) -> HookSeen | None:
    """The hook to keep: the one at our address, by whomever it was made, else ours from where the service was."""
    here = [hook for hook in seen if hook.url == wanted.url]
    moved = [hook for hook in seen if hook.url != wanted.url and _is_ours(wanted, hook)]
    return min(here or moved, key=lambda hook: (not hook.description.startswith(KEPT), hook.id), default=None)


def _is_ours(wanted: HookWanted, hook: HookSeen) -> bool:
    """Whether a hook for another address is ours and not another installation's: it has a signing token of ours."""
    return _shown(hook).get("signing") in wanted.keys.marks("signing")


def _why_told(wanted: HookWanted, hook: HookSeen) -> str | None:
    """Why people should look at a hook beside ours; None where it is no matter of ours."""
    if not hook.description.startswith(KEPT):
        return _FOREIGN if _same(hook.url, wanted.url) else None
    return _SECOND if hook.url == wanted.url or _is_ours(wanted, hook) else _OTHERS


def _shown(hook: HookSeen) -> dict[str, str]:
    """The marks in the description of a hook that is kept by us; none where it is not."""
    return dict(_MARKS.findall(hook.description)) if hook.description.startswith(KEPT) else {}


_SECOND = "it is kept by us too, and one is enough: delete it in GitLab, or each event comes twice"
_OTHERS = (
    "Sounding Board keeps it for another address, perhaps for another installation, so it is left alone; if the "
    "service has moved from there, delete it in GitLab"
)
_FOREIGN = "it sends to the same address and was not made by us: delete it in GitLab, or each event comes twice"
_ADOPTED = "it sends to our address, so it is kept by us from now on"
_UNCOMPARED = (
    "its tokens were not compared, as neither SOUNDING_BOARD_WEBHOOK_SIGNING_TOKEN nor SOUNDING_BOARD_WEBHOOK_SECRET "
    "is set here"
)
_TEST = "send it a test event from GitLab's page of webhooks once the service answers"


def canonical(project: str, seen: Iterable[HookSeen]) -> str:
    """All that was compared, as one text."""
    hooks = [
        [h.id, h.url, h.name, h.description, sorted(h.on), h.verifies, h.template, h.signing, h.secret] for h in seen
    ]
    return json.dumps([project, sorted(hooks, key=str)])


def described(marks: Mapping[str, str]) -> str:
    """The description of our hook, with the marks of its tokens."""
    told = ", ".join(f"{kind} token {marks[kind]}" for kind in ("signing", "secret") if kind in marks)
    return f"{KEPT} ({told})." if told else f"{KEPT}."


def _same(one: str, other: str) -> bool:
    return one.rstrip("/").casefold() == other.rstrip("/").casefold()


def _report(wanted: HookWanted, hook: HookSeen, because: str) -> Step[HookWish]:
    return Step(Change(Kind.HOOKS, Act.REPORT, wanted.project, hook.url, (), wanted.where, because), None)


def _marks(wanted: HookWanted, seen: HookSeen | None, sent: Iterable[str]) -> dict[str, str]:
    """Those of the tokens that are sent, and those that the hook has of others."""
    newest = {kind: next(iter(wanted.keys.marks(kind)), _SET) for kind in sent}
    return (_shown(seen) if seen else {}) | newest


def _made(wanted: HookWanted) -> list[Step[HookWish]]:
    tokens = tuple(kind for kind in ("signing", "secret") if getattr(wanted.keys, kind))
    fields: dict[str, str | bool] = {
        "url": wanted.url,
        "name": NAME,
        "description": described(_marks(wanted, None, tokens)),
        "push_events": False,
        **dict.fromkeys(TRIGGERS, True),
        "enable_ssl_verification": True,
    }
    told = [Difference("triggers", "none", ", ".join(TRIGGERS.values()))]
    told += [Difference(f"{kind} token", "not set", "set") for kind in tokens]
    because = "the project has no webhook of ours"
    change = Change(Kind.HOOKS, Act.CREATE, wanted.project, wanted.url, tuple(told), wanted.where, because)
    return [Step(change, SetHook(wanted.project, None, fields, tokens))]


def _changed(wanted: HookWanted, seen: HookSeen) -> list[Step[HookWish]]:
    told, fields = _fields(wanted, seen)
    moved = "url" in fields
    tokens: list[str] = []
    for kind in ("signing", "secret"):
        difference = _token(wanted.keys, seen, kind)
        told += [difference] if difference else []
        # GitLab forgets a secret token where the address changes (app/models/concerns/web_hooks/hook.rb).
        tokens += [kind] if difference or (moved and getattr(wanted.keys, kind)) else []
    description = described(_marks(wanted, seen, tokens))
    # A token is never all that is sent: GitLab before 19.0 would see a call without anything in it.
    if tokens or description != seen.description:
        fields["description"] = description
        told += [] if tokens else [Difference("description", seen.description, description)]
    if not told:
        return []
    because = "the service needs it otherwise" if seen.description.startswith(KEPT) else _ADOPTED
    change = Change(Kind.HOOKS, Act.CHANGE, wanted.project, seen.url, tuple(told), wanted.where, because)
    return [Step(change, SetHook(wanted.project, seen.id, fields, tuple(tokens)))]


def _fields(wanted: HookWanted, seen: HookSeen) -> tuple[list[Difference], dict[str, str | bool]]:
    told: list[Difference] = []
    fields: dict[str, str | bool] = {}
    for field, now, want in (("url", seen.url, wanted.url), ("name", seen.name, NAME)):
        if now != want:
            told.append(Difference(field, now or "none", want))
            fields[field] = want
    for trigger in [*(t for t in TRIGGERS if t not in seen.on), *sorted(seen.on - set(TRIGGERS))]:
        needed = trigger in TRIGGERS
        told.append(Difference(ON_PAGE.get(trigger, trigger), *(("off", "on") if needed else ("on", "off"))))
        fields[trigger] = needed
    if not seen.verifies:
        told.append(Difference("SSL verification", "off", "on"))
        fields["enable_ssl_verification"] = True
    if seen.template:
        told.append(Difference("custom webhook template", "set", "none"))
        fields["custom_webhook_template"] = ""
    return told, fields


def _token(keys: HookKeys, seen: HookSeen, kind: str) -> Difference | None:
    """Whether a token that we know has to be set. One that we do not know is left to whoever set it."""
    known: tuple[str, ...] = getattr(keys, kind)
    there: bool | None = getattr(seen, kind)
    if not known:
        return None
    shown, marks = _shown(seen).get(kind), keys.marks(kind)
    # GitLab before 19.0 does not say what is there, and has no signing tokens.
    if there is False or (there is None and (kind == "signing" or shown is None)):
        return Difference(f"{kind} token", "not set", "set")
    if shown == marks[0] if marks else shown is not None and len(known) == 1:
        return None
    if shown in marks:
        return Difference(f"{kind} token", "an older one", "the newest")
    told = marks and shown not in (None, _SET)
    return Difference(f"{kind} token", "another one" if told else "not told", "the newest")


def _refusals(wanted: HookWanted, kept: HookSeen | None, steps: Sequence[Step[HookWish]]) -> tuple[Refusal, ...]:
    """A hook without a token that we know would send what the service turns away."""
    wish = steps[0].wish if steps else None
    found: list[str] = []
    if kept is None and not wanted.keys.signing and not wanted.keys.secret:
        found.append(
            f"{wanted.project} is to get a webhook and there is no token for it. Set "
            "SOUNDING_BOARD_WEBHOOK_SIGNING_TOKEN to the one the service has, or leave hooks out with --only."
        )
    secret = kept is not None and (kept.secret or (kept.secret is None and "secret" in _shown(kept)))
    if wish and "url" in wish.fields and secret and not wanted.keys.secret:
        found.append(
            f"The webhook of {wanted.project} gets another address, and GitLab then forgets its secret token. Set "
            "SOUNDING_BOARD_WEBHOOK_SECRET, or leave hooks out with --only."
        )
    if wish and "signing" in wish.tokens and not _fits(wanted.keys.signing[0]):
        found.append(
            f"SOUNDING_BOARD_WEBHOOK_SIGNING_TOKEN is none that GitLab takes for {wanted.project}: it has to be "
            f"{PREFIX} and 32 bytes in base64."
        )
    return tuple(Refusal(message) for message in found)


def _fits(token: str) -> bool:
    try:
        return len(base64.b64decode(token.removeprefix(PREFIX), validate=True)) == _SIGNING_BYTES
    except (binascii.Error, ValueError):
        return False
