"""How the world, or the network, reaches the services."""

import ipaddress
from typing import Annotated, NotRequired, TypedDict

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from settings.options import options


def _block(value: str) -> str:
    try:
        ipaddress.IPv4Network(value)
    except ValueError:
        raise PydanticCustomError("cidr", "must be an IPv4 block such as 203.0.113.0/24") from None
    return value


@options()
class LoadBalancerOptions(TypedDict):
    """The Application Load Balancer that the services share."""

    open_to_internet: NotRequired[Annotated[bool, Field(default=False)]]
    """Face the internet, and let every address in. Else the balancer is internal, open to the VPC's
    own addresses."""
    allowed_cidrs: NotRequired[Annotated[list[Annotated[str, AfterValidator(_block)]], Field(default_factory=list)]]
    """Let these IPv4 blocks in, and nobody else."""
    port: NotRequired[Annotated[int, Field(default=80, ge=1, le=65535)]]
    """Port of the HTTP listener."""
    idle_timeout: NotRequired[Annotated[int, Field(default=60, ge=1, le=4000)]]
    """Seconds after which a silent connection is closed."""
