"""Records: what was declared, kept as the text of an SSM parameter once it has come true."""

import json
from dataclasses import asdict, dataclass
from typing import NamedTuple, Self


class Site(NamedTuple):
    """Where a service is."""

    account: str
    """Account number, 12 digits."""
    region: str
    """Region of the service."""
    cluster: str
    """Name of the cluster."""
    service: str
    """Name of the service."""
    record: str
    """Name of its release record."""


@dataclass(frozen=True)
class Record:
    """What every record tells: its text is canonical JSON, so equal records are equal texts."""

    account: str
    """Account number, 12 digits."""
    region: str
    """Region of the service."""
    cluster: str
    """Name of the cluster."""
    service: str
    """Name of the service."""
    task_definition: str
    """ARN of the revision that was declared."""
    container: str
    """Name of the container whose end is told of."""
    time_limit_seconds: int
    """Seconds after which what has not come true has failed."""

    def to_json(self) -> str:
        """The record as text."""
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The record of a text.

        Raises:
            ValueError: the text is not a record of this kind.
        """
        try:
            return cls(**json.loads(text))
        except (TypeError, json.JSONDecodeError) as error:
            raise ValueError(f"not a release record: {error}") from None


@dataclass(frozen=True)
class ReleaseRecord(Record):
    """All that is needed to follow a release, and the memory of the last good one."""

    image: str
    """Reference of the image that was declared."""


@dataclass(frozen=True)
class JobRecord(Record):
    """All that is needed to run the task before a release, and the memory of the last one that ended well."""

    command: list[str]
    """What it runs in place of the image's own command."""
    subnets: list[str]
    """Where it runs."""
    security_groups: list[str]
    """The service's own."""
    capacity_provider: str
    """What it runs on."""

    def is_done_by(self, other: Record | None) -> bool:
        """Whether what this one would run has already ended well: where, and for how long at most, is no reason."""
        return isinstance(other, JobRecord) and (self.task_definition, self.command, self.container) == (
            other.task_definition,
            other.command,
            other.container,
        )


def parse(text: str) -> Record:
    """The record of a text; its fields tell which it is.

    Raises:
        ValueError: the text is no record.
    """
    try:
        return JobRecord.from_json(text)
    except ValueError:
        return ReleaseRecord.from_json(text)


def known(text: str) -> Record | None:
    """The record that is already written; None for one of another version of Slipway: it tells nothing."""
    try:
        return parse(text)
    except ValueError:
        return None
