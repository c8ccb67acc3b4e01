"""`python -m app.entrypoints.generate`: writes the pages and schemas that are made from the configuration.

Exit codes: 0 done or nothing to do, 1 something is stale (`--check`), 2 the configuration cannot be used.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from app.domain.labels_page import labels_page
from app.domain.workflow_page import workflow_page
from app.entrypoints.cli import app
from app.entrypoints.reference_pages import commands_page, settings_page
from app.gateways.config_errors import ConfigInvalid
from app.gateways.config_load import load
from app.gateways.config_schema import program_schema, taxonomy_schema
from app.gateways.plan_file import plan_schema


def main(arguments: Sequence[str] | None = None) -> int:
    """Write what is stale, or only name it."""
    parser = argparse.ArgumentParser(prog="generate", description="Make the pages and schemas of the configuration.")
    parser.add_argument("--check", action="store_true", help="write nothing; name stale files and exit with 1")
    parser.add_argument("--directory", type=Path, default=Path(), help="where label_taxonomy.yml is")
    options = parser.parse_args(arguments)
    try:
        made = generated(options.directory)
    except ConfigInvalid as invalid:
        sys.stderr.write(f"{invalid}\n")
        return 2
    stale = [path for path, text in made.items() if _text(options.directory / path) != text]
    for path in stale:
        if options.check:
            sys.stdout.write(f"{path} is stale; run `make generate` and commit it\n")
        else:
            _write(options.directory / path, made[path])
            sys.stdout.write(f"{path} written\n")
    return 1 if options.check and stale else 0


def generated(directory: Path) -> Mapping[str, str]:
    """Each file made from the configuration of a directory, by its path there. Raises ConfigInvalid."""
    taxonomy = load(directory).taxonomy
    return {
        "docs/labels.md": labels_page(taxonomy),
        "docs/workflow.md": workflow_page(taxonomy),
        "docs/commands.md": commands_page(app),
        "docs/settings.md": settings_page(),
        "schemas/label_taxonomy.schema.json": taxonomy_schema(),
        "schemas/program.schema.json": program_schema(),
        "schemas/plan.schema.json": plan_schema(),
    }


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
