"""What another process needs to steer and question a world: `/-/fake/…`; GitLab has nothing like it."""

from dataclasses import asdict
from typing import Annotated, Literal

from fastapi import APIRouter, Body
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse

from app.fakegitlab import saving
from app.fakegitlab.api import issue_shapes, shapes
from app.fakegitlab.api.routing import routes
from app.fakegitlab.faults import Fault, Kind
from app.fakegitlab.model import Issue
from app.fakegitlab.moment import stamp
from app.fakegitlab.payloads import Json
from app.fakegitlab.world import World


class FaultOrder(BaseModel):
    """One fault, as `faults.Fault`."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    count: int | None = 1
    probability: float = 1.0
    methods: tuple[str, ...] = ()
    path: str = ""
    status: int = 503
    retry_after: int = 1
    seconds: float = 0.0
    fields: tuple[str, ...] = ()


class FaultOrders(BaseModel):
    """`clear` comes first; then `latency`, `hook_outage` and the faults to add."""

    model_config = ConfigDict(extra="forbid")

    clear: bool = False
    latency: float | None = None
    hook_outage: bool | None = None
    add: tuple[FaultOrder, ...] = ()


Unit = Literal["weeks", "days", "hours", "minutes", "seconds"]


class TimeOrder(BaseModel):
    """First the clock is set `at` an instant, then frozen (or let run), then moved on by `advance`."""

    model_config = ConfigDict(extra="forbid")

    at: AwareDatetime | None = None
    freeze: bool | None = None
    advance: dict[Unit, Annotated[float, Field(ge=0, le=1_000_000)]] = {}


def router(world: World) -> APIRouter:
    """`POST faults, settle, time, save, load`, `GET state, calls, routes`, `DELETE calls`."""
    paths = APIRouter(prefix="/-/fake")
    _add_orders(paths, world)
    _add_time_and_state(paths, world)
    _add_questions(paths, world)
    return paths


def _add_orders(paths: APIRouter, world: World) -> None:
    @paths.post("/faults")
    def set_faults(orders: FaultOrders) -> Json:
        if orders.clear:
            world.faults.clear()
        if orders.latency is not None:
            world.faults.latency = orders.latency
        if orders.hook_outage is not None:
            world.faults.hook_outage = orders.hook_outage
        for order in orders.add:
            world.faults.add(Fault(**order.model_dump()))
        return {"latency": world.faults.latency, "hook_outage": world.faults.hook_outage, "added": len(orders.add)}

    @paths.post("/settle")
    async def settle(timeout: Annotated[float, Body(embed=True)] = 10.0) -> Json:
        return {"settled": await run_in_threadpool(world.outbox.settle, timeout)}

    @paths.delete("/calls")
    def forget_calls() -> Json:
        world.reset_calls()
        return {"calls": []}


def _add_time_and_state(paths: APIRouter, world: World) -> None:
    @paths.post("/time")
    def move_time(order: TimeOrder) -> Json:
        with world.lock:
            if order.at is not None:
                world.clock.set(order.at)
            if order.freeze is not None:
                (world.clock.freeze if order.freeze else world.clock.resume)()
            world.advance(**order.advance)
            return {"now": stamp(world.now()), "frozen": world.clock.frozen}

    @paths.post("/save")
    def save() -> Json:
        return saving.save(world)

    @paths.post("/load", response_model=None)
    def load(saved: Annotated[dict[str, object], Body()]) -> Json | JSONResponse:
        try:
            saving.load(world, saved)
        except saving.NotASavedWorld as problem:
            return JSONResponse({"message": str(problem)}, 422)
        return {"issues": len(world.issues), "users": len(world.users)}


def _add_questions(paths: APIRouter, world: World) -> None:
    @paths.get("/state")
    def state() -> Json:
        with world.lock:
            places = world.projects.values()
            return {"projects": {one.full_path: [_whole(world, i) for i in one.issues.values()] for one in places}}

    @paths.get("/calls")
    def calls() -> Json:
        with world.lock:
            return {"calls": [asdict(call) for call in world.calls], "unknown": list(world.unknown_calls)}

    @paths.get("/routes")
    def known_routes() -> Json:
        return {"routes": routes.listed()}


def _whole(world: World, issue: Issue) -> Json:
    return issue_shapes.issue_in_list(world, issue) | {
        "notes": [shapes.note(world, note) for note in issue.notes],
        "label_events": [shapes.label_event(world, issue, event) for event in issue.label_events],
    }
