"""The shape of a plan in JSON, for machines and for `apply PLANFILE`. It grows; what is there keeps its meaning."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from app.domain.provision import Act, Change, Difference, Kind, Limits, Provision, Refusal, Where
from app.domain.saved_plan import SavedPlan

SCHEMA = 1


class PlanPart(BaseModel):
    """A map of the plan. Keys that are not written here are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class DifferenceShape(PlanPart):
    """A field that is not as declared."""

    field: str
    now: str
    wanted: str


class WhereShape(PlanPart):
    """The line of the configuration that asks for a change."""

    file: str
    line: int


class ChangeShape(PlanPart):
    """One thing to do; `report` is left to people."""

    kind: Kind
    act: Act
    place: str = Field(description="The project or group, by full path.")
    name: str
    differences: tuple[DifferenceShape, ...]
    where: WhereShape | None
    because: str
    issues: int | None = Field(description="How many issues it touches; null where nobody knows.")
    named: tuple[str, ...] = Field(description="Those issues, or the first of them.")
    unmet: bool = Field(default=False, description="A declared thing that is not as declared and waits for people.")


class KindShape(PlanPart):
    """One kind that was asked for."""

    kind: Kind
    looked_at: bool = Field(description="false: the plan is refused, see `refusals`.")
    as_declared: int = Field(ge=0, description="Declared things that need nothing.")
    pending: int = Field(ge=0, description="Changes that write something.")
    reports: int = Field(ge=0, description="Things left to people.")


class RefusalShape(PlanPart):
    """Why the plan may not be applied, and the flag that lifts it."""

    message: str
    flag: str | None


class LimitsShape(PlanPart):
    """How much the plan was allowed to do."""

    deletions: int = Field(ge=0)
    issues: int = Field(ge=0)


class PlanShape(PlanPart):
    """A whole plan."""

    version_of_shape: Literal[1] = Field(alias="schema", description="Grows when the shape changes incompatibly.")
    sounding_board: str = Field(description="The version that made the plan.")
    gitlab: str = Field(description="GitLab's address.")
    configuration: str = Field(description="SHA-256 of both configuration files.")
    seen: str = Field(description="SHA-256 of what GitLab had; `apply PLANFILE` refuses when it differs.")
    limits: LimitsShape
    pending: int = Field(ge=0, description="Changes that write something.")
    issues: int = Field(ge=0, description="How many issues they touch.")
    unmet: int = Field(default=0, ge=0, description="Declared things that are not as declared and wait for people.")
    kinds: tuple[KindShape, ...]
    changes: tuple[ChangeShape, ...]
    refusals: tuple[RefusalShape, ...]


def shaped_plan(plan: SavedPlan, version: str) -> PlanShape:
    """A plan as it is written."""
    provision = plan.provision
    return PlanShape(
        schema=SCHEMA,
        sounding_board=version,
        gitlab=plan.gitlab,
        configuration=plan.configuration,
        seen=provision.seen,
        limits=LimitsShape(deletions=plan.limits.deletions, issues=plan.limits.issues),
        pending=len(provision.pending),
        issues=provision.touched,
        unmet=provision.unmet,
        kinds=tuple(_kind(provision, kind) for kind in provision.kinds),
        changes=tuple(_change(change) for change in provision.changes),
        refusals=tuple(RefusalShape(message=stop.message, flag=stop.flag) for stop in provision.refusals),
    )


def _kind(provision: Provision, kind: Kind) -> KindShape:
    changes = provision.of(kind)
    reports = sum(change.act is Act.REPORT for change in changes)
    return KindShape(
        kind=kind,
        looked_at=kind not in provision.unseen,
        as_declared=provision.as_declared.get(kind, 0),
        pending=len(changes) - reports,
        reports=reports,
    )


def _change(change: Change) -> ChangeShape:
    where = WhereShape(file=change.where.file, line=change.where.line) if change.where else None
    return ChangeShape(
        kind=change.kind,
        act=change.act,
        place=change.place,
        name=change.name,
        differences=tuple(DifferenceShape(field=d.field, now=d.now, wanted=d.wanted) for d in change.differences),
        where=where,
        because=change.because,
        issues=change.issues,
        named=change.named,
        unmet=change.unmet,
    )


def understood_plan(shape: PlanShape) -> SavedPlan:
    """A plan as it was written."""
    provision = Provision(
        changes=tuple(_understood(change) for change in shape.changes),
        refusals=tuple(Refusal(stop.message, stop.flag) for stop in shape.refusals),
        seen=shape.seen,
        kinds=tuple(kind.kind for kind in shape.kinds),
        unseen=tuple(kind.kind for kind in shape.kinds if not kind.looked_at),
        as_declared={kind.kind: kind.as_declared for kind in shape.kinds if kind.looked_at},
    )
    return SavedPlan(shape.gitlab, shape.configuration, Limits(shape.limits.deletions, shape.limits.issues), provision)


def _understood(shape: ChangeShape) -> Change:
    return Change(
        kind=shape.kind,
        act=shape.act,
        place=shape.place,
        name=shape.name,
        differences=tuple(Difference(d.field, d.now, d.wanted) for d in shape.differences),
        where=Where(shape.where.file, shape.where.line) if shape.where else None,
        because=shape.because,
        issues=shape.issues,
        named=shape.named,
        unmet=shape.unmet,
    )
