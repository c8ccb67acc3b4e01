"""The page of all labels, by scope: `docs/labels.md`."""

from app.domain.taxonomy import Label, Scope, Taxonomy

HEAD = """# Labels

Made from `label_taxonomy.yml` by `make generate`; change them there. GitLab shows a swatch beside each colour.
"""


def labels_page(taxonomy: Taxonomy) -> str:
    """The page in Markdown, ending in a line feed."""
    return HEAD + "".join(map(_scope, taxonomy.scopes))


def _scope(scope: Scope) -> str:
    heading = f"{scope.title} (`{scope.key}::`)" if scope.key else scope.title
    kept = {
        (True, True): "Exactly one on every request.",
        (True, False): "At most one on a card.",
        (False, True): "At least one on every request.",
        (False, False): "",
    }[scope.exclusive, scope.required]
    intro = f"{scope.description} {kept}".strip()
    rows = "".join(map(_row, scope.labels))
    return f"\n## {heading}\n\n{intro}\n\n| label | colour | meaning |\n|---|---|---|\n{rows}"


def _row(label: Label) -> str:
    more = [label.description]
    if label.previously:
        more.append(f"Replaces {', '.join(f'`{title}`' for title in label.previously)}.")
    if label.retire_after:
        more.append(f"In use until {label.retire_after.isoformat()}.")
    return f"| `{label.title}` | `{label.color}` | {_cell(' '.join(more))} |\n"


def _cell(text: str) -> str:
    """Text that cannot break a table's row."""
    return " ".join(text.split()).replace("|", "\\|")
