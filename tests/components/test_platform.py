from types import SimpleNamespace
from typing import Any

import pytest

from components.platform import platform
from settings.options import read
from settings.platform import Platform

START = "eu-central-1:123456789012"
NETWORK = {
    "vpc_id": "vpc-0a",
    "public_subnet_ids": ["subnet-a", "subnet-b"],
    "private_subnet_ids": ["subnet-c", "subnet-d"],
}
BALANCER = {
    "listener_arn": f"arn:aws:elasticloadbalancing:{START}:listener/app/shop/0a/0b",
    "security_group_id": "sg-0a",
    "url": "https://www.example.com",
}
CLUSTER = {
    "arn": f"arn:aws:ecs:{START}:cluster/shop-dev",
    "exec_log_group_name": "/shop-dev/exec",
    "insights": True,
    "strategy": [{"provider": "FARGATE", "base": 1, "weight": 1}],
}
INSTANCES = {"provider": "ec2-shop-dev", "architecture": "ARM64"}


def exported(instances: dict[str, str]) -> dict[str, object]:
    ec2 = {f"ec2_{key}": instances.get(key, "") for key in INSTANCES}
    parts: Any = (SimpleNamespace(**part) for part in (NETWORK, {**CLUSTER, **ec2}, BALANCER))
    return platform(*parts)


@pytest.mark.parametrize("instances", [{}, INSTANCES], ids=["fargate", "ec2"])
def test_what_is_exported_is_what_a_stack_that_shares_reads(instances: dict[str, str]):
    assert read(Platform, exported(instances), "") == {
        "network": NETWORK,
        "cluster": {
            "arn": CLUSTER["arn"],
            "container_insights": True,
            "exec_log_group": "/shop-dev/exec",
            "ec2": instances or None,
        },
        "load_balancer": BALANCER,
        "strategy": CLUSTER["strategy"],
    }
