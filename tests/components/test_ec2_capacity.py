import base64
import json
from typing import Any

import pulumi
import pytest

from components.ec2_capacity import Ec2Capacity
from tests.components.declared import PLACE, UNKNOWN, Made, Thing, changes, declare, problems, text

AMI = {"getParameter": {"insecureValue": "ami-1"}}


def capacity(needs: tuple[pulumi.Resource, ...] = (), **asked: Any) -> Ec2Capacity:
    wiring: dict[str, Any] = {
        "account": PLACE,
        "cluster_name": "shop-dev",
        "vpc_id": "vpc-1",
        "subnet_ids": ["subnet-a", "subnet-b"],
        "protect": False,
    }
    return Ec2Capacity("cluster-ec2", {**wiring, **asked}, needs)


def made(**asked: Any) -> Made:
    return declare(lambda: capacity(**asked), AMI)


CLOSED = "aws:ec2/securityGroup:SecurityGroup cluster-ec2"
OUT = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule cluster-ec2-out"
ROLE = "aws:iam/role:Role cluster-ec2"
GRANTED = "aws:iam/rolePolicy:RolePolicy cluster-ec2"
PROFILE = "aws:iam/instanceProfile:InstanceProfile cluster-ec2"
TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate cluster-ec2"
GROUP = "aws:autoscaling/group:Group cluster-ec2"
PROVIDER = "aws:ecs/capacityProvider:CapacityProvider cluster-ec2"

BOTTLEROCKET = """\
[settings.ecs]
cluster = "shop-dev"
allow-privileged-containers = false
awsvpc-block-imds = true
enable-spot-instance-draining = true

[settings.host-containers.admin]
enabled = false

[settings.host-containers.control]
enabled = false
"""
AL2023 = """\
#!/bin/bash
cat >>/etc/ecs/ecs.config <<'END'
ECS_CLUSTER=shop-dev
ECS_DISABLE_PRIVILEGED=true
ECS_AWSVPC_BLOCK_IMDS=true
ECS_ENABLE_SPOT_INSTANCE_DRAINING=true
END
"""


def encoded(told: str) -> str:
    return base64.b64encode(told.encode()).decode()


def volume(device: str, **size: int) -> dict[str, Any]:
    return {
        "deviceName": device,
        "ebs": {"encrypted": "true", "volumeType": "gp3", "deleteOnTermination": "true", **size},
    }


def allowed(partition: str = "aws", region: str = "eu-central-1", cluster: str = "shop-dev") -> str:
    start = f"arn:{partition}:ecs:{region}:123456789012"
    statements = [
        {"Effect": "Allow", "Action": "ecs:DiscoverPollEndpoint", "Resource": "*"},
        {
            "Effect": "Allow",
            "Action": [
                "ecs:DeregisterContainerInstance",
                "ecs:RegisterContainerInstance",
                "ecs:SubmitAttachmentStateChanges",
                "ecs:SubmitContainerStateChange",
                "ecs:SubmitTaskStateChange",
            ],
            "Resource": f"{start}:cluster/{cluster}",
        },
        {
            "Effect": "Allow",
            "Action": ["ecs:Poll", "ecs:StartTelemetrySession", "ecs:UpdateContainerInstancesState"],
            "Resource": f"{start}:container-instance/{cluster}/*",
        },
    ]
    return text({"Version": "2012-10-17", "Statement": statements})


def policy(*types: str, base: int = 0, percentage: int = 100) -> dict[str, Any]:
    return {
        "launchTemplate": {
            "launchTemplateSpecification": {
                "launchTemplateId": "LaunchTemplate.cluster-ec2.id",
                "version": "LaunchTemplate.cluster-ec2.latestVersion",
            },
            "overrides": [{"instanceType": one} for one in types],
        },
        "instancesDistribution": {
            "onDemandAllocationStrategy": "prioritized",
            "onDemandBaseCapacity": base,
            "onDemandPercentageAboveBaseCapacity": percentage,
            "spotAllocationStrategy": "price-capacity-optimized",
        },
    }


def managed(**changed: Any) -> dict[str, Any]:
    return {
        "autoScalingGroupArn": "Group.cluster-ec2.arn",
        "managedScaling": {
            "status": "ENABLED",
            "targetCapacity": 100,
            "minimumScalingStepSize": 1,
            "maximumScalingStepSize": 10000,
            "instanceWarmupPeriod": 300,
        },
        "managedDraining": "ENABLED",
        "managedTerminationProtection": "DISABLED",
        **changed,
    }


def test_instances_are_closed_encrypted_and_may_join_one_cluster():
    assert made().children == {
        CLOSED: {"vpcId": "vpc-1", "description": "Instances: closed, out to AWS's services and registries only"},
        OUT: {
            "securityGroupId": "SecurityGroup.cluster-ec2.id",
            "description": "ECS and image registries",
            "cidrIpv4": "0.0.0.0/0",
            "ipProtocol": "tcp",
            "fromPort": 443,
            "toPort": 443,
        },
        ROLE: {
            "assumeRolePolicy": text(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Principal": {"Service": "ec2.amazonaws.com"},
                            "Action": "sts:AssumeRole",
                        }
                    ],
                }
            )
        },
        GRANTED: {"role": "Role.cluster-ec2.id", "policy": allowed()},
        PROFILE: {"role": "Role.cluster-ec2.name"},
        TEMPLATE: {
            "imageId": "ami-1",
            "updateDefaultVersion": True,
            "userData": encoded(BOTTLEROCKET),
            "iamInstanceProfile": {"arn": "InstanceProfile.cluster-ec2.arn"},
            "metadataOptions": {"httpEndpoint": "enabled", "httpTokens": "required", "httpPutResponseHopLimit": 1},
            "networkInterfaces": [
                {
                    "associatePublicIpAddress": "false",
                    "deleteOnTermination": "true",
                    "securityGroups": ["SecurityGroup.cluster-ec2.id"],
                }
            ],
            "blockDeviceMappings": [volume("/dev/xvda"), volume("/dev/xvdb", volumeSize=30)],
        },
        GROUP: {
            "vpcZoneIdentifiers": ["subnet-a", "subnet-b"],
            "minSize": 0,
            "maxSize": 10,
            "mixedInstancesPolicy": policy("m6i.large", "m5.large"),
            "capacityRebalance": True,
            "defaultInstanceWarmup": 300,
            "instanceRefresh": {
                "strategy": "Rolling",
                "preferences": {
                    "minHealthyPercentage": 100,
                    "maxHealthyPercentage": 110,
                    "scaleInProtectedInstances": "Refresh",
                    "skipMatching": True,
                },
            },
            "protectFromScaleIn": False,
            "forceDelete": True,
            "tags": [
                {"key": "Name", "value": "shop-dev", "propagateAtLaunch": True},
                {"key": "AmazonECSManaged", "value": "true", "propagateAtLaunch": True},
            ],
            "opts.needs": ["RolePolicy.cluster-ec2", "SecurityGroupEgressRule.cluster-ec2-out"],
        },
        PROVIDER: {"name": "ec2-shop-dev", "autoScalingGroupProvider": managed()},
    }


def test_its_outputs():
    assert made().outputs == {
        "provider_name": "CapacityProvider.cluster-ec2.name",
        "group_name": "Group.cluster-ec2.name",
        "security_group_id": "SecurityGroup.cluster-ec2.id",
    }


@pytest.mark.parametrize(
    ("os", "architecture", "parameter"),
    [
        ("BOTTLEROCKET", "X86_64", "/aws/service/bottlerocket/aws-ecs-2/x86_64/latest/image_id"),
        ("BOTTLEROCKET", "ARM64", "/aws/service/bottlerocket/aws-ecs-2/arm64/latest/image_id"),
        ("AL2023", "X86_64", "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"),
        ("AL2023", "ARM64", "/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended/image_id"),
    ],
)
def test_the_image_is_that_of_the_system_and_the_architecture(os: str, architecture: str, parameter: str):
    (call,) = made(os=os, architecture=architecture).calls
    assert call == {"token": "aws:ssm/getParameter:getParameter", "name": parameter}


def test_everything_that_needs_no_resource_is_known_at_preview():
    found = declare(capacity, AMI, preview=True).children
    assert found[TEMPLATE]["imageId"] == "ami-1"
    assert found[TEMPLATE]["userData"] == encoded(BOTTLEROCKET)
    assert found[GRANTED]["policy"] == allowed()
    assert found[PROVIDER]["name"] == "ec2-shop-dev"
    assert found[GROUP]["mixedInstancesPolicy"]["launchTemplate"]["launchTemplateSpecification"]["version"] == UNKNOWN


def test_amazon_linux_has_one_volume_and_a_script():
    assert changes(made(), made(os="AL2023", volume_size=50)) == {
        TEMPLATE: {"userData": encoded(AL2023), "blockDeviceMappings": [volume("/dev/xvda", volumeSize=50)]}
    }


def test_arm_changes_the_types_with_the_image():
    assert changes(made(), made(architecture="ARM64")) == {
        GROUP: {"mixedInstancesPolicy": policy("m7g.large", "m6g.large")}
    }


def test_types_are_launched_in_the_order_given():
    assert changes(made(), made(instance_types=["c7i.large", "c6i.large", "c5.large"])) == {
        GROUP: {"mixedInstancesPolicy": policy("c7i.large", "c6i.large", "c5.large")}
    }


def test_spot_stands_on_a_base_on_demand():
    assert changes(made(), made(on_demand_base=2, on_demand_percentage=25)) == {
        GROUP: {"mixedInstancesPolicy": policy("m6i.large", "m5.large", base=2, percentage=25)}
    }


def test_sizes_of_group_volume_and_reserve():
    found = changes(made(), made(min_size=2, max_size=4, volume_size=100, target_capacity=80))
    scaling = {**managed()["managedScaling"], "targetCapacity": 80}
    assert found == {
        TEMPLATE: {"blockDeviceMappings": [volume("/dev/xvda"), volume("/dev/xvdb", volumeSize=100)]},
        GROUP: {"minSize": 2, "maxSize": 4},
        PROVIDER: {"autoScalingGroupProvider": managed(managedScaling=scaling)},
    }


def test_protection_is_on_both_sides_at_once_and_takes_forced_deletion_away():
    assert changes(made(), made(protect=True)) == {
        GROUP: {"protectFromScaleIn": True, "forceDelete": False},
        PROVIDER: {"autoScalingGroupProvider": managed(managedTerminationProtection="ENABLED")},
    }


def test_it_is_deleted_provider_first_then_group_then_template_and_last_what_the_agent_needs():
    """What is deleted before what: a resource goes before all that it depends on."""
    found = declare(lambda: capacity((Thing("cluster"),)), AMI).children
    assert found[PROVIDER]["autoScalingGroupProvider"]["autoScalingGroupArn"] == "Group.cluster-ec2.arn"
    specification = found[GROUP]["mixedInstancesPolicy"]["launchTemplate"]["launchTemplateSpecification"]
    assert specification["launchTemplateId"] == "LaunchTemplate.cluster-ec2.id"
    assert found[GROUP]["opts.needs"] == ["RolePolicy.cluster-ec2", "SecurityGroupEgressRule.cluster-ec2-out"]
    assert found[TEMPLATE]["opts.needs"] == ["Thing.cluster"]


def test_another_cluster_is_in_the_name_the_rights_and_what_instances_are_told():
    found = changes(made(), made(cluster_name="shop-prod"))
    assert found[PROVIDER] == {"name": "ec2-shop-prod"}
    assert found[GRANTED] == {"policy": allowed(cluster="shop-prod")}
    assert found[TEMPLATE] == {"userData": encoded(BOTTLEROCKET.replace("shop-dev", "shop-prod"))}
    assert found[GROUP]["tags"][0]["value"] == "shop-prod"


def test_the_rights_are_in_the_accounts_own_partition():
    china = {**PLACE, "partition": "aws-cn", "region": "cn-north-1"}
    assert changes(made(), made(account=china)) == {GRANTED: {"policy": allowed("aws-cn", "cn-north-1")}}


def test_the_agent_may_neither_pull_nor_log_nor_make_a_cluster():
    statements = json.loads(made().children[GRANTED]["policy"])["Statement"]
    actions = {
        action for one in statements for action in ([one["Action"]] if one["Resource"] == "*" else one["Action"])
    }
    assert {action.split(":")[0] for action in actions} == {"ecs"}
    assert "ecs:CreateCluster" not in actions


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"min_size": 3, "max_size": 2}, "min_size: is above maxSize, 2"),
        (
            {"instance_types": ["c7g.large"]},
            "instance_types.0: is an ARM64 type, and architecture is X86_64: name one such as m6i.large or m5.large",
        ),
        (
            {"on_demand_base": 1},
            "on_demand_base: has no meaning while onDemandPercentage is 100: every instance is on demand",
        ),
        ({"os": "BOTTLEROCKT"}, "os: must be one of BOTTLEROCKET, AL2023; did you mean 'BOTTLEROCKET'?"),
        ({"cluster_name": 'x"; rm'}, "cluster_name: string should match pattern '^[A-Za-z0-9_-]{1,255}$'"),
    ],
)
def test_a_wrong_argument_is_named_with_what_would_be_valid(asked: dict[str, Any], told: str):
    assert problems(lambda: capacity(**asked)) == [f"cluster-ec2.{told}"]
