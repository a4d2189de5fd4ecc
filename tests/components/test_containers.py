import asyncio
import json
from typing import Any

from pulumi import Output

from components.containers import document, main_container, ordered
from tests.components.declared import compact


def container(**asked: Any) -> dict[str, Any]:
    wiring: dict[str, Any] = {
        "image": "example.com/web:1",
        "port": 8080,
        "environment": {},
        "secrets": {},
        "log_group": "/shop-dev/web",
        "region": "eu-central-1",
        "user": "10001:10001",
        "stop_timeout": 30,
        "health_check": None,
        "scratch": {},
        "read_only_root": True,
    }
    return main_container("web", **{**wiring, **asked})


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
        secrets={"D": "arn:d", "C": "arn:c"},
        scratch={"scratch-1": "/var/run", "scratch-0": "/tmp"},  # noqa: S108 - a path inside the container
    )
    assert found["environment"] == [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}]
    assert found["secrets"] == [{"name": "C", "valueFrom": "arn:c"}, {"name": "D", "valueFrom": "arn:d"}]
    assert found["mountPoints"] == [
        {"sourceVolume": "scratch-0", "containerPath": "/tmp", "readOnly": False},  # noqa: S108 - the same
        {"sourceVolume": "scratch-1", "containerPath": "/var/run", "readOnly": False},
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
