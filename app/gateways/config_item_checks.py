"""What shapes cannot see about fields and items: names that clash, and ways to tell that lead nowhere."""

from collections.abc import Iterator

from app.domain.context import GROWN, NEW_CUSTOMER, WORTH
from app.domain.roster import Role
from app.domain.taxonomy import FieldKind, Source
from app.gateways.config_document import Document, Trail
from app.gateways.config_errors import ConfigError
from app.gateways.config_words import nearest

MILESTONE = "milestone"
"""The field that GitLab itself keeps."""


def check(taxonomy: Document, program: Document) -> list[ConfigError]:
    """All mistakes about what requests tell."""
    return [*_names(taxonomy), *_choices(taxonomy), *_predicates(taxonomy, program)]


def _names(taxonomy: Document) -> Iterator[ConfigError]:
    seen: dict[str, tuple[Trail, str]] = {}
    for trail, _ in taxonomy.each("fields/*", dict):
        for at, name in taxonomy.texts(*trail, "names"):
            first, field = seen.setdefault(name.casefold(), (at, str(trail[1])))
            if first != at:
                cure = "keep it at one field; capitals make no difference"
                yield taxonomy.at(at, f"the name `{name}` belongs to the field `{field}` already", cure)
            elif ":" in name or name != name.strip():
                yield taxonomy.at(at, f"the name `{name}` has a colon or outer spaces", "write the words only")


def _choices(taxonomy: Document) -> Iterator[ConfigError]:
    for trail, field in taxonomy.each("fields/*", dict):
        if (field.get("kind") == FieldKind.CHOICE) != bool(field.get("choices")):
            message = f"the field `{trail[1]}` has to have `choices` and `kind: choice` together"
            yield taxonomy.at(trail, message, "write both, or neither", key=True)


def _predicates(taxonomy: Document, program: Document) -> Iterator[ConfigError]:
    for trail, predicate in taxonomy.each("items/*/met_by/*", str):
        source, _, arg = predicate.partition(":")
        known = _known(taxonomy, source)
        if source == Source.LABEL and "{area}" in arg:
            for area in (str(t[1]) for t, _ in program.each("areas/*", object)):
                scope = arg.replace("{area}", area)
                if scope not in known:
                    message = f"`{predicate}` can never be met in the area `{area}`: there is no scope `{scope}`"
                    yield taxonomy.at(trail, message, f"add the scope {scope} with its labels")
        elif known and arg and arg not in known:
            what = {"label": "the scopes", "role": "the roles"}.get(source, f"known after `{source}`")
            yield taxonomy.at(
                trail, f"`{predicate}` names no {_thing(source)} that there is", nearest(arg, known, what)
            )


def _known(taxonomy: Document, source: str) -> list[str]:
    match source:
        case Source.FIELD:
            return [*(str(trail[1]) for trail, _ in taxonomy.each("fields/*", object)), MILESTONE]
        case Source.LABEL:
            return [str(trail[1]) for trail, _ in taxonomy.each("scopes/*", object)]
        case Source.ROLE:
            return [role.value for role in Role if role not in (Role.ANYONE, Role.AUTHOR)]
        case Source.LINE:
            return ["customer", NEW_CUSTOMER, GROWN, WORTH]
        case Source.LINK:
            return ["product"]
        case _:
            return []


def _thing(source: str) -> str:
    return {Source.LABEL: "scope", Source.LINE: "kind of line", Source.LINK: "kind of link"}.get(Source(source), source)
