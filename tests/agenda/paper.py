"""An agenda of two blocks as the tests use it, in versions whose numbers differ."""

from app.domain.managed_blocks import Block, composed
from app.domain.managed_lines import item, slot

DOCUMENT = "pm-review ai 2026-03-18"
KEYS = ("412/accept", "412/decline", "397/accept")


def decisions(version: int = 0) -> Block:
    """What is to be decided. `version` changes the numbers, and the sentence in between."""
    return Block(
        "decisions",
        "\n".join(
            [
                "## 1 · Decisions wanted",
                "",
                f"### #412+ · {version} days",
                f"{70 + version} points, four customers",
                item("412/accept", "Accept", "owner: … target: …"),
                item("412/decline", "Decline", "reason: …"),
                "",
                "### #397+ · 2 days left",
                item("397/accept", "Accept"),
            ]
        ),
    )


def updates(version: int = 0) -> Block:
    """What customers may hear."""
    rows = [f"| #352+ | {version} | {slot('352/say')} |", f"| #340+ | 3 | {slot('340/say')} |"]
    return Block(
        "updates",
        "\n".join(["## 2 · Updates to relay", "", "| request | customers | sentence |", "|---|--:|---|", *rows]),
    )


def blocks(version: int = 0) -> tuple[Block, ...]:
    """Both."""
    return (decisions(version), updates(version))


def paper(version: int = 0) -> str:
    """The whole description as it was created."""
    return composed(["# AI · review", *blocks(version), "## Actions\n- [ ] ", "## Notes\nSaid in the room:"], DOCUMENT)
