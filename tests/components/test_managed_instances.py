from typing import Any

import botocore.session
import pulumi
import pytest
from botocore.validate import ParamValidator

from components.managed_instances import ManagedInstances
from tests.components.declared import PLACE, Made, Thing, changes, declare, problems, text


def machines(needs: tuple[pulumi.Resource, ...] = (), **asked: Any) -> ManagedInstances:
    wiring: dict[str, Any] = {
        "account": PLACE,
        "cluster_name": "shop-dev",
        "vpc_id": "vpc-1",
        "subnet_ids": ["subnet-a", "subnet-b"],
    }
    return ManagedInstances("cluster-managed", {**wiring, **asked}, needs)


def made(**asked: Any) -> Made:
    return declare(lambda: machines(**asked))


CLOSED = "aws:ec2/securityGroup:SecurityGroup cluster-managed"
OUT = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule cluster-managed-out"
MANAGER = "aws:iam/role:Role cluster-managed-infrastructure"
MANAGING = "aws:iam/rolePolicyAttachment:RolePolicyAttachment cluster-managed-infrastructure"
MACHINE = "aws:iam/role:Role ecsInstanceRole-cluster-managed"
JOINING = "aws:iam/rolePolicyAttachment:RolePolicyAttachment ecsInstanceRole-cluster-managed"
PROFILE = "aws:iam/instanceProfile:InstanceProfile cluster-managed"
PROVIDER = "aws:ecs/capacityProvider:CapacityProvider cluster-managed"


def trusting(service: str) -> dict[str, str]:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return {"assumeRolePolicy": text({"Version": "2012-10-17", "Statement": [statement]})}


def provider(**changed: Any) -> dict[str, Any]:
    """The provider's settings, with changes to its launch template."""
    template = {
        "ec2InstanceProfileArn": "InstanceProfile.cluster-managed.arn",
        "capacityOptionType": "ON_DEMAND",
        "monitoring": "BASIC",
        "networkConfiguration": {
            "subnets": ["subnet-a", "subnet-b"],
            "securityGroups": ["SecurityGroup.cluster-managed.id"],
        },
        "storageConfiguration": {"storageSizeGib": 80},
        "instanceRequirements": {
            "vcpuCount": {"min": 1},
            "memoryMib": {"min": 1024},
            "cpuManufacturers": ["amd", "intel"],
        },
        **changed,
    }
    return {
        "managedInstancesProvider": {
            "infrastructureRoleArn": "Role.cluster-managed-infrastructure.arn",
            "propagateTags": "CAPACITY_PROVIDER",
            "instanceLaunchTemplate": template,
        }
    }


def requiring(**changed: Any) -> dict[str, Any]:
    usual = provider()["managedInstancesProvider"]["instanceLaunchTemplate"]["instanceRequirements"]
    return provider(instanceRequirements={**usual, **changed})


def test_machines_are_closed_and_have_the_rights_that_aws_gives_them():
    found = made().children
    assert found[CLOSED]["vpcId"] == "vpc-1"
    assert found.pop(CLOSED)
    assert found.pop(OUT)["securityGroupId"] == "SecurityGroup.cluster-managed.id"
    assert found == {
        MANAGER: trusting("ecs.amazonaws.com"),
        MANAGING: {
            "role": "Role.cluster-managed-infrastructure.name",
            "policyArn": "arn:aws:iam::aws:policy/AmazonECSInfrastructureRolePolicyForManagedInstances",
        },
        MACHINE: trusting("ec2.amazonaws.com"),
        JOINING: {
            "role": "Role.ecsInstanceRole-cluster-managed.name",
            "policyArn": "arn:aws:iam::aws:policy/AmazonECSInstanceRolePolicyForManagedInstances",
        },
        PROFILE: {"role": "Role.ecsInstanceRole-cluster-managed.name"},
        PROVIDER: {
            "name": "managed-shop-dev",
            "cluster": "shop-dev",
            **provider(),
            # What it needs is deleted after it, and it ends its machines.
            "opts.needs": [
                "RolePolicyAttachment.cluster-managed-infrastructure",
                "RolePolicyAttachment.ecsInstanceRole-cluster-managed",
                "SecurityGroupEgressRule.cluster-managed-out",
            ],
        },
    }


def test_it_waits_for_its_cluster_and_is_deleted_before_it():
    found = declare(lambda: machines((Thing("cluster"),))).children
    assert found[PROVIDER]["opts.needs"] == [*made().children[PROVIDER]["opts.needs"], "Thing.cluster"]


def test_its_outputs():
    assert made().outputs == {
        "provider_name": "CapacityProvider.cluster-managed.name",
        "security_group_id": "SecurityGroup.cluster-managed.id",
    }


@pytest.mark.parametrize(
    ("asked", "changed"),
    [
        ({"architecture": "ARM64"}, requiring(cpuManufacturers=["amazon-web-services"])),
        ({"instance_types": ["m7i.large", "c7i.*"]}, requiring(allowedInstanceTypes=["m7i.large", "c7i.*"])),
        ({"min_vcpus": 2, "max_vcpus": 8}, requiring(vcpuCount={"min": 2, "max": 8})),
        ({"min_memory": 4096, "max_memory": 16384}, requiring(memoryMib={"min": 4096, "max": 16384})),
        ({"volume_size": 200}, provider(storageConfiguration={"storageSizeGib": 200})),
        ({"purchase": "SPOT"}, provider(capacityOptionType="SPOT")),
        ({"monitoring": "DETAILED"}, provider(monitoring="DETAILED")),
    ],
)
def test_each_option_changes_its_own_input(asked: dict[str, Any], changed: dict[str, Any]):
    assert changes(made(), made(**asked)) == {PROVIDER: changed}


SPELLED = {"vcpuCount": "vCpuCount", "memoryMib": "memoryMiB", "storageSizeGib": "storageSizeGiB"}
"""What Pulumi spells otherwise than the API."""


def as_called(value: Any) -> Any:
    return {SPELLED.get(key, key): as_called(one) for key, one in value.items()} if isinstance(value, dict) else value


def test_it_is_a_call_that_ecs_knows():
    asked = {"max_vcpus": 8, "max_memory": 8192, "instance_types": ["m7i.*"]}
    given = made(**asked).children[PROVIDER]
    call = as_called({key: given[key] for key in ("name", "cluster", "managedInstancesProvider")})
    shape = (
        botocore.session.get_session().get_service_model("ecs").operation_model("CreateCapacityProvider").input_shape
    )
    assert not ParamValidator().validate(call, shape).has_errors()
    known = shape.members["managedInstancesProvider"].members["instanceLaunchTemplate"].members
    template = call["managedInstancesProvider"]["instanceLaunchTemplate"]
    assert template.keys() <= known.keys()
    assert template["capacityOptionType"] in known["capacityOptionType"].enum
    assert template["monitoring"] in known["monitoring"].enum


def test_its_policies_are_in_the_accounts_own_partition():
    found = changes(made(), made(account={**PLACE, "partition": "aws-cn"}))
    assert {one["policyArn"].partition(":iam::")[0] for one in found.values()} == {"arn:aws-cn"}
    assert found.keys() == {MANAGING, JOINING}


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"min_vcpus": 3, "max_vcpus": 2}, "min_vcpus: is above maxVcpus, 2"),
        (
            {"instance_types": ["c7g.*"]},
            "instance_types.0: is an ARM64 type, and architecture is X86_64: name one such as m6i.large or m5.large",
        ),
        ({"purchase": "SPOTS"}, "purchase: must be one of ON_DEMAND, SPOT; did you mean 'SPOT'?"),
        ({"cluster_name": 'x"; rm'}, "cluster_name: string should match pattern '^[A-Za-z0-9_-]{1,255}$'"),
    ],
)
def test_a_wrong_argument_is_named_with_what_would_be_valid(asked: dict[str, Any], told: str):
    assert problems(lambda: machines(**asked)) == [f"cluster-managed.{told}"]
