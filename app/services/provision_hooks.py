"""The webhook of each project, kept as the service needs it."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from app.domain.installation import HOOK_PATH
from app.domain.program import Program
from app.domain.provision import Draft, Kind, Refusal, Step, Where
from app.domain.provision_hooks import HookKeys, HookSeen, HookWanted, HookWish, canonical, compare


class Hooks(Protocol):
    """Reads and sets webhooks. Raises Temporary and Permanent."""

    def hooks(self, project: str) -> Sequence[HookSeen]:
        """All webhooks of a project, whole."""
        ...

    def put(self, project: str, hook: int | None, fields: Mapping[str, str | bool], tokens: Mapping[str, str]) -> None:
        """Set fields and tokens of a webhook, a new one where `hook` is None."""
        ...


class ProvisionHooks:
    """The part of plan and apply for webhooks. Without `service` in program.yml no hook is kept."""

    kind = Kind.HOOKS

    def __init__(self, door: Hooks, program: Program, keys: HookKeys, places: Mapping[str, Where]) -> None:
        self._door, self._program, self._keys, self._places = door, program, keys, places

    def draft(self) -> Draft[HookWish]:
        """One call for each project."""
        if self._program.service is None:
            return Draft((), "")
        steps: list[Step[HookWish]] = []
        refusals: list[Refusal] = []
        texts: list[str] = []
        as_declared = 0
        for project in self._program.projects:
            seen = self._door.hooks(project.path)
            url = self._program.service + HOOK_PATH
            wanted = HookWanted(project.path, url, self._keys, self._places.get("service"))
            found, refused = compare(wanted, seen)
            steps += found
            refusals += refused
            texts.append(canonical(project.path, seen))
            as_declared += all(step.wish is None for step in found)
        return Draft(tuple(steps), "\n".join(texts), tuple(refusals), as_declared)

    def make(self, step: Step[HookWish]) -> None:
        """Set one hook, with the newest tokens where they are to be set."""
        if step.wish is None:
            return
        tokens: dict[str, str] = {}
        if "signing" in step.wish.tokens:
            tokens["signing"] = self._keys.signing[0]
        if "secret" in step.wish.tokens:
            tokens["secret"] = self._keys.secret[0]
        self._door.put(step.wish.project, step.wish.id, step.wish.fields, tokens)
