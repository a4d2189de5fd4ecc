"""Networks, security groups, EC2 capacity, logs and alarms."""

from cases import BY_GRAPH, NEVER, Case
from sample import GONE, R

INLINE = [{"protocol": "tcp", "fromPort": 8080, "toPort": 8080, "securityGroups": ["sg-1"], "description": "other"}]

NETWORK = [
    Case(
        "sg-no-open-ingress",
        {"balancer-in.fromPort": 22, "balancer-in.toPort": 22},
        path="balancer-in.cidrIpv4",
        absent="compliant",
    ),
    Case(
        "sg-web-only-on-balancer",
        {"task-in.cidrIpv4": "0.0.0.0/0", "task-in.fromPort": 443, "task-in.toPort": 443},
        path="task-in.cidrIpv4",
        absent="compliant",
        outside={"task-in.securityGroupId": "sg-elsewhere", "task-in.cidrIpv4": "0.0.0.0/0"},
        also=("ecs-ingress-from-alb-only",),
    ),
    Case(
        "sg-egress-limited",
        {"task-out.ipProtocol": "-1"},
        path="task-out.cidrIpv4",
        absent="compliant",
    ),
    Case("sg-described", {"task-in.description": ""}, path="task-in.description"),
    Case(
        "sg-in-use",
        {"lonely": R("aws:ec2/securityGroup:SecurityGroup", {"description": "nobody's"})},
        absent=BY_GRAPH,
        unknown=BY_GRAPH,
        malformed=BY_GRAPH,
    ),
    Case(
        "sg-rules-not-mixed",
        {"task-group.ingress": INLINE},
        path="task-group.ingress",
        absent="compliant",
        odd="odd",
    ),
    Case(
        "vpc-default-sg-closed",
        {"default-group": GONE},
        subject="vpc",
        path="default-group.ingress",
        absent="compliant",
        odd="odd",
    ),
    Case("vpc-flow-logs", {"flow": GONE}, subject="vpc", absent=BY_GRAPH, unknown=BY_GRAPH, malformed=BY_GRAPH),
    Case(
        "subnet-no-auto-public-ip",
        {"public-1.mapPublicIpOnLaunch": True},
        path="public-1.mapPublicIpOnLaunch",
        absent="compliant",
    ),
    Case(
        "no-default-vpc",
        {"default": R("aws:ec2/defaultVpc:DefaultVpc")},
        absent=NEVER,
        unknown=NEVER,
        malformed=NEVER,
        compliant=NEVER,
    ),
    Case(
        "vpc-endpoints",
        {"endpoint-logs": GONE},
        subject="vpc",
        path="endpoint-logs.serviceName",
    ),
    Case(
        "vpc-subnets-spread",
        {"public-2.availabilityZone": "eu-central-1a", "private-2.availabilityZone": "eu-central-1a"},
        subject="vpc",
        path="private-2.availabilityZone",
        absent="compliant",
        outside=dict.fromkeys(("public-1", "public-2", "private-1", "private-2"), GONE),
        also=("ecs-multi-az", "alb-multi-az", "asg-multi-az"),
    ),
    Case(
        "nacl-sane",
        {"acl.ingress[0].cidrBlock": "0.0.0.0/0"},
        path="acl.ingress",
        absent="compliant",
        odd="odd",
    ),
    Case("vpc-block-public-access", {"block": GONE}, subject="vpc", path="block.internetGatewayBlockMode"),
    Case(
        "nat-default-route",
        {"private-1-out": GONE},
        subject="private-1",
        path="private-1.mapPublicIpOnLaunch",
        absent="compliant",
        outside={"private-1.mapPublicIpOnLaunch": True},
    ),
]

DISK = "launch.blockDeviceMappings[0].ebs.encrypted"
CAPACITY = [
    Case("lt-imdsv2", {"launch.metadataOptions.httpTokens": "optional"}, path="launch.metadataOptions.httpTokens"),
    Case(
        "lt-hop-limit",
        {"launch.metadataOptions.httpPutResponseHopLimit": 64},
        path="launch.metadataOptions.httpPutResponseHopLimit",
        absent="compliant",
    ),
    Case(
        "lt-no-public-ip",
        {"launch.networkInterfaces[0].associatePublicIpAddress": "true"},
        path="launch.networkInterfaces[0].associatePublicIpAddress",
        absent="compliant",
    ),
    Case(
        "lt-ebs-encrypted",
        {DISK: "false"},
        path=DISK,
        outside={"launch.blockDeviceMappings": []},
    ),
    Case(
        "lt-userdata-no-secrets",
        {"launch.userData": "ZXhwb3J0IEFXU19BQ0NFU1NfS0VZX0lEPUFLSUFJT1NGT0ROTjdFWEFNUExF"},
        path="launch.userData",
        absent="compliant",
    ),
    Case("lt-monitoring", {"launch.monitoring.enabled": False}, path="launch.monitoring.enabled"),
    Case(
        "lt-instance-profile",
        {"launch.iamInstanceProfile": GONE},
        path="launch.iamInstanceProfile",
        unknown="compliant",
        malformed="compliant",
    ),
    Case(
        "asg-uses-launch-template",
        {"instances.mixedInstancesPolicy": GONE},
        path="instances.mixedInstancesPolicy",
        unknown="compliant",
        malformed="compliant",
        also=("asg-mixed-types",),
    ),
    Case(
        "asg-multi-az",
        {"instances.vpcZoneIdentifiers[1]": GONE},
        path="instances.vpcZoneIdentifiers",
        odd=3,
    ),
    Case(
        "asg-health-check",
        {"instances.healthCheckType": "EC2"},
        path="instances.healthCheckType",
        outside={"instances.targetGroupArns": []},
    ),
    Case(
        "asg-mixed-types",
        {"instances.mixedInstancesPolicy.launchTemplate.overrides[1]": GONE},
        path="instances.mixedInstancesPolicy.launchTemplate.overrides",
        odd="odd",
    ),
    Case(
        "asg-capacity-rebalance",
        {"instances.capacityRebalance": False},
        path="instances.capacityRebalance",
        outside={"instances.mixedInstancesPolicy": GONE},
    ),
    Case(
        "asg-cooldown",
        {"instances.defaultCooldown": GONE},
        path="instances.defaultCooldown",
        unknown="compliant",
        malformed="compliant",
    ),
    Case(
        "asg-notifications",
        {"told": GONE},
        subject="instances",
        path="told.groupNames",
        unknown="violation",
        malformed="violation",
    ),
    Case("asg-tags", {"instances.tags": []}, path="instances.tags", odd="odd"),
    Case("asg-termination-protected", {"bastion.disableApiTermination": False}, path="bastion.disableApiTermination"),
]

LOGS = [
    Case("logs-retention", {"log.retentionInDays": 1}, path="log.retentionInDays"),
    Case("logs-kms", {"log.kmsKeyId": GONE}, path="log.kmsKeyId", unknown="compliant", malformed="compliant"),
    Case("logs-deletion-protected", {"log.skipDestroy": False}, path="log.skipDestroy"),
    Case("alarm-actions", {"alarm.actionsEnabled": False}, path="alarm.actionsEnabled", absent="compliant"),
    Case(
        "alarms-present",
        {"alarm.metricName": "CPUUtilization"},
        subject="service",
        path="alarm.metricName",
        outside={"service.loadBalancers": []},
    ),
]

CASES = NETWORK + CAPACITY + LOGS
