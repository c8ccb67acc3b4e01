"""Plans on disk: written whole or not at all, read back only where they are what this version writes."""

import json
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import from_json

from app.domain.failure import Permanent
from app.domain.saved_plan import SavedPlan
from app.gateways.plan_shape import SCHEMA, PlanShape, shaped_plan, understood_plan

_AGAIN = "make a new one with `sounding-board plan --out`"


class PlanFileInvalid(Exception):
    """The file is no plan that can be applied; the message says why and what to do."""


def plan_text(plan: SavedPlan, version: str) -> str:
    """A plan as JSON text. `version` is ours."""
    shape = shaped_plan(plan, version)
    return json.dumps(shape.model_dump(mode="json", by_alias=True), indent=2, ensure_ascii=False) + "\n"


def plan_schema() -> str:
    """The JSON Schema of that text."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **PlanShape.model_json_schema(mode="serialization"),
        "title": "sounding-board plan --json",
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def save_plan(path: Path, plan: SavedPlan, version: str) -> None:
    """Write a plan. Raises Permanent where the file cannot be written; what was there before is then still there."""
    beside = path.with_name(f".{path.name}.new")
    try:
        beside.write_text(plan_text(plan, version), encoding="utf-8")
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise Permanent(f"The plan could not be saved: {path} cannot be written ({error.strerror}).") from None


def saved_plan(path: Path) -> SavedPlan:
    """Read a plan. Raises PlanFileInvalid."""
    try:
        data = from_json(path.read_bytes())
    except OSError as error:
        raise PlanFileInvalid(f"{path} cannot be read ({error.strerror}): {_AGAIN}.") from None
    except ValueError as error:
        raise PlanFileInvalid(f"{path} is no plan, or was cut short ({error}): {_AGAIN}.") from None
    if not isinstance(data, dict) or "schema" not in data:
        raise PlanFileInvalid(f"{path} is JSON, but no plan: {_AGAIN}.")
    if data["schema"] != SCHEMA:
        raise PlanFileInvalid(
            f"{path} was made by another version of Sounding Board (its schema is {json.dumps(data['schema'])}, "
            f"this version reads {SCHEMA}): {_AGAIN}."
        )
    try:
        return understood_plan(PlanShape.model_validate_json(json.dumps(data)))
    except ValidationError as error:
        places = ", ".join(dict.fromkeys(".".join(map(str, found["loc"])) for found in error.errors()[:3]))
        raise PlanFileInvalid(f"{path} is no whole plan (wrong at {places}): {_AGAIN}.") from None
