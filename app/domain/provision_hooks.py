"""The webhook of each project, compared with what the service listens to.

Ours is known by its description. Which secrets it has GitLab never says, so the description carries a short mark of
each that was set last: from it somebody who has the secrets sees a rotation, and nobody learns anything.
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
_MARKS = re.compile(r"(signing|secret) token ([0-9a-f]{8})")
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
        guessed from its mark. Without a signing token a secret has none.
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
    ours = sorted(
        (hook for hook in seen if hook.description.startswith(KEPT)), key=lambda hook: (hook.url != wanted.url, hook.id)
    )
    kept = ours[0] if ours else None
    steps = _made(wanted) if kept is None else _changed(wanted, kept)
    reports = [_report(wanted, hook, _SECOND) for hook in ours[1:]]
    reports += [_report(wanted, hook, _FOREIGN) for hook in seen if hook not in ours and _same(hook.url, wanted.url)]
    if kept and kept.alert not in (None, "executable"):
        reports.append(_report(wanted, kept, f"GitLab has stopped it ({kept.alert}); {_TEST}"))
    return (*steps, *reports), _refusals(wanted, kept, steps)


_SECOND = "it is kept by us too, and one is enough: delete it in GitLab, or each event comes twice"
_FOREIGN = "it sends to the same address and was not made by us: delete it in GitLab, or each event comes twice"
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


def _marks(wanted: HookWanted, seen: HookSeen | None) -> dict[str, str]:
    """Those of our tokens, and those the hook has of tokens that we do not know."""
    marks: dict[str, str] = dict(_MARKS.findall(seen.description)) if seen else {}
    for kind, known in (("signing", wanted.keys.signing), ("secret", wanted.keys.secret)):
        if known:
            marks.pop(kind, None)
            marks.update((kind, mark) for mark in wanted.keys.marks(kind)[:1])
    return marks


def _made(wanted: HookWanted) -> list[Step[HookWish]]:
    fields: dict[str, str | bool] = {
        "url": wanted.url,
        "name": NAME,
        "description": described(_marks(wanted, None)),
        "push_events": False,
        **dict.fromkeys(TRIGGERS, True),
        "enable_ssl_verification": True,
    }
    tokens = tuple(kind for kind in ("signing", "secret") if getattr(wanted.keys, kind))
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
    description = described(_marks(wanted, seen))
    if description != seen.description:
        fields["description"] = description
        told += [] if tokens else [Difference("description", seen.description, description)]
    if not told:
        return []
    because = "not as the service needs it"
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
    there: bool | None = getattr(seen, kind)
    if not getattr(keys, kind):
        return None
    if there is False:
        return Difference(f"{kind} token", "not set", "set")
    marks = keys.marks(kind)
    shown = dict(_MARKS.findall(seen.description)).get(kind)
    if not marks or shown == marks[0]:
        return None
    return Difference(f"{kind} token", "an older one" if shown in marks else "another one", "the newest")


def _refusals(wanted: HookWanted, kept: HookSeen | None, steps: Sequence[Step[HookWish]]) -> tuple[Refusal, ...]:
    """A hook without a token that we know would send what the service turns away."""
    wish = steps[0].wish if steps else None
    found: list[str] = []
    if kept is None and not wanted.keys.signing and not wanted.keys.secret:
        found.append(
            f"{wanted.project} is to get a webhook and there is no token for it. Set "
            "SOUNDING_BOARD_WEBHOOK_SIGNING_TOKEN to the one the service has, or leave hooks out with --only."
        )
    if kept and wish and "url" in wish.fields and kept.secret and not wanted.keys.secret:
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
