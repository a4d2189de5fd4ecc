"""How many tasks run: by load, by a metric of one's own, by the clock."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated, Any, NotRequired, TypedDict

from pulumi import Input
from pydantic import Field

from settings.options import Problem, one_of, options
from settings.schedule import Expression, Timezone

Key = Annotated[str, Field(pattern=r"^[a-z][A-Za-z0-9]{0,31}$")]
"""A name for a schedule or metric: letters and digits. With no hyphen in it, what is named after it and its service
stays apart from that of every other service."""
_AMOUNTS = (
    "Bytes",
    "Bits",
    *(f"{size}{unit}" for unit in ("bytes", "bits") for size in ("Kilo", "Mega", "Giga", "Tera")),
)
UNITS = (
    *("Seconds", "Milliseconds", "Microseconds", "Percent", "Count", "Count/Second", "None"),
    *_AMOUNTS,
    *(f"{amount}/Second" for amount in _AMOUNTS),
)
"""Units of CloudWatch (API reference: MetricDatum)."""
SHORT_PERIODS = (10, 20, 30)
"""Periods below a minute, for metrics of high resolution (API reference: PutMetricAlarm)."""
MINUTE, HOUR, DAY, WEEK = 60, 3600, 86400, 604800
POLICIES = 50
"""Scaling policies that a scalable target may have ("Quotas for Application Auto Scaling")."""


def _some_bound(given: "ScheduleOptions") -> Iterator[Problem]:
    least, most = given["min"], given["max"]
    if least is None and most is None:
        yield Problem("min", None, "a schedule changes min, max or both: it says neither")
    if least is not None and most is not None and least > most:
        yield Problem("min", least, f"is above max, {most}")


@options(_some_bound)
class ScheduleOptions(TypedDict):
    """At a time, other bounds for the number of tasks. They hold until another schedule changes them."""

    schedule: Expression
    """When: `cron(minutes hours day-of-month month day-of-week year)`, `at(yyyy-mm-ddThh:mm:ss)` or `rate(value unit)`
    ("Scheduled scaling for Application Auto Scaling")."""
    timezone: NotRequired[Annotated[Timezone, Field(default="UTC")]]
    """IANA name of the time zone that `cron` and `at` are read in, such as `Europe/Berlin`."""
    min: NotRequired[Annotated[int | None, Field(default=None, ge=0, le=5000)]]
    """Fewest tasks from then on; unchanged when left out. May lie outside the `min` and `max` of `scaling`."""
    max: NotRequired[Annotated[int | None, Field(default=None, ge=0, le=5000)]]
    """Most tasks from then on; unchanged when left out. 0 stops the service: no request starts it again."""


@options()
class MetricOptions(TypedDict):
    """A metric of CloudWatch."""

    namespace: Annotated[str, Field(pattern=r"^[^:].*$", max_length=255)]
    """Its namespace, such as `AWS/SQS`, or one of your own."""
    metric: Annotated[str, Field(min_length=1, max_length=255)]
    """Its name."""
    dimensions: NotRequired[Annotated[dict[str, Input[str]], Field(default_factory=dict, max_length=30)]]
    """Its dimensions, all of them: a metric is found by the exact set."""
    statistic: NotRequired[
        Annotated[str, one_of("Average", "Minimum", "Maximum", "SampleCount", "Sum"), Field(default="Average")]
    ]
    """How the values of a period become one."""
    unit: NotRequired[Annotated[Annotated[str, one_of(*UNITS)] | None, Field(default=None)]]
    """Unit that the metric was published with; any when left out."""


@options(extends=MetricOptions)
class TrackedMetricOptions(MetricOptions):
    """Target tracking of a metric that falls when tasks are added, such as messages waiting per task."""

    target: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    """Value to hold, in the metric's own unit; above 0."""


@options()
class StepAdjustmentOptions(TypedDict):
    """How many tasks come or go while the metric is in a range."""

    from_: NotRequired[Annotated[float | None, Field(default=None, alias="from", allow_inf_nan=False)]]
    """Start of the range, as the metric's own value and not its distance from the threshold; none when left out.
    In a program the key is `from_`."""
    to: NotRequired[Annotated[float | None, Field(default=None, allow_inf_nan=False)]]
    """End of the range, in the same way."""
    change: Annotated[int, Field(ge=-5000, le=5000)]
    """Tasks to add, or below 0 to take away."""


def _legal_period(given: "StepOptions") -> Iterator[Problem]:
    period, count = given["period"], given["evaluation_periods"]
    if period not in SHORT_PERIODS and period % MINUTE:
        yield Problem("period", period, "must be 10, 20, 30 or a multiple of 60 seconds")
    longest = DAY if period < HOUR else WEEK
    if period * count > longest:
        yield Problem("evaluationPeriods", count, f"an alarm looks back {longest} s at most, this one {period * count}")


def _one_direction(given: "StepOptions") -> Iterator[Problem]:
    changes = [step["change"] for step in given["adjustments"]]
    for number, change in enumerate(changes):
        if change == 0:
            yield Problem(f"adjustments.{number}.change", change, "changes nothing")
        elif change * changes[0] < 0:
            why = "goes the other way than the first one: one that adds and one that takes away have two names in steps"
            yield Problem(f"adjustments.{number}.change", change, why)


def _contiguous(given: "StepOptions") -> Iterator[Problem]:
    """AWS's rules for step adjustments (API reference: StepAdjustment), in values of the metric."""
    steps = given["adjustments"]
    for number, step in enumerate(steps):
        start, end = step["from_"], step["to"]
        if start is not None and end is not None and start >= end:
            yield Problem(f"adjustments.{number}.to", end, f"must be above its from, {start:g}")
    for number, (step, after) in enumerate(pairwise(steps), start=1):
        yield from _joined(f"adjustments.{number}.from", step["to"], after["from_"])


def _joined(path: str, end: float | None, start: float | None) -> Iterator[Problem]:
    if end is None:
        yield Problem(path, start, "the step before it has no end: only the last one may go without to")
    elif start is None:
        yield Problem(path, start, f"must be {end:g}, where the step before it ends")
    elif start != end:
        slip = "leaves a gap after" if start > end else "overlaps"
        yield Problem(path, start, f"{slip} the step before it, which ends at {end:g}")


def _one_side(given: "StepOptions") -> Iterator[Problem]:
    """The ranges cover all that the alarm tells, and nothing of the other side."""
    edge, last = given["threshold"], len(given["adjustments"]) - 1
    start, end = given["adjustments"][0]["from_"], given["adjustments"][last]["to"]
    above = given["comparison"].startswith("Greater")
    if above and start != edge:
        yield Problem("adjustments.0.from", start, f"must be the threshold, {edge:g}: the alarm tells what is above it")
    if above and end is not None:
        yield Problem(f"adjustments.{last}.to", end, "must be left out: the last range goes up without end")
    if not above and start is not None:
        yield Problem("adjustments.0.from", start, "must be left out: the first range goes down without end")
    if not above and end != edge:
        path = f"adjustments.{last}.to"
        yield Problem(path, end, f"must be the threshold, {edge:g}: the alarm tells what is below it")


@options(_legal_period, _one_direction, _contiguous, _one_side, extends=MetricOptions)
class StepOptions(MetricOptions):
    """Step scaling: an alarm on a metric, and what is done the further the metric is beyond its threshold."""

    threshold: Annotated[float, Field(allow_inf_nan=False)]
    """Value at which the alarm goes off, in the metric's own unit."""
    comparison: NotRequired[
        Annotated[
            str,
            one_of(
                *("GreaterThanOrEqualToThreshold", "GreaterThanThreshold"),
                *("LessThanThreshold", "LessThanOrEqualToThreshold"),
            ),
            Field(default="GreaterThanOrEqualToThreshold"),
        ]
    ]
    """How the metric is held against the threshold."""
    period: NotRequired[Annotated[int, Field(default=60, ge=10, le=WEEK)]]
    """Seconds that one value of the metric stands for: 10, 20, 30, or a multiple of 60."""
    evaluation_periods: NotRequired[Annotated[int, Field(default=1, ge=1, le=8640)]]
    """Periods in a row beyond the threshold that set off the alarm; a day of them at most, a week with periods of an
    hour and more (API reference: PutMetricAlarm)."""
    adjustments: Annotated[list[StepAdjustmentOptions], Field(min_length=1, max_length=20)]
    """The ranges from the lowest up, each beginning where the one before it ends. Above a threshold the first begins at
    it and the last has no end; below one the first has no start and the last ends at it."""
    cooldown: NotRequired[Annotated[int | None, Field(default=None, ge=0, le=3600)]]
    """Seconds until another step counts; `scaleOutCooldown` or `scaleInCooldown` when left out, by its direction."""


def _room_to_scale(given: "ScalingOptions") -> Iterator[Problem]:
    if given["min"] > given["max"]:
        yield Problem("min", given["min"], f"is above max, {given['max']}")
    if all(given[kind] is None for kind in TRACKED) and not any(given[kind] for kind in NAMED):
        yield Problem("cpu", None, f"scaling needs a target: {', '.join((*TRACKED, *NAMED[:-1]))} or {NAMED[-1]}")


def _within_the_quota(given: "ScalingOptions") -> Iterator[Problem]:
    count = sum(given[kind] is not None for kind in TRACKED) + len(given["metrics"]) + len(given["steps"])
    if count > POLICIES:
        yield Problem("metrics", count, f"a service has room for {POLICIES} targets, metrics and steps together")


def _schedules_can_run(given: "ScalingOptions") -> Iterator[Problem]:
    """A schedule of one bound alone fails at its time if the other bound never lets it."""
    schedules = given["schedules"].values()
    least = min([given["min"], *(one["min"] for one in schedules if one["min"] is not None)])
    most = max([given["max"], *(one["max"] for one in schedules if one["max"] is not None)])
    for name, one in given["schedules"].items():
        if one["max"] is None and one["min"] is not None and one["min"] > most:
            yield Problem(f"schedules.{name}.min", one["min"], f"is above every max, {most}: give the schedule one too")
        if one["min"] is None and one["max"] is not None and one["max"] < least:
            yield Problem(
                f"schedules.{name}.max", one["max"], f"is below every min, {least}: give the schedule one too"
            )


TRACKED: tuple[Any, ...] = ("cpu", "memory", "requests")
"""Targets of target tracking that AWS has a metric for."""
NAMED: tuple[Any, ...] = ("metrics", "steps", "schedules")
"""Further ways to scale, each a map of names."""


@options(_room_to_scale, _within_the_quota, _schedules_can_run)
class ScalingOptions(TypedDict):
    """How many tasks run: by load, by metrics of one's own, by the clock."""

    min: NotRequired[Annotated[int, Field(default=2, ge=0, le=5000)]]
    """Fewest tasks."""
    max: NotRequired[Annotated[int, Field(default=10, ge=1, le=5000)]]
    """Most tasks."""
    cpu: NotRequired[Annotated[int | None, Field(default=60, ge=1, le=100)]]
    """Average CPU to hold, in percent; null for none."""
    memory: NotRequired[Annotated[int | None, Field(default=75, ge=1, le=100)]]
    """Average memory to hold, in percent; null for none."""
    requests: NotRequired[Annotated[int | None, Field(default=None, ge=1)]]
    """Requests per task and minute to hold; null for none."""
    metrics: NotRequired[Annotated[dict[Key, TrackedMetricOptions], Field(default_factory=dict)]]
    """Metrics of your own to hold, by name: letters and digits, 32 characters at most."""
    steps: NotRequired[Annotated[dict[Key, StepOptions], Field(default_factory=dict)]]
    """Alarms that add or take away tasks in steps, by name."""
    schedules: NotRequired[Annotated[dict[Key, ScheduleOptions], Field(default_factory=dict, max_length=200)]]
    """Other bounds at certain times, by name. 200 at most ("Quotas for Application Auto Scaling")."""
    scale_in_cooldown: NotRequired[Annotated[int, Field(default=300, ge=0, le=3600)]]
    """Seconds between two steps down."""
    scale_out_cooldown: NotRequired[Annotated[int, Field(default=60, ge=0, le=3600)]]
    """Seconds between two steps up."""
