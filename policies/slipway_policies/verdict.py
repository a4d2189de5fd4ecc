"""What a rule says about one subject: four states, and nothing in between."""

from collections.abc import Callable, Iterable
from typing import Literal, NamedTuple, TypeVar

T = TypeVar("T")

State = Literal["compliant", "violation", "not applicable", "undecided"]


class Verdict(NamedTuple):
    """A rule's answer.

    `path` is the property that decided it, in Pulumi's spelling (`loadBalancers[0].containerPort`),
    and `text` tells about it, without the value of anything that may be a secret.
    """

    state: State
    path: str = ""
    text: str = ""
    unknown: bool = False
    """Whether it is undecided only because a value is not known yet: then the graph may still decide."""


COMPLIANT = Verdict("compliant")


def not_applicable(why: str) -> Verdict:
    """The rule has nothing to say here, and `why`."""
    return Verdict("not applicable", "", why)


class UndecidedError(Exception):
    """A value that a rule needs cannot be read: not known yet (`unknown`), or not what it should be.

    The readers of `node.py` raise it and `judge.py` turns it into the verdict "undecided", so a
    rule reads what it needs and never passes because something could not be read.
    """

    def __init__(self, path: str, why: str, *, unknown: bool = False) -> None:
        super().__init__(f"{path} {why}")
        self.verdict = Verdict("undecided", path, why, unknown)


class UnknownError(UndecidedError):
    """A value that only the provider can tell."""

    def __init__(self, path: str) -> None:
        super().__init__(path, "is not known before the update", unknown=True)


def strictest(check: Callable[[T], Verdict], parts: Iterable[T]) -> Verdict:
    """The first violation among parts, so that one that cannot be read hides none; compliant when there is none.

    Raises:
        UndecidedError: there is no violation, and a part cannot be read.
    """
    unread: UndecidedError | None = None
    for part in parts:
        try:
            found = check(part)
        except UndecidedError as error:
            unread = unread or error
            continue
        if found.state == "violation":
            return found
    if unread:
        raise unread
    return COMPLIANT
