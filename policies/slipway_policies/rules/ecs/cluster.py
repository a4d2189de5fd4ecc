"""Clusters and their capacity providers; kinds that the pack cannot judge; tags."""

from slipway_policies import kinds
from slipway_policies.node import Node
from slipway_policies.rule import rule, stack_rule
from slipway_policies.settings import Terms
from slipway_policies.stack import Stack
from slipway_policies.verdict import COMPLIANT, Verdict, not_applicable

CLUSTER = kinds.CLUSTER
EXEC = "configuration.executeCommandConfiguration"
UNJUDGED = (
    "aws:ecs/expressGatewayService:",
    "aws:ecs/daemonTaskDefinition:",
    "aws:cloudcontrol/",
    "aws:cloudformation/stack:",
    "aws-native:ecs:",
    "aws-native:ecr:",
    "aws-native:elasticloadbalancing",
    "aws-native:applicationautoscaling:",
    "aws-native:autoscaling:",
    "aws-native:cloudformation:",
    "aws-native:cloudwatch:",
    "aws-native:logs:",
    "aws-native:iam:",
    "aws-native:kms:",
    "aws-native:ec2:",
    "aws-native:secretsmanager:",
    "aws-native:ssm:",
    "aws-native:wafv2:",
    "aws-native:index:ExtensionResource",
)


@rule(
    "ecs-exec-logged",
    CLUSTER,
    "medium",
    "What is typed in a container's shell is logged.",
    why="Without a log nobody can tell what was done.",
    mend="Take executeCommandConfiguration.logging NONE out, or set it to DEFAULT or OVERRIDE.",
    anchors="CKV CKV_AWS_223",
)
def exec_logged(cluster: Node, _: Terms) -> Verdict:
    path = f"{EXEC}.logging"
    return cluster.violates(path) if cluster.text(path, "DEFAULT") == "NONE" else COMPLIANT


@rule(
    "ecs-exec-encrypted",
    CLUSTER,
    "low",
    "What is typed in a container's shell is encrypted with a key of one's own.",
    why="A session shows secrets.",
    mend="Set executeCommandConfiguration.kmsKeyId, and encrypt its log configuration.",
    anchors="CKV CKV_AWS_224",
    tier=2,
)
def exec_encrypted(cluster: Node, _: Terms) -> Verdict:
    if not cluster.has(EXEC):
        return not_applicable("it configures no ECS Exec")
    return COMPLIANT if cluster.has(f"{EXEC}.kmsKeyId") else cluster.violates(f"{EXEC}.kmsKeyId")


@rule(
    "ecs-storage-cmk",
    CLUSTER,
    "low",
    "Fargate's storage is encrypted with a key of one's own.",
    why="A key of one's own can be taken away.",
    mend="Set configuration.managedStorageConfiguration.fargateEphemeralStorageKmsKeyId.",
    tier=3,
)
def storage_cmk(cluster: Node, _: Terms) -> Verdict:
    path = "configuration.managedStorageConfiguration.fargateEphemeralStorageKmsKeyId"
    return COMPLIANT if cluster.has(path) else cluster.violates(path)


@rule(
    "ecs-container-insights",
    CLUSTER,
    "medium",
    "Container Insights measures the cluster.",
    why="Without it there are no numbers by task, and no trace of tasks that restart.",
    mend="Add the setting containerInsights with the value enabled or enhanced.",
    anchors="SH ECS.12; Nag ECS4; CKV CKV_AWS_65; AVD 0034; Prw ecs_cluster_container_insights_enabled",
    relaxed=("dev",),
)
def container_insights(cluster: Node, _: Terms) -> Verdict:
    for setting in cluster.items("settings"):
        if setting.text("name") == "containerInsights":
            on = setting.text("value") in ("enabled", "enhanced")
            return COMPLIANT if on else setting.violates("value")
    return cluster.violates("settings")


@stack_rule(
    "ecs-cp-termination-protection",
    kinds.CAPACITY_PROVIDER,
    "medium",
    "Scaling in ends no instance that runs tasks.",
    why="Without managed termination protection the auto scaling group ends any instance, with its tasks.",
    mend="Set managedTerminationProtection to ENABLED, and protectFromScaleIn on the auto scaling group.",
    anchors="SH ECS.19",
    relaxed=("dev",),
)
def cp_termination_protection(provider: Node, _: Terms, stack: Stack) -> Verdict:
    if not provider.has("autoScalingGroupProvider"):
        return not_applicable("it has no auto scaling group")
    path = "autoScalingGroupProvider.managedTerminationProtection"
    if provider.text(path) != "ENABLED":
        return provider.violates(path)
    groups = stack.linked(provider.resource, "autoScalingGroupProvider.autoScalingGroupArn", kinds.AUTO_SCALING_GROUP)
    for group in map(Node, groups):
        if not group.flag("protectFromScaleIn"):
            return Verdict(
                "violation",
                path,
                f"has no effect: protectFromScaleIn of {group.resource.name} is not true",
            )
    return COMPLIANT


@rule(
    "ecs-cp-managed-scaling",
    kinds.CAPACITY_PROVIDER,
    "medium",
    "ECS scales the instances with the tasks, and drains them first.",
    why="Otherwise tasks wait for instances that nobody adds, or are cut off by an instance that ends.",
    mend="Set managedScaling.status and managedDraining to ENABLED.",
)
def cp_managed_scaling(provider: Node, _: Terms) -> Verdict:
    group = "autoScalingGroupProvider"
    if not provider.has(group):
        return not_applicable("it has no auto scaling group")
    if provider.text(f"{group}.managedScaling.status") != "ENABLED":
        return provider.violates(f"{group}.managedScaling.status")
    draining = provider.text(f"{group}.managedDraining", "ENABLED")
    return COMPLIANT if draining == "ENABLED" else provider.violates(f"{group}.managedDraining")


@rule(
    "ecs-covered-kinds",
    None,
    "high",
    "Every resource is of a kind that the pack can judge.",
    why="The same service declared through aws-native or Cloud Control would pass every rule unseen.",
    mend="Declare it with the classic AWS provider (aws.ecs, aws.ecr, aws.lb), or exempt it.",
)
def covered_kinds(resource: Node, _: Terms) -> Verdict:
    token = resource.resource.type
    if not token.startswith("aws"):
        return not_applicable("it is no resource of AWS")
    if token.startswith(UNJUDGED):
        return Verdict("violation", "", f"is of the kind {token}, which this pack cannot judge")
    return COMPLIANT


@rule(
    "required-tags",
    CLUSTER | kinds.SERVICE | kinds.TASK_DEFINITION | kinds.REPOSITORY | kinds.LOAD_BALANCER,
    "low",
    "Resources carry the tags that the team agreed on.",
    why="Without tags nobody knows whose it is, and who pays.",
    mend="Add the tags of requiredTags, for all resources at once by aws:defaultTags.",
    anchors="SH ECS.13, ECS.14, ECS.15, ECR.4",
)
def required_tags(resource: Node, terms: Terms) -> Verdict:
    if not terms.settings.required_tags:
        return not_applicable("requiredTags is empty")
    carried = {key for path in ("tags", "tagsAll") for key, _ in resource.entries(path)}
    missing = [key for key in terms.settings.required_tags if key not in carried]
    if missing:
        return Verdict("violation", "tags", f"lacks {', '.join(missing)}")
    return COMPLIANT
