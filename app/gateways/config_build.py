"""Makes the domain's values of shapes that hold no mistake."""

from datetime import UTC, date, datetime, time

from app.domain.cadence import Cadence
from app.domain.issue import Ref
from app.domain.program import Area, Board, Pipelines, Program, Project, Schedule
from app.domain.roster import Person, Roster, Term
from app.domain.taxonomy import (
    Field,
    Item,
    Label,
    Mode,
    Modes,
    Move,
    Predicate,
    Route,
    Scope,
    Source,
    Status,
    Taxonomy,
    Workflow,
)
from app.gateways import config_cadence_build
from app.gateways.config_numbers_shape import numbers
from app.gateways.config_program_shape import PersonShape, PipelinesShape, ProgramShape
from app.gateways.config_shapes import ModeShape
from app.gateways.config_taxonomy_shape import LabelShape, MoveShape, TaxonomyShape, WorkflowShape
from app.gateways.config_workflow_checks import ANY

PLAIN = Scope(
    key="", title="Plain labels", description="A card may carry any number of them.", labels=(), exclusive=False
)


def taxonomy(shape: TaxonomyShape, override: Mode | None) -> Taxonomy:
    """The taxonomy; with `override` every rule and move has that mode."""
    scopes = [
        Scope(key, s.title, s.description, tuple(map(_label, s.labels)), s.exclusive, s.required)
        for key, s in shape.scopes.items()
    ]
    if shape.plain_labels:
        labels = tuple(map(_label, shape.plain_labels))
        scopes.append(Scope(PLAIN.key, PLAIN.title, PLAIN.description, labels, PLAIN.exclusive))
    return Taxonomy(
        scopes=tuple(scopes),
        fields=tuple(Field(key, f.names, f.kind, f.at_least, f.choices, f.fresh) for key, f in shape.fields.items()),
        items={
            key: Item(key, i.title, i.why, i.example, tuple(map(_predicate, i.met_by)))
            for key, i in shape.items.items()
        },
        workflow=_workflow(shape.workflow, shape.rules.moves, override),
        rules={name: _modes(rule, override) for name, rule in shape.rules},
        paused_label=shape.paused_label,
        numbers=numbers(shape.numbers),
        routes={title: Route(route.say, route.link) for title, route in shape.routes.items()},
    )


def _label(shape: LabelShape) -> Label:
    return Label(
        shape.title,
        shape.color,
        shape.description,
        shape.previously,
        shape.retire_after,
        shape.priority,
        shape.strategic,
        shape.also_apply,
    )


def _predicate(text: str) -> Predicate:
    source, _, arg = text.partition(":")
    return Predicate(Source(source), arg)


def _modes(shape: ModeShape, override: Mode | None) -> Modes:
    return Modes(override) if override else Modes(shape.mode, shape.mode_by_area)


def _workflow(shape: WorkflowShape, moves: ModeShape, override: Mode | None) -> Workflow:
    return Workflow(
        statuses=tuple(Status(s.label, s.name, s.requires, s.asks, s.closes) for s in shape.statuses),
        start=shape.start,
        moves=tuple(_move(move, shape, moves, override) for move in shape.moves),
        modes=_modes(moves, override),
        effective_from=shape.effective_from,
        judged_for=shape.judged_for,
        ask_after=shape.ask_after,
        ask_at_latest=shape.ask_at_latest,
        put_backs=shape.put_backs,
        put_backs_within=shape.put_backs_within,
        hold_for=shape.hold_for,
        remind_after=shape.remind_after,
        help_after=shape.help_after,
        lead_after=shape.lead_after,
        park_after=shape.park_after,
    )


def _move(move: MoveShape, flow: WorkflowShape, moves: ModeShape, override: Mode | None) -> Move:
    every = tuple(s.label for s in flow.statuses)
    by_area = moves.mode_by_area if move.mode is None and move.mode_by_area is None else move.mode_by_area or {}
    return Move(
        id=move.id,
        sources=frozenset(every if ANY in move.source else move.source),
        targets=frozenset(every if ANY in move.target else move.target),
        who=frozenset(move.who),
        requires=move.requires,
        modes=Modes(override) if override else Modes(move.mode or moves.mode, by_area),
        effective_from=move.effective_from or flow.effective_from,
        because=move.because,
    )


def program(shape: ProgramShape) -> Program:
    """The program."""
    return Program(
        name=shape.name,
        tier=shape.tier,
        areas=tuple(Area(key, name) for key, name in shape.areas.items()),
        regions=shape.regions,
        projects=tuple(
            Project(p.path, tuple(Board(b.name, b.area) for b in p.boards), p.amounts) for p in shape.projects
        ),
        roster=Roster(tuple(_person(handle, person) for handle, person in shape.people.items())),
        operator_issue=_ref(shape.operator_issue) if shape.operator_issue else None,
        labels_in=shape.labels_in,
        service=shape.service.rstrip("/") if shape.service else None,
        templates=shape.templates,
        pipelines=_pipelines(shape.pipelines) if shape.pipelines else None,
        cadence=config_cadence_build.cadence(shape.cadence) if shape.cadence else Cadence(),
    )


def _pipelines(shape: PipelinesShape) -> Pipelines:
    schedules = tuple(Schedule(s.job, " ".join(s.cron.split()), s.timezone) for s in shape.schedules)
    return Pipelines(shape.project, shape.ref, schedules)


def _person(handle: str, shape: PersonShape) -> Person:
    terms = tuple(
        Term(t.role, t.area, t.region, t.primary, _midnight(t.since), _midnight(t.until)) for t in shape.roles
    )
    return Person(handle, shape.name, shape.region, terms)


def _midnight(day: date | None) -> datetime | None:
    return datetime.combine(day, time(), UTC) if day else None


def _ref(text: str) -> Ref:
    project, _, iid = text.rpartition("#")
    return Ref(project, int(iid))
