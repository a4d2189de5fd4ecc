from components.closed_group import closed_group
from tests.components.declared import Outer, declare


def test_nothing_comes_in_and_https_goes_out():
    made = declare(lambda: Outer(lambda child: closed_group("machines", "vpc-1", child)[0]))
    assert made.children == {
        "aws:ec2/securityGroup:SecurityGroup machines": {
            "vpcId": "vpc-1",
            "description": "Instances: closed, out to AWS's services and registries only",
        },
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule machines-out": {
            "securityGroupId": "SecurityGroup.machines.id",
            "description": "ECS and image registries",
            "cidrIpv4": "0.0.0.0/0",
            "ipProtocol": "tcp",
            "fromPort": 443,
            "toPort": 443,
        },
    }
