"""What is watched, and who is told."""

from collections.abc import Iterator
from typing import Annotated, NotRequired, TypedDict

from pydantic import Field

from settings.options import Problem, options


def _told_of_something(given: "AlarmOptions") -> Iterator[Problem]:
    if given["emails"] and not given["enabled"]:
        yield Problem("emails", given["emails"], "there are no alarms to tell: set enabled, or take emails out")


@options(_told_of_something)
class AlarmOptions(TypedDict):
    """CloudWatch alarms of every service, and the topic that they tell."""

    enabled: NotRequired[Annotated[bool, Field(default=False)]]
    """Make the alarms and their topic: a few cents a month each, and a key of its own for one dollar."""
    emails: NotRequired[
        Annotated[list[Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")]], Field(default_factory=list)]
    ]
    """Addresses that get the alarms, each after its owner has confirmed. More can subscribe to the topic."""
    error_percent: NotRequired[Annotated[int, Field(default=1, ge=1, le=100)]]
    """Share of 5xx answers, in percent, above which a service is in trouble: two minutes of three. During a deployment
    it rolls the release back. Answers of 4xx do not count: any client could roll a release back."""
