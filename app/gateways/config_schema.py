"""JSON Schemas of the two configuration files, for editors."""

import json

from app.gateways.config_program_shape import ProgramShape
from app.gateways.config_shapes import Shape
from app.gateways.config_taxonomy_shape import TaxonomyShape


def taxonomy_schema() -> str:
    """The schema of label_taxonomy.yml, as JSON text."""
    return _schema(TaxonomyShape, "label_taxonomy.yml")


def program_schema() -> str:
    """The schema of program.yml, as JSON text."""
    return _schema(ProgramShape, "program.yml")


def _schema(shape: type[Shape], title: str) -> str:
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **shape.model_json_schema(), "title": title}
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
