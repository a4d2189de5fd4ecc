import asyncio
import json
from typing import Any

import pytest
from pulumi import Output

from components.containers import Log, document, main_container, ordered, sidecar
from settings.connect import ConnectOptions
from settings.container import ContainerOptions, SidecarOptions
from settings.options import complete
from tests.components.declared import compact

SECRET = "arn:aws:ssm:eu-central-1:123456789012:parameter/"


LOG = Log("/shop-dev/web", "eu-central-1")


def container(
    scratch: dict[str, str] | None = None, connect: ConnectOptions | None = None, **asked: Any
) -> dict[str, Any]:
    told = complete(ContainerOptions, asked, "web")
    image = "example.com/web:1"
    return main_container("web", told, image=image, port=8080, connect=connect, log=LOG, scratch=scratch or {})


def beside(scratch: dict[str, str] | None = None, **asked: Any) -> dict[str, Any]:
    told = complete(SidecarOptions, {"image": "example.com/agent:1", **asked}, "agent")
    return sidecar("agent", told, log=LOG, scratch=scratch or {})


def test_a_container_is_non_root_read_only_and_without_capabilities():
    assert container() == {
        "name": "web",
        "image": "example.com/web:1",
        "essential": True,
        "portMappings": [{"containerPort": 8080, "hostPort": 8080, "protocol": "tcp"}],
        "environment": [],
        "secrets": [],
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {
                "awslogs-group": "/shop-dev/web",
                "awslogs-region": "eu-central-1",
                "awslogs-stream-prefix": "web",
                "mode": "non-blocking",
            },
        },
        "user": "10001:10001",
        "readonlyRootFilesystem": True,
        "linuxParameters": {"initProcessEnabled": True, "capabilities": {"add": [], "drop": ["ALL"]}},
        "stopTimeout": 30,
        "mountPoints": [],
        "volumesFrom": [],
        "systemControls": [],
    }


def test_a_root_that_may_be_written_to():
    assert container(read_only_root=False) == {**container(), "readonlyRootFilesystem": False}


def test_what_ecs_keeps_in_no_order_is_sorted():
    found = container(
        environment={"B": "2", "A": "1"},
        secrets={"D": SECRET + "d", "C": SECRET + "c"},
        scratch={"scratch-1": "/var/run", "scratch-0": "/tmp"},  # noqa: S108 - a path inside the container
    )
    assert found["environment"] == [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]
    assert found["secrets"] == [
        {"name": "C", "valueFrom": SECRET + "c"},
        {"name": "D", "valueFrom": SECRET + "d"},
    ]
    assert found["mountPoints"] == [
        {"sourceVolume": "scratch-0", "containerPath": "/tmp", "readOnly": False},  # noqa: S108 - the same
        {"sourceVolume": "scratch-1", "containerPath": "/var/run", "readOnly": False},
    ]
    assert container(depends_on={"z": "HEALTHY", "agent": "START"})["dependsOn"] == [
        {"containerName": "agent", "condition": "START"},
        {"containerName": "z", "condition": "HEALTHY"},
    ]
    assert [one["name"] for one in ordered([{"name": "web"}, {"name": "agent"}])] == ["agent", "web"]


def test_a_check_of_the_container_is_written_in_full():
    check = {"command": ["curl", "localhost"], "interval": 10, "timeout": 5, "retries": 3, "start_period": 30}
    assert container(health_check=check) == {
        **container(),
        "healthCheck": {
            "command": ["CMD", "curl", "localhost"],
            "interval": 10,
            "timeout": 5,
            "retries": 3,
            "startPeriod": 30,
        },
    }


def test_a_container_beside_it_is_as_closed_and_may_stop():
    options = {**container()["logConfiguration"]["options"], "awslogs-stream-prefix": "agent"}
    assert beside() == {
        **container(),
        "name": "agent",
        "image": "example.com/agent:1",
        "essential": False,
        "portMappings": [],
        "logConfiguration": {"logDriver": "awslogs", "options": options},
    }


def test_what_a_container_beside_it_is_told():
    found = beside(
        {"agent-scratch-0": "/cache"},
        essential=True,
        port=4317,
        command=["run", "--fast"],
        memory_reservation=64,
        user="agent",
        read_only_root=False,
        stop_timeout=60,
        depends_on={"web": "START"},
    )
    assert found == {
        **beside(),
        "essential": True,
        "portMappings": [{"containerPort": 4317, "hostPort": 4317, "protocol": "tcp"}],
        "command": ["run", "--fast"],
        "memoryReservation": 64,
        "user": "agent",
        "readonlyRootFilesystem": False,
        "stopTimeout": 60,
        "mountPoints": [{"sourceVolume": "agent-scratch-0", "containerPath": "/cache", "readOnly": False}],
        "dependsOn": [{"containerName": "web", "condition": "START"}],
    }


def test_mounts_stand_beside_scratch_in_one_order():
    asked = {"z": {"path": "/z"}, "data": {"path": "/data", "read_only": True}}
    for one in (container, beside):
        assert one({"scratch-0": "/tmp"}, mounts=asked)["mountPoints"] == [  # noqa: S108 - the same
            {"sourceVolume": "data", "containerPath": "/data", "readOnly": True},
            {"sourceVolume": "scratch-0", "containerPath": "/tmp", "readOnly": False},  # noqa: S108 - the same
            {"sourceVolume": "z", "containerPath": "/z", "readOnly": False},
        ]


def test_the_document_is_canonical_and_plain():
    one = container(environment={"A": "1"})
    backwards = dict(reversed(one.items()))
    assert document([one]) == document([backwards]) == compact([one])


def test_an_output_in_it_makes_the_same_document():
    async def main() -> str:
        found = document([container(environment={"A": Output.from_input("1")})])
        assert isinstance(found, Output)
        return str(await found.future())

    assert asyncio.run(main()) == document([container(environment={"A": "1"})])


def test_the_document_has_no_null():
    assert "null" not in str(document([container()]))
    assert json.loads(str(document([container()])))


@pytest.mark.parametrize(("protocol", "told"), [("grpc", {"appProtocol": "grpc"}), ("tcp", {})])
def test_a_port_that_others_call_has_a_name_and_its_protocol(protocol: str, told: dict[str, str]):
    (plain,), (called,) = (
        one["portMappings"]
        for one in (container(), container(connect={"host": None, "port": 80, "protocol": protocol}))
    )
    assert called == {**plain, "name": "web", **told}
