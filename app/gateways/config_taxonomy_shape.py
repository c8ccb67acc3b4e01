"""The shape of `label_taxonomy.yml`."""

from datetime import timedelta
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator, Field

from app.domain.roster import Role
from app.domain.taxonomy import FieldKind, Mode
from app.gateways.config_numbers_shape import NumbersShape
from app.gateways.config_shapes import (
    Color,
    Day,
    Duration,
    Instant,
    Key,
    ModeShape,
    MoveId,
    PredicateText,
    Shape,
    Text,
    Texts,
    Title,
    WebAddress,
    one_or_many,
)

Roles = Annotated[
    tuple[Role, ...], Field(min_length=1), BeforeValidator(one_or_many, json_schema_input_type=Role | list[Role])
]
Statuses = Annotated[
    tuple[Text, ...], Field(min_length=1), BeforeValidator(one_or_many, json_schema_input_type=str | list[str])
]


class LabelShape(Shape):
    """A label."""

    title: Title
    color: Color
    description: Text
    previously: Texts = Field(default=(), description="Titles this label replaces.")
    retire_after: Day | None = Field(default=None, description="The last day the label is in use.")
    priority: int | None = Field(default=None, ge=0, description="GitLab's order of prioritised labels.")
    strategic: Decimal | None = Field(default=None, ge=0, le=1, description="A theme's weight in the points, 0 to 1.")
    also_apply: Texts = Field(default=(), description="Other teams' labels, added with this one, never removed.")


class ScopeShape(Shape):
    """A scope: labels of which a card carries one."""

    title: Text
    description: Text
    exclusive: bool = Field(default=True, description="At most one of its labels on a card.")
    required: bool = Field(default=False, description="At least one of its labels on every request.")
    labels: tuple[LabelShape, ...] = Field(min_length=1)


class FieldShape(Shape):
    """Something a request's text can tell."""

    names: Texts = Field(min_length=1, description="The names under which people write it.")
    kind: FieldKind = FieldKind.TEXT
    at_least: int = Field(default=1, ge=1, description="How many letters make an answer.")
    choices: Texts = ()
    fresh: bool = Field(default=False, description="Counts only when told around the move it explains.")


class ItemShape(Shape):
    """A piece of context that a status or a move may require."""

    title: Text
    why: Text
    example: Text
    met_by: tuple[PredicateText, ...] = Field(min_length=1, description="Any one of these is enough.")


class StatusShape(Shape):
    """A column of the board."""

    label: Text
    name: Text
    requires: Texts = ()
    asks: Texts = ()
    closes: bool = Field(default=False, description="A request may be closed from here.")


class MoveShape(Shape):
    """A lawful move."""

    id: MoveId
    source: Statuses = Field(alias="from", description="Statuses, or any.")
    target: Statuses = Field(alias="to", description="Statuses, or any.")
    who: Roles
    requires: Texts = Field(default=(), description="Items beyond those the target status requires.")
    because: Text
    mode: Mode | None = Field(default=None, description="For this move; otherwise that of the rule `moves`.")
    mode_by_area: dict[str, Mode] | None = None
    effective_from: Instant | None = None


class WorkflowShape(Shape):
    """The statuses, the moves, and the numbers of their rules."""

    effective_from: Instant
    start: Text
    judged_for: Duration
    ask_after: Duration
    ask_at_latest: Duration
    put_backs: int = Field(ge=1)
    put_backs_within: Duration
    hold_for: Duration = Field(default=timedelta(days=7), description="How long a held move waits.")
    remind_after: Duration = Field(default=timedelta(days=3), description="Working days until the author is reminded.")
    help_after: Duration = Field(default=timedelta(days=7), description="Working days until the SME is asked to help.")
    lead_after: Duration = Field(default=timedelta(days=10), description="Working days until the lead is told.")
    park_after: Duration = Field(default=timedelta(days=15), description="Working days until the ask is let rest.")
    statuses: tuple[StatusShape, ...] = Field(min_length=1)
    moves: tuple[MoveShape, ...] = Field(min_length=1)


class RulesShape(Shape):
    """The rules of the board, each with its mode."""

    one_status: ModeShape
    starting_status: ModeShape
    moves: ModeShape
    open_closed: ModeShape
    context: ModeShape
    numbers: ModeShape = ModeShape(mode=Mode.OBSERVE)
    commands: ModeShape = Field(default=ModeShape(mode=Mode.OBSERVE), description="What people write to the bot.")
    duplicates: ModeShape = Field(default=ModeShape(mode=Mode.OBSERVE), description="Likely ones, and their customers.")
    request_type: ModeShape = Field(default=ModeShape(mode=Mode.OBSERVE), description="The label of the type ticked.")
    verbal_requests: ModeShape = Field(default=ModeShape(mode=Mode.OBSERVE), description="Requests told in one line.")
    agendas: ModeShape = Field(default=ModeShape(mode=Mode.OBSERVE), description="Agendas, and decisions ticked there.")


class RouteShape(Shape):
    """Where requests of a type are better brought first."""

    say: Text = Field(description="One sentence, said with the question for context.")
    link: WebAddress


class TaxonomyShape(Shape):
    """All of label_taxonomy.yml."""

    scopes: dict[str, ScopeShape] = Field(min_length=1)
    plain_labels: tuple[LabelShape, ...] = ()
    paused_label: Text
    fields: dict[Key, FieldShape]
    items: dict[Key, ItemShape]
    routes: dict[Title, RouteShape] = Field(default={}, description="By label: where such a request is better brought.")
    numbers: NumbersShape = NumbersShape()
    workflow: WorkflowShape
    rules: RulesShape
