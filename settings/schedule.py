"""When something runs: a `cron(…)`, `at(…)` or `rate(…)` expression, and the time zone that it is read in.

The grammar is AWS's own ("Scheduled scaling for Application Auto Scaling", "Schedule types in EventBridge Scheduler",
and for the fields of cron "Cron expressions reference" of Amazon EventBridge); it is not that of Unix.
"""

import difflib
import re
import zoneinfo
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Annotated, NamedTuple

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
DAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
RATE = re.compile(r"0*[1-9]\d* (minute|hour|day)s?")
AT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")


class _Field(NamedTuple):
    """One of cron's fields: its bounds, the names that stand for numbers, and what else it may say."""

    name: str
    least: int
    most: int
    names: tuple[str, ...] = ()
    also: str = r"(?!)"


FIELDS = (
    _Field("minutes", 0, 59),
    _Field("hours", 0, 23),
    _Field("day-of-month", 1, 31, also=r"L|LW|([1-9]|[12]\d|3[01])W"),
    _Field("month", 1, 12, MONTHS),
    _Field("day-of-week", 1, 7, DAYS, also=rf"L|([1-7]|{'|'.join(DAYS)})(L|#[1-5])"),
    _Field("year", 1970, 2199),
)
DAY_OF_MONTH, DAY_OF_WEEK = 2, 4


def expression_problem(expression: str) -> str | None:
    """What is wrong with a schedule expression, and what would be valid; None for nothing."""
    kind, inside = re.fullmatch(r"(cron|at|rate)\((.*)\)|.*", expression, re.DOTALL).groups()  # pyright: ignore[reportOptionalMemberAccess] - the second branch matches all
    match kind:
        case "cron":
            return next(_cron_problems(inside.split()), None)
        case "at":
            return None if AT.fullmatch(inside) and _is_a_time(inside) else "wants a time as in at(2030-01-31T08:00:00)"
        case "rate":
            return None if RATE.fullmatch(inside) else "wants a number and a unit as in rate(12 hours)"
        case _:
            return "must be cron(…), at(…) or rate(…), as in cron(0 8 ? * MON-FRI *)"


def timezone_problem(name: str) -> str | None:
    """Why a time zone is none that IANA names; None for a known one, and where this system lists no zones."""
    known = zoneinfo.available_timezones()
    if name in known or not known:
        return None
    near = difflib.get_close_matches(name, sorted(known), n=1, cutoff=0.5)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return f"is no IANA time zone such as Europe/Berlin{hint}"


def _cron_problems(texts: list[str]) -> Iterator[str]:
    if len(texts) != len(FIELDS):
        wanted = " ".join(field.name for field in FIELDS)
        yield f"has {len(texts)} fields; cron of AWS has {len(FIELDS)}: {wanted}"
        return
    for number, (field, text) in enumerate(zip(FIELDS, texts, strict=True)):
        may_be_any = number in (DAY_OF_MONTH, DAY_OF_WEEK) and text == "?"
        if not may_be_any and not all(_is_legal(field, part) for part in text.split(",")):
            yield f"{field.name} cannot be {text!r}: it goes from {field.least} to {field.most}{_names(field)}"
    if (texts[DAY_OF_MONTH] == "?") == (texts[DAY_OF_WEEK] == "?"):
        yield "must have ? in exactly one of day-of-month and day-of-week"


def _is_legal(field: _Field, part: str) -> bool:
    if re.fullmatch(field.also, part, re.IGNORECASE):
        return True
    values, slash, step = part.partition("/")
    if slash and not re.fullmatch(r"[1-9]\d{0,3}", step):
        return False
    ends = values.split("-")
    return values == "*" or (len(ends) <= 2 and all(_is_value(field, end) for end in ends))  # noqa: PLR2004 - both ends of a range


def _is_value(field: _Field, text: str) -> bool:
    if text.upper() in field.names:
        return True
    return re.fullmatch(r"[0-9]{1,4}", text) is not None and field.least <= int(text) <= field.most


def _names(field: _Field) -> str:
    return f", or {field.names[0]} to {field.names[-1]}" if field.names else ""


def _is_a_time(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _checked(problem: Callable[[str], str | None]) -> AfterValidator:
    """A rule from a function that says what is wrong."""

    def check(value: str) -> str:
        if found := problem(value):
            raise PydanticCustomError("malformed", "{problem}", {"problem": found})
        return value

    return AfterValidator(check)


Expression = Annotated[str, _checked(expression_problem)]
"""When: a schedule expression of AWS."""
Timezone = Annotated[str, _checked(timezone_problem)]
"""IANA name of a time zone."""
