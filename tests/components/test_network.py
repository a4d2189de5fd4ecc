import json
from typing import Any

import pytest

from components.network import Network
from tests.components.declared import PLACE, Made, changes, declare, problems, text


def network(**asked: Any) -> Network:
    return Network("network", {"account": PLACE, "log_group_name": "/shop-dev/flow", **asked})


def made(**asked: Any) -> Made:
    return declare(lambda: network(**asked), {"getVpc": {"cidrBlock": "172.16.0.0/16"}})


VPC = "awsx:ec2:Vpc network"
DEFAULT_GROUP = "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup network-default"
LOG = "aws:cloudwatch/logGroup:LogGroup network-flow"
ROLE = "aws:iam/role:Role network-flow"
POLICY = "aws:iam/rolePolicy:RolePolicy network-flow"
FLOW_LOG = "aws:ec2/flowLog:FlowLog network-flow"
EXISTING = {
    "vpc_id": "vpc-0123",
    "public_subnet_ids": ["subnet-a", "subnet-b"],
    "private_subnet_ids": ["subnet-c", "subnet-d"],
}


def may_write(arn: str) -> str:
    actions = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    statement = {"Effect": "Allow", "Action": actions, "Resource": arn}
    return text({"Version": "2012-10-17", "Statement": [statement]})


def test_a_network_is_a_vpc_with_one_nat_an_emptied_default_group_and_flow_logs():
    assert made().children == {
        VPC: {
            "cidrBlock": "10.0.0.0/16",
            "numberOfAvailabilityZones": 2,
            "enableDnsHostnames": True,
            "natGateways": {"strategy": "Single"},
            "subnetStrategy": "Auto",
            "subnetSpecs": [{"type": "Public"}, {"type": "Private"}],
        },
        DEFAULT_GROUP: {"vpcId": "Vpc.network.vpcId"},
        LOG: {"name": "/shop-dev/flow", "retentionInDays": 30},
        ROLE: {
            "assumeRolePolicy": text(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Principal": {"Service": "vpc-flow-logs.amazonaws.com"},
                            "Action": "sts:AssumeRole",
                            "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}},
                        }
                    ],
                }
            )
        },
        POLICY: {
            "role": "Role.network-flow.id",
            "policy": may_write("arn:aws:logs:eu-central-1:123456789012:log-group:/shop-dev/flow:*"),
        },
        FLOW_LOG: {
            "vpcId": "Vpc.network.vpcId",
            "trafficType": "ALL",
            "logDestination": "LogGroup.network-flow.arn",
            "iamRoleArn": "Role.network-flow.arn",
            "opts.needs": ["RolePolicy.network-flow"],
        },
    }


def test_its_outputs():
    assert made().outputs == {
        "vpc_id": "Vpc.network.vpcId",
        "cidr": "10.0.0.0/16",
        "public_subnet_ids": ["Vpc.network.publicSubnetIds.0", "Vpc.network.publicSubnetIds.1"],
        "private_subnet_ids": ["Vpc.network.privateSubnetIds.0", "Vpc.network.privateSubnetIds.1"],
    }


def test_zones_and_a_nat_for_each():
    assert changes(made(), made(zones=3, egress="natPerZone")) == {
        VPC: {"numberOfAvailabilityZones": 3, "natGateways": {"strategy": "OnePerAz"}}
    }


def test_a_block_of_its_own():
    assert changes(made(), made(cidr="10.1.0.0/20")) == {VPC: {"cidrBlock": "10.1.0.0/20"}}
    assert made(cidr="10.1.0.0/20").outputs["cidr"] == "10.1.0.0/20"


ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint network-{}".format


def interface(service: str) -> dict[str, Any]:
    return {
        "vpcId": "Vpc.network.vpcId",
        "serviceName": f"com.amazonaws.eu-central-1.{service}",
        "vpcEndpointType": "Interface",
        "privateDnsEnabled": True,
        "subnetIds": ["Vpc.network.privateSubnetIds.0", "Vpc.network.privateSubnetIds.1"],
        "securityGroupIds": ["SecurityGroup.network-endpoints.id"],
    }


def test_endpoints_stand_in_place_of_nat():
    layers = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::prod-eu-central-1-starport-layer-bucket/*",
    }
    assert changes(made(), made(egress="endpoints")) == {
        VPC: {"natGateways": {"strategy": "None"}},
        "aws:ec2/securityGroup:SecurityGroup network-endpoints": {
            "vpcId": "Vpc.network.vpcId",
            "description": "VPC endpoints of AWS services",
        },
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule network-endpoints": {
            "securityGroupId": "SecurityGroup.network-endpoints.id",
            "description": "the VPC's own addresses",
            "cidrIpv4": "10.0.0.0/16",
            "ipProtocol": "tcp",
            "fromPort": 443,
            "toPort": 443,
        },
        ENDPOINT("ecr-api"): interface("ecr.api"),
        ENDPOINT("ecr-dkr"): interface("ecr.dkr"),
        ENDPOINT("logs"): interface("logs"),
        ENDPOINT("s3"): {
            "vpcId": "Vpc.network.vpcId",
            "serviceName": "com.amazonaws.eu-central-1.s3",
            "vpcEndpointType": "Gateway",
            "policy": text({"Version": "2012-10-17", "Statement": [layers]}),
            "routeTableIds": ["RouteTable.table-0.id", "RouteTable.table-1.id"],
        },
    }


def test_a_task_waits_for_its_way_out():
    assert made().waits["private_subnet_ids"] == ["Vpc.network"]
    way_out = [f"VpcEndpoint.network-{service}" for service in ("ecr-api", "ecr-dkr", "logs", "s3")]
    assert made(egress="endpoints").waits["private_subnet_ids"] == [
        "SecurityGroupIngressRule.network-endpoints",
        "Vpc.network",
        *way_out,
    ]


def test_a_further_service_has_an_endpoint_that_a_task_waits_for():
    more = made(egress="endpoints", endpoints=["secretsmanager"])
    assert changes(made(egress="endpoints"), more) == {ENDPOINT("secretsmanager"): interface("secretsmanager")}
    assert "VpcEndpoint.network-secretsmanager" in more.waits["private_subnet_ids"]


def test_endpoints_have_the_names_of_their_partition():
    china = {**PLACE, "region": "cn-north-1", "partition": "aws-cn"}
    found = made(account=china, egress="endpoints", endpoints=["ssm", "cn.com.amazonaws.cn-north-1.sqs"]).children
    assert {inputs["serviceName"] for inputs in found.values() if "serviceName" in inputs} == {
        "cn.com.amazonaws.cn-north-1.ecr.api",
        "cn.com.amazonaws.cn-north-1.ecr.dkr",
        "com.amazonaws.cn-north-1.logs",
        "com.amazonaws.cn-north-1.s3",
        "com.amazonaws.cn-north-1.ssm",
        "cn.com.amazonaws.cn-north-1.sqs",
    }
    (layers,) = json.loads(found[ENDPOINT("s3")]["policy"])["Statement"]
    assert layers["Resource"] == "arn:aws-cn:s3:::prod-cn-north-1-starport-layer-bucket/*"


def test_without_flow_logs():
    assert changes(made(), made(flow_logs=False)) == {LOG: ..., ROLE: ..., POLICY: ..., FLOW_LOG: ...}


def test_a_log_group_of_another_name():
    assert changes(made(), made(log_group_name="/shop-prod/flow")) == {
        LOG: {"name": "/shop-prod/flow"},
        POLICY: {"policy": may_write("arn:aws:logs:eu-central-1:123456789012:log-group:/shop-prod/flow:*")},
    }


def test_an_existing_network_gets_nothing_and_is_asked_for_its_block():
    existing = made(existing=EXISTING)
    assert existing.children == {}
    assert existing.calls == [{"token": "aws:ec2/getVpc:getVpc", "id": "vpc-0123"}]
    assert existing.outputs == {**EXISTING, "cidr": "172.16.0.0/16"}


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"zones": 1}, "network.zones: input should be greater than or equal to 2"),
        ({"cidr": "10.0.0.0/8"}, "network.cidr: must be a block from /16 to /24"),
        ({"cidr": "10.0.0.1/16"}, "network.cidr: must be an IPv4 block: 10.0.0.1/16 has host bits set"),
        ({"cidr": "10.0.0.0/255.255.0.0"}, "network.cidr: must be an IPv4 block: write it as 10.0.0.0/16"),
        (
            {"endpoints": ["ssm"]},
            "network.endpoints: needs egress: endpoints; a NAT gateway leads to every service",
        ),
        ({"egress": "endpoints", "endpoints": ["logs"]}, "network.endpoints: is there anyway: take it out"),
        ({"egress": "endpoints", "endpoints": ["ssm", "ssm"]}, "network.endpoints: names 'ssm' twice"),
        (
            {"existing": EXISTING, "endpoints": ["ssm"]},
            "network.endpoints: has no meaning with an existing network: take one of them out",
        ),
        (
            {"egress": "natPerZones"},
            "network.egress: must be one of nat, natPerZone, endpoints; did you mean 'natPerZone'?",
        ),
        (
            {"existing": EXISTING, "zones": 3},
            "network.zones: has no meaning with an existing network: take one of them out",
        ),
        (
            {"existing": {**EXISTING, "private_subnet_ids": ["subnet-c"]}},
            "network.existing.private_subnet_ids: list should have at least 2 items after validation, not 1",
        ),
    ],
)
def test_a_wrong_argument_is_named_with_what_would_be_valid(asked: dict[str, Any], told: str):
    assert problems(lambda: network(**asked)) == [told]
