"""How other services of the stack reach one without the load balancer."""

from typing import Annotated, NotRequired, TypedDict

from pydantic import Field

from settings.container import Port
from settings.options import one_of, options


@options()
class ConnectOptions(TypedDict):
    """An endpoint of ECS Service Connect: a name and a port by which services that call this one reach its tasks.

    Traffic between tasks is in plain text, inside the VPC: TLS of Service Connect needs a private certificate authority
    of AWS, which costs by the month and is not made here.
    """

    host: NotRequired[Annotated[str | None, Field(default=None, pattern=r"^[a-z0-9][a-z0-9_.-]{0,126}$")]]
    """Host name that callers use; the service's own name when left out. Unique in the stack."""
    port: NotRequired[Annotated[Port | None, Field(default=None)]]
    """Port that callers use; `task.port` when left out."""
    protocol: NotRequired[Annotated[str, one_of("http", "http2", "grpc", "tcp"), Field(default="http")]]
    """What is spoken. ECS refuses to change it for a service that exists (API reference: PortMapping)."""
