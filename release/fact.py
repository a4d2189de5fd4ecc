"""Fact: one thing that AWS still knows of a release."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Fact:
    """What happened, or how things are now when it has no time."""

    kind: str
    """What it is about, such as `task 1a2b3c4d`, `event` or `log`."""
    text: str
    at: datetime | None = None
    container: str | None = None
    """The container that it is about, if it is about one."""

    def __str__(self) -> str:
        """The fact as one line of evidence."""
        return f"{self.kind}: {self.text}"
