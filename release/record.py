"""The release record: what was declared, kept as the text of an SSM parameter."""

import json
from dataclasses import asdict, dataclass
from typing import NamedTuple


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
class ReleaseRecord:
    """All that is needed to follow a release, and the memory of the last good one."""

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
    image: str
    """Reference of the image that was declared."""
    container: str
    """Name of the container whose end is told of."""
    time_limit_seconds: int
    """Seconds after which a release that is not live has failed."""

    def to_json(self) -> str:
        """The record as canonical JSON: equal records are equal texts."""
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "ReleaseRecord":
        """The record of a text.

        Raises:
            ValueError: the text is not a release record.
        """
        try:
            return cls(**json.loads(text))
        except (TypeError, json.JSONDecodeError) as error:
            raise ValueError(f"not a release record: {error}") from None
