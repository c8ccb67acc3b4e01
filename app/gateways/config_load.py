"""Loads the program as code: `label_taxonomy.yml` and `program.yml`, checked whole, as the domain's values."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.domain.program import Program
from app.domain.provision import Where
from app.domain.taxonomy import Mode, Taxonomy
from app.gateways import (
    config_build,
    config_cadence_checks,
    config_item_checks,
    config_label_checks,
    config_numbers_checks,
    config_program_checks,
    config_workflow_checks,
)
from app.gateways.config_document import Document
from app.gateways.config_errors import ConfigError, ConfigInvalid
from app.gateways.config_places import places
from app.gateways.config_program_shape import ProgramShape
from app.gateways.config_taxonomy_shape import TaxonomyShape
from app.gateways.config_words import shaped
from app.gateways.config_yaml import parse, read

TAXONOMY, PROGRAM = "label_taxonomy.yml", "program.yml"


@dataclass(frozen=True, slots=True)
class Configuration:
    """What both files say. `version` names their exact text (SHA-256, hexadecimal); `places` are the lines that ask
    for labels, boards, projects and schedules (keys as in config_places).
    """

    taxonomy: Taxonomy
    program: Program
    version: str
    places: Mapping[str, Where]


@dataclass(frozen=True, slots=True)
class Texts:
    """Both files as bytes, and what to call them in errors."""

    taxonomy: bytes
    program: bytes
    suffix: str = ""


def load(directory: Path, mode_override: Mode | None = None) -> Configuration:
    """The configuration in a directory; with `mode_override` all rules have that mode (the demo's `enforce`).

    Raises ConfigInvalid with every mistake of both files.
    """
    return understand(read_texts(directory), mode_override)


def read_texts(directory: Path) -> Texts:
    """Both files. Raises ConfigInvalid naming each that cannot be read."""
    found: dict[str, bytes] = {}
    errors: list[ConfigError] = []
    for name in (TAXONOMY, PROGRAM):
        try:
            found[name] = read(directory, name)
        except ConfigInvalid as invalid:
            errors.extend(invalid.errors)
    if errors:
        raise ConfigInvalid(errors)
    return Texts(found[TAXONOMY], found[PROGRAM])


def understand(texts: Texts, mode_override: Mode | None = None) -> Configuration:
    """The configuration that two texts make. Raises ConfigInvalid."""
    taxonomy, slips = parse(TAXONOMY + texts.suffix, texts.taxonomy)
    program, more = parse(PROGRAM + texts.suffix, texts.program)
    errors = [*slips, *more]
    taxonomy_shape, wrong = shaped(taxonomy, TaxonomyShape) if taxonomy else (None, [])
    program_shape, wrong_too = shaped(program, ProgramShape) if program else (None, [])
    errors += [*wrong, *wrong_too, *_checked(taxonomy, program)]
    if errors or taxonomy is None or program is None or taxonomy_shape is None or program_shape is None:
        raise ConfigInvalid(errors)
    version = hashlib.sha256(texts.taxonomy + b"\0" + texts.program).hexdigest()
    return Configuration(
        config_build.taxonomy(taxonomy_shape, mode_override),
        config_build.program(program_shape),
        version,
        places(taxonomy, program),
    )


def _checked(taxonomy: Document | None, program: Document | None) -> list[ConfigError]:
    """The checks that look across; what is missing whole is as good as empty to them."""
    errors = [*config_program_checks.check(program), *config_cadence_checks.check(program)] if program else []
    if taxonomy:
        beside = program or Document(PROGRAM, {}, {}, {})
        for check in (
            config_label_checks.check,
            config_workflow_checks.check,
            config_item_checks.check,
            config_numbers_checks.check,
        ):
            errors += check(taxonomy, beside)
    return errors
