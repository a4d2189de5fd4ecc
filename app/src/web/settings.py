"""What the environment says, read once at start."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one process; each comes from the environment variable named."""

    version: str = "dev"
    """`APP_VERSION`: told by `/` and every log line; on ECS the content tag. Default: dev."""
    greeting: str = "Hello from Slipway"
    """`GREETING`: the words on `/`. Default: Hello from Slipway."""
    secret_configured: bool = False
    """Whether `APP_SECRET` holds anything; its value is not kept. Default: False."""
    port: int = 8080
    """`PORT`: the TCP port to listen on, 0 for any free one. Default: 8080."""
    shutdown_seconds: int = 20
    """`SHUTDOWN_SECONDS`: how long requests in flight may take after SIGTERM, 1 to 115 s.

    Keep it a few seconds below the container definition's stop timeout (30 s unless set, 120 s at
    most on Fargate: "Amazon ECS task definition parameters"). Default: 20.
    """

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Self:
        """Read the settings; an empty variable counts as unset.

        Raises:
            ValueError: a number is not one, or out of its range; the message names the variable.
        """
        return cls(
            version=environment.get("APP_VERSION") or cls().version,
            greeting=environment.get("GREETING") or cls().greeting,
            secret_configured=bool(environment.get("APP_SECRET")),
            port=_number(environment, "PORT", cls().port, range(65536)),
            shutdown_seconds=_number(environment, "SHUTDOWN_SECONDS", cls().shutdown_seconds, range(1, 116)),
        )


def _number(environment: Mapping[str, str], name: str, default: int, allowed: range) -> int:
    text = environment.get(name) or str(default)
    if text.isascii() and text.isdigit() and int(text) in allowed:
        return int(text)
    raise ValueError(f"{name} is {text!r}: give a whole number from {allowed[0]} to {allowed[-1]}.")
