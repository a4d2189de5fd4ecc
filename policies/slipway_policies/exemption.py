"""An exemption: one finding of one rule, accepted by somebody, for a reason, until a day."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase
from typing import cast

NEEDED = ("rule", "resource", "owner", "reason", "expires")


@dataclass(frozen=True, slots=True)
class Exemption:
    """What a configuration says; `problems` tell why it cannot be honoured.

    `resource` is a pattern over URNs (`*` and `?`); `finding` one over what the rule judged inside
    the resource (a container's name, a statement's id, a property path), every finding when empty.
    `expires` is the last day it holds, in UTC.
    """

    rule: str
    resource: str
    owner: str
    reason: str
    expires: date | None
    finding: str = ""
    problems: tuple[str, ...] = ()

    @staticmethod
    def read(entry: object) -> "Exemption":
        """An exemption from its configuration, whatever was written there."""
        if not isinstance(entry, Mapping):
            return Exemption("", "", "", "", None, "", ("it should be an object",))
        given = cast("Mapping[str, object]", entry)
        texts = {key: _text(given.get(key)) for key in (*NEEDED, "finding")}
        problems = [f"it has no {key}" for key in NEEDED if not texts[key]]
        problems += [f"{key} means nothing in it" for key in given if key not in texts]
        expires = _day(texts["expires"])
        if texts["expires"] and expires is None:
            problems.append(f"expires should be a day such as 2027-01-31, not {texts['expires']!r}")
        return Exemption(
            texts["rule"],
            texts["resource"],
            texts["owner"],
            texts["reason"],
            expires,
            texts["finding"],
            tuple(problems),
        )

    def covers(self, rule: str, urn: str, finding: str, today: date) -> bool:
        """Whether it is valid today and speaks of this finding."""
        return (
            self.rule == rule
            and not self.problems
            and not self.expired(today)
            and fnmatchcase(urn, self.resource)
            and (not self.finding or fnmatchcase(finding, self.finding))
        )

    def is_below(self, kind: str) -> bool:
        """Whether it is for children of a kind of component, which a URN names before a `$`."""
        return f"{kind}$" in self.resource

    def expired(self, today: date) -> bool:
        """Whether its last day is over."""
        return self.expires is not None and today > self.expires

    def __str__(self) -> str:
        until = self.expires.isoformat() if self.expires else "no day"
        return f"{self.rule} on {self.resource}, until {until}, {self.owner}: {self.reason}"


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
