"""The stack of a pull request: its name, its comment, and whether anybody still wants it."""

import re
from collections.abc import Collection, Sequence
from typing import Literal

from review.markdown import code

LABEL = "stack"
"""What people put on a pull request that is to have a stack of its own."""
MARKER = "<!-- slipway: stack -->"
"""First line of the comment, by which the next run finds it."""
OWN = re.compile(r"(?:[^/]+/)*pr-(?P<number>[1-9]\d*)")
DOMAIN = re.compile(r"(?=.{1,200}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")
OUTCOMES = ("up", "failed", "removed", "left")
"""What became of a stack: it is live, it did not come up, it is gone, it could not be removed."""
Outcome = Literal["up", "failed", "removed", "left"]


class NoStackError(ValueError):
    """What is asked for gives no stack; the text says why."""


def name(number: int) -> str:
    """Name of the stack of a pull request."""
    return f"pr-{number}"


def host(number: int, domain: str) -> str:
    """Where it answers.

    Raises:
        NoStackError: the domain is none.
    """
    if not DOMAIN.fullmatch(domain):
        raise NoStackError(f"the domain must be one such as example.com, in lower case (got {domain!r})")
    return f"{name(number)}.{domain}"


def unwanted(stacks: Sequence[str], wanted: Collection[int]) -> list[int]:
    """The pull requests that have a stack, and are not among those that are to have one.

    `stacks` are the names that `pulumi stack ls` gives, with an organization or without. Another stack than a pull
    request's is never among them.
    """
    found = (OWN.fullmatch(one) for one in stacks)
    return sorted({int(one["number"]) for one in found if one} - set(wanted))


def comment(number: int, domain: str, outcome: Outcome, commit: str, log: str) -> str:
    """What the pull request is told of its stack."""
    stack, address = code(name(number)), f"https://{host(number, domain)}/"
    until = f"It is removed, with its images, when this is closed or loses the label {code(LABEL)}."
    told = {
        "up": f"### Stack {stack} is up\n\n<{address}> runs {code(commit[:7])}. {until}",
        "failed": f"### Stack {stack} did not come up\n\n{code(commit[:7])}: [why]({log}). {until}",
        "removed": f"### Stack {stack} is removed\n\nIts images, too.",
        "left": f"### Stack {stack} could not be removed\n\n[Why]({log}). The daily sweep tries again.",
    }
    return f"{MARKER}\n{told[outcome]}\n"
