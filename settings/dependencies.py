"""Dependencies: which container of a task waits for which other one."""

from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import NamedTuple

from settings.log_router import ROUTER
from settings.options import Problem
from settings.task import TaskOptions


class _Container(NamedTuple):
    """What the others may wait for in a container, and what it waits for; its options' path leads up to them."""

    path: str
    essential: bool
    checked: bool
    waits_for: Mapping[str, str]


def dependency_problems(main: str, task: TaskOptions) -> Iterator[Problem]:
    """What is wrong with the containers' names and dependencies; `main` is the service's own container."""
    if task["log_router"] and main == ROUTER:
        yield Problem("logRouter", main, "has the name of the service's own container")
        return
    if main in task["sidecars"]:
        yield Problem(f"sidecars.{main}", main, "has the name of the service's own container")
        return
    every = _containers(main, task)
    for one in every.values():
        for other, condition in one.waits_for.items():
            if why := _never(other, condition, every):
                yield Problem(f"{one.path}dependsOn.{other}", condition, why)
    if circle := _circle({name: list(one.waits_for) for name, one in every.items()}):
        first = every[circle[0]]
        why = f"no container of a circle ever starts: {' -> '.join(circle)}"
        yield Problem(f"{first.path}dependsOn.{circle[1]}", first.waits_for[circle[1]], why)


def _containers(main: str, task: TaskOptions) -> dict[str, _Container]:
    found = {main: _Container("", essential=True, checked=bool(task["health_check"]), waits_for=task["depends_on"])}
    for name, one in task["sidecars"].items():
        checked = bool(one["health_check"])
        found[name] = _Container(f"sidecars.{name}.", one["essential"], checked, one["depends_on"])
    if router := task["log_router"]:
        found = {name: one._replace(waits_for=routed(one.waits_for)) for name, one in found.items()}
        checked = bool(router["health_check"])
        found[ROUTER] = _Container("logRouter.", essential=True, checked=checked, waits_for=router["depends_on"])
    return found


def routed(waits_for: Mapping[str, str]) -> dict[str, str]:
    """What a container waits for whose lines go through the log router: for its start, unless it asks for more."""
    return {ROUTER: "START", **waits_for}


def _never(other: str, condition: str, every: Mapping[str, _Container]) -> str | None:
    """Why a condition is never met, if so ("Container dependency")."""
    if other not in every:
        return f"there is no such container; there are: {', '.join(sorted(every))}"
    if condition == "HEALTHY" and not every[other].checked:
        return f"{other} has no healthCheck, so it never becomes healthy"
    if condition in ("COMPLETE", "SUCCESS") and every[other].essential:
        return f"{other} is essential: the task ends when it ends"
    return None


def _circle(waits: Mapping[str, list[str]]) -> list[str]:
    """Containers that wait for each other, from the first by name round to itself; empty if there are none."""
    try:
        TopologicalSorter(waits).prepare()
    except CycleError as error:
        found: list[str] = error.args[1][:0:-1]  # it tells who is waited for first, and ends where it began
        start = found.index(min(found))
        return [*found[start:], *found[: start + 1]]
    return []
