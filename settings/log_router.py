"""A log router: the container that FireLens sends a task's lines through, to where people want them."""

import re
from collections.abc import Iterator
from typing import Annotated, NotRequired

from pydantic import Field

from settings import secret
from settings.container import ForeignOptions
from settings.options import Problem, one_of, options

ROUTER = "log-router"
"""Name of its container."""
FIRELENS_PORT = 24224
"""Port that it listens on ("Example Amazon ECS task definition: Route logs to FireLens")."""
OUTPUT = {"fluentbit": "name", "fluentd": "@type"}
"""The option that names where lines go, in small letters: Fluent Bit reads it in any case."""
GENERATED = {"fluentbit": "/fluent-bit/etc/fluent-bit.conf", "fluentd": "/fluentd/etc/fluent.conf"}
"""The file that ECS writes (the same page)."""
OBJECT = re.compile(r"arn:aws[a-z-]*:s3:::(?P<bucket>[^/*]+)/[^*]+")
NUMBERED = re.compile(r"\d+(:[\w-]+)?")


def _leads_somewhere(given: "LogRouterOptions") -> Iterator[Problem]:
    output = OUTPUT[given["type"]]
    if not given["configuration"] and output not in {key.lower() for key in given["options"]}:
        shown = "Name" if output == "name" else output
        why = f"names no output: {shown} says where {given['type']} sends the lines, or a configuration does"
        yield Problem("options", given["options"], why)


def _own_configuration(given: "LogRouterOptions") -> Iterator[Problem]:
    if given["configuration"] == GENERATED[given["type"]]:
        why = "is the file that ECS writes itself, which includes yours: put it elsewhere"
        yield Problem("configuration", given["configuration"], why)


def _options_named_once(given: "LogRouterOptions") -> Iterator[Problem]:
    for name in sorted(given["options"].keys() & given["secret_options"].keys()):
        yield Problem(f"secretOptions.{name}", given["secret_options"][name], "is in options too: name it once")


def _readable_options(given: "LogRouterOptions") -> Iterator[Problem]:
    return secret.text_problems(given["secret_options"], "secretOptions")


def _user_by_number(given: "LogRouterOptions") -> Iterator[Problem]:
    if not NUMBERED.fullmatch(given["user"]):
        why = "FireLens wants the user as a number, such as 10001:10001: its socket is made for it"
        yield Problem("user", given["user"], why)


@options(
    _leads_somewhere,
    _own_configuration,
    _options_named_once,
    _readable_options,
    _user_by_number,
    extends=ForeignOptions,
)
class LogRouterOptions(ForeignOptions):
    """A container `log-router` that takes the lines of all others (FireLens); its own go to the log group.

    The others start after it and stop before it, and the task ends when it ends.
    """

    type: NotRequired[Annotated[str, one_of(*OUTPUT), Field(default="fluentbit")]]
    """What its image runs."""
    options: NotRequired[Annotated[dict[str, str], Field(default_factory=dict)]]
    """Options of its output, in plain text, as the output's own page spells them: `Name` (of fluentd `@type`) says
    which one. The rights that an output of AWS needs are the application's: `permissions` of the task."""
    secret_options: NotRequired[Annotated[dict[str, str], Field(default_factory=dict)]]
    """Options that ECS fills at a task's start, such as an API key: from what `secrets` may name."""
    configuration: NotRequired[
        Annotated[str | None, Field(default=None, pattern=r"^(/[^\s*]+|arn:aws[a-z-]*:s3:::[^/*\s]+/[^*\s]+)$")]
    ]
    """A configuration file of one's own that is added to the one that ECS writes: a path in the image, or on EC2 the
    ARN of an object in S3, which ECS may then read ("FirelensConfiguration" in the API reference)."""


def in_s3(configuration: str | None) -> re.Match[str] | None:
    """The object in S3 that a configuration file is, with its `bucket`; None for one in the image, or none."""
    return OBJECT.fullmatch(configuration or "")


def fargate_problems(router: LogRouterOptions | None, path: str) -> Iterator[Problem]:
    """What Fargate does not take of a log router, whose options' place is `path` ("FirelensConfiguration")."""
    if router and in_s3(router["configuration"]):
        why = "Fargate reads no configuration from S3: name a path in the log router's image, or run on EC2"
        yield Problem(f"{path}.configuration", router["configuration"], why)
