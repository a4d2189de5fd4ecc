"""EC2 capacity: what the instances are made from, and how many there are."""

import base64
import binascii

from slipway_policies import kinds, topology
from slipway_policies.node import Node
from slipway_policies.rule import rule, stack_rule
from slipway_policies.secrets import SHAPES
from slipway_policies.settings import Terms
from slipway_policies.stack import Stack
from slipway_policies.verdict import COMPLIANT, Verdict, not_applicable

TEMPLATE = kinds.LAUNCH_TEMPLATE
MADE_FROM = TEMPLATE | kinds.LAUNCH_CONFIGURATION | kinds.INSTANCE
GROUP = kinds.AUTO_SCALING_GROUP


@rule(
    "lt-imdsv2",
    MADE_FROM,
    "high",
    "Instances answer for their role with IMDSv2 only.",
    why="With IMDSv1 one forged request from inside gives the instance's credentials away.",
    mend="Set metadataOptions.httpTokens to required.",
    anchors=(
        "SH EC2.170, EC2.8, AutoScaling.3; CKV CKV_AWS_79; AVD 0130, 0028; CIS 6.7; Prw "
        "autoscaling_group_launch_configuration_requires_imdsv2, ec2_launch_template_imdsv2_required, "
        "ec2_instance_imdsv2_enabled"
    ),
)
def imdsv2(template: Node, _: Terms) -> Verdict:
    if template.text("metadataOptions.httpEndpoint") == "disabled":
        return COMPLIANT
    path = "metadataOptions.httpTokens"
    return COMPLIANT if template.text(path) == "required" else template.violates(path)


@rule(
    "lt-hop-limit",
    TEMPLATE | kinds.LAUNCH_CONFIGURATION,
    "medium",
    "Answers of the metadata service stay on the instance.",
    why="With more hops they reach containers, and whoever is in them.",
    mend="Set metadataOptions.httpPutResponseHopLimit to 1, or to 2 for tasks in bridge mode.",
    anchors="SH AutoScaling.4; CKV CKV_AWS_341",
    tier=2,
)
def hop_limit(template: Node, _: Terms) -> Verdict:
    path = "metadataOptions.httpPutResponseHopLimit"
    return COMPLIANT if (template.number(path, 1) or 1) <= 2 else template.violates(path)  # noqa: PLR2004 - one for the bridge


@rule(
    "lt-no-public-ip",
    MADE_FROM,
    "high",
    "Instances have no public address.",
    why="An instance with a public address is reached beside the load balancer.",
    mend='Set networkInterfaces[].associatePublicIpAddress to "false".',
    anchors=(
        "SH EC2.25, AutoScaling.5; CKV CKV_AWS_88, CKV_AWS_389; AVD 0009; Prw "
        "autoscaling_group_launch_configuration_no_public_ip, ec2_launch_template_no_public_ip, "
        "ec2_instance_public_ip"
    ),
)
def no_public_ip(template: Node, _: Terms) -> Verdict:
    if template.flag("associatePublicIpAddress"):
        return template.violates("associatePublicIpAddress")
    for interface in template.items("networkInterfaces"):
        if interface.flag("associatePublicIpAddress"):
            return interface.violates("associatePublicIpAddress")
    return COMPLIANT


def _disks(template: Node) -> list[Node]:
    """The disks that a template, a configuration or an instance describes."""
    mapped = [
        Node(template.resource, f"{each.path}.ebs", each.at("ebs").value)
        for each in template.items("blockDeviceMappings")
        if each.has("ebs")
    ]
    named = [each for path in ("ebsBlockDevices", "rootBlockDevice") for each in template.items(path)]
    return mapped + named


@rule(
    "lt-ebs-encrypted",
    MADE_FROM,
    "high",
    "Disks are encrypted.",
    why="A snapshot of an unencrypted disk can be copied to another account and read.",
    mend="Set ebs.encrypted of every block device to true.",
    anchors="SH EC2.181; CKV CKV_AWS_8; AVD 0008, 0131; Nag EC26; CIS 6.1.1",
    each=_disks,
)
def ebs_encrypted(disk: Node, _: Terms) -> Verdict:
    return COMPLIANT if disk.flag("encrypted") else disk.violates("encrypted")


@rule(
    "lt-userdata-no-secrets",
    MADE_FROM,
    "critical",
    "User data holds no secrets.",
    why="Every process of the instance can read it, and everybody who may describe the template.",
    mend="Read the secret from Secrets Manager when the instance starts.",
    anchors=(
        "CKV CKV_AWS_46; AVD 0129, 0029; Prw autoscaling_find_secrets_ec2_launch_configuration, "
        "ec2_launch_template_no_secrets, ec2_instance_secrets_user_data"
    ),
    tier=2,
)
def userdata_no_secrets(template: Node, _: Terms) -> Verdict:
    for path in ("userData", "userDataBase64"):
        if SHAPES.search(_decoded(template.text(path))):
            return template.violates(path, shown="holds what looks like a credential")
    return COMPLIANT


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return text


@rule(
    "lt-monitoring",
    TEMPLATE | kinds.INSTANCE,
    "low",
    "Instances are measured every minute.",
    why="Scaling that looks every five minutes comes late.",
    mend="Set monitoring.enabled of a template, monitoring of an instance, to true.",
    anchors="Nag EC28; CKV CKV_AWS_126; Prw ec2_instance_detailed_monitoring_enabled",
    tier=3,
)
def monitoring(template: Node, _: Terms) -> Verdict:
    path = "monitoring.enabled" if template.resource.type in TEMPLATE else "monitoring"
    return COMPLIANT if template.flag(path) else template.violates(path)


@rule(
    "lt-instance-profile",
    TEMPLATE | kinds.INSTANCE,
    "medium",
    "Instances have a role.",
    why="Without one somebody puts long-lived keys on them.",
    mend="Set iamInstanceProfile.",
    anchors="CKV CKV2_AWS_41; CIS 2.17; Prw ec2_instance_profile_attached",
    tier=2,
)
def instance_profile(template: Node, _: Terms) -> Verdict:
    return COMPLIANT if template.has("iamInstanceProfile") else template.violates("iamInstanceProfile")


@rule(
    "asg-uses-launch-template",
    GROUP | kinds.LAUNCH_CONFIGURATION,
    "medium",
    "Auto scaling groups use launch templates.",
    why="Launch configurations get no new features, and new accounts cannot make them.",
    mend="Use an aws.ec2.LaunchTemplate.",
    anchors="SH AutoScaling.9; CKV CKV_AWS_315; Prw autoscaling_group_using_ec2_launch_template",
)
def uses_launch_template(group: Node, _: Terms) -> Verdict:
    if group.resource.type not in GROUP:
        return Verdict("violation", "", "is a launch configuration")
    given = group.has("launchTemplate") or group.has("mixedInstancesPolicy")
    return COMPLIANT if given else group.violates("launchTemplate")


@stack_rule(
    "asg-multi-az",
    GROUP,
    "medium",
    "Instances are in two Availability Zones at least.",
    why="The failure of a zone takes every instance in it.",
    mend="Name subnets, or zones, of two zones or more.",
    anchors="SH AutoScaling.2; Prw autoscaling_group_multiple_az",
)
def multi_az(group: Node, _: Terms, stack: Stack) -> Verdict:
    path = "vpcZoneIdentifiers" if group.has("vpcZoneIdentifiers") else "availabilityZones"
    subnets = topology.subnets_of(group.resource, path, stack)
    zones = len(topology.zones_of(subnets)) if subnets else len(group.items(path))
    return COMPLIANT if zones >= topology.TWO_ZONES else group.violates(path, shown="is in fewer than two zones")


@stack_rule(
    "asg-health-check",
    GROUP,
    "medium",
    "An instance that does not answer is replaced.",
    why="EC2's own check sees a running machine, not a program that answers.",
    mend="Set healthCheckType to ELB, and healthCheckGracePeriod.",
    anchors="SH AutoScaling.1; CKV CKV2_AWS_15; Nag AS2; Prw autoscaling_group_elb_health_check_enabled",
    tier=2,
)
def health_check(group: Node, _: Terms, stack: Stack) -> Verdict:
    attached = group.has("targetGroupArns[0]") or group.has("loadBalancers[0]") or group.has("trafficSources[0]")
    by_resource = stack.users(kinds.GROUP_ATTACHMENT, "autoscalingGroupName", group.resource, ("id", "name"))
    if not attached and not by_resource:
        return not_applicable("it has no load balancer")
    return COMPLIANT if group.text("healthCheckType") == "ELB" else group.violates("healthCheckType")


@rule(
    "asg-mixed-types",
    GROUP,
    "low",
    "Instances are of several types.",
    why="When AWS runs out of one type, the group cannot grow.",
    mend="Give mixedInstancesPolicy two overrides or more.",
    anchors="SH AutoScaling.6; Prw autoscaling_group_multiple_instance_types",
    tier=3,
)
def mixed_types(group: Node, _: Terms) -> Verdict:
    path = "mixedInstancesPolicy.launchTemplate.overrides"
    overrides = group.items(path)
    several = len(overrides) >= 2 or any(each.has("instanceRequirements") for each in overrides)  # noqa: PLR2004 - several
    return COMPLIANT if several else group.violates(path, shown="names fewer than two instance types")


@rule(
    "asg-capacity-rebalance",
    GROUP,
    "low",
    "Spot instances are replaced before they are taken.",
    why="AWS tells of a likely interruption; a group that listens has the next instance ready.",
    mend="Set capacityRebalance to true.",
    anchors="Prw autoscaling_group_capacity_rebalance_enabled",
    tier=3,
)
def capacity_rebalance(group: Node, _: Terms) -> Verdict:
    if not group.has("mixedInstancesPolicy.instancesDistribution"):
        return not_applicable("it has no Spot instances")
    return COMPLIANT if group.flag("capacityRebalance") else group.violates("capacityRebalance")


@rule(
    "asg-cooldown",
    GROUP,
    "low",
    "An auto scaling group waits between two steps.",
    why="Without a pause it acts on numbers from before its last step.",
    mend="Set defaultCooldown, or defaultInstanceWarmup.",
    anchors="Nag AS1",
    tier=3,
)
def cooldown(group: Node, _: Terms) -> Verdict:
    given = group.has("defaultCooldown") or group.has("defaultInstanceWarmup")
    return COMPLIANT if given else group.violates("defaultCooldown")


@stack_rule(
    "asg-notifications",
    GROUP,
    "low",
    "Somebody is told when instances come and go.",
    why="A group that replaces instances all night looks healthy in the morning.",
    mend="Add an aws.autoscaling.Notification for the group.",
    anchors="Nag AS3",
    tier=3,
)
def notifications(group: Node, _: Terms, stack: Stack) -> Verdict:
    for notification in stack.of(kinds.GROUP_NOTIFICATION):
        named = notification.props.get("groupNames")
        by_name = isinstance(named, list) and group.resource.props.get("name") in named
        if by_name or group.resource in stack.sources(notification, "groupNames", GROUP):
            return COMPLIANT
    return Verdict("violation", "", "has no notification in this stack")


@rule(
    "asg-tags",
    GROUP,
    "low",
    "Instances carry tags.",
    why="Without tags nobody knows whose they are.",
    mend="Add tags with propagateAtLaunch.",
    anchors="CKV CKV_AWS_153",
    tier=3,
)
def tags(group: Node, _: Terms) -> Verdict:
    propagated = any(tag.flag("propagateAtLaunch") for tag in group.items("tags"))
    return COMPLIANT if propagated else group.violates("tags", shown="has no tag with propagateAtLaunch")


@rule(
    "asg-termination-protected",
    kinds.INSTANCE,
    "low",
    "An instance that stands alone cannot be ended by accident.",
    why="Nothing replaces it when somebody ends it.",
    mend="Set disableApiTermination to true, or use an auto scaling group.",
    anchors="Nag EC29",
    tier=3,
)
def termination_protected(instance: Node, _: Terms) -> Verdict:
    path = "disableApiTermination"
    return COMPLIANT if instance.flag(path) else instance.violates(path)
