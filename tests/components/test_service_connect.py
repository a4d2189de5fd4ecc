from typing import Any

import pytest

from components.service_connect import Mesh, service_connect
from settings.connect import ConnectOptions

MESH: Mesh = {"namespace_arn": "arn:namespace", "log_group_name": "/shop/api", "region": "eu-central-1"}


def configured(endpoint: ConnectOptions | None) -> Any:
    return service_connect("api", 8080, MESH, endpoint)


def test_the_proxy_logs_beside_the_container_and_blocks_nothing():
    log: Any = configured(None).log_configuration
    assert log.log_driver == "awslogs"
    assert log.options == {
        "awslogs-group": "/shop/api",
        "awslogs-region": "eu-central-1",
        "awslogs-stream-prefix": "connect",
        "mode": "non-blocking",
    }


def test_what_only_calls_has_no_endpoint():
    assert configured(None).enabled is True
    assert configured(None).namespace == "arn:namespace"
    assert configured(None).services is None


@pytest.mark.parametrize(
    ("endpoint", "alias"),
    [
        ({"host": None, "port": None, "protocol": "http"}, ("api", 8080)),
        ({"host": "orders", "port": 80, "protocol": "grpc"}, ("orders", 80)),
    ],
)
def test_an_endpoint_is_the_named_port_under_its_callers_name(endpoint: ConnectOptions, alias: tuple[str, int]):
    (one,) = configured(endpoint).services
    (called,) = one.client_alias
    assert (one.port_name, one.discovery_name, one.ingress_port_override) == ("api", "api", None)
    assert (called.dns_name, called.port) == alias
