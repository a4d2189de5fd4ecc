"""Rights: what a preview reads, and what a deployment of one stack writes beside that.

What has a name of the stack's is named: cluster, repositories, log groups, parameters, task definitions. What AWS or
Pulumi names (networks, balancers, roles by their logical name and seven random characters) is narrowed to the account,
the region and the kind.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Statement = Mapping[str, Any]
ROLES = (
    *("*-execution-???????", "*-task-???????", "*-scheduler-???????"),
    *("network-flow-???????", "cluster-???????", "cluster-ec2-???????"),
    *("cluster-managed-infrastructure-???????", "ecsInstanceRole-cluster-managed-???????"),
)
"""Names of the roles that the program makes: logical name and Pulumi's suffix."""
PASSED_TO = ("autoscaling", "ec2", "ecs", "ecs-tasks", "scheduler", "vpc-flow-logs")
"""Services that the program gives roles to."""
BALANCING = ("listener", "listener-rule", "loadbalancer", "targetgroup")
NETWORK = (
    *("elastic-ip", "internet-gateway", "ipv4pool-ec2", "launch-template", "natgateway", "network-interface"),
    *("route-table", "security-group", "security-group-rule", "subnet", "vpc", "vpc-endpoint", "vpc-flow-log"),
)
INSTANCE = ("instance", "launch-template", "network-interface", "security-group", "subnet", "volume")
"""Kinds of resources that are made by AWS's names."""
LINKED = ("autoscaling", "ecs", "ecs-compute", "ecs.application-autoscaling", "elasticloadbalancing")
"""Services whose own role the account gets with the first use."""
LONGEST = 6144
"""Most characters of a managed policy."""
LOOK = (
    *("acm:ListCertificates", "application-autoscaling:DescribeScalableTargets"),
    *("application-autoscaling:DescribeScalingPolicies", "application-autoscaling:DescribeScheduledActions"),
    *("autoscaling:Describe*", "ec2:Describe*", "ecr:GetAuthorizationToken", "ecs:DescribeTaskDefinition"),
    *("elasticloadbalancing:Describe*", "logs:DescribeLogGroups", "route53:ListHostedZones"),
    *("servicediscovery:GetOperation", "servicediscovery:ListNamespaces", "ssm:DescribeParameters"),
)
"""Actions that take no resource ("Actions, resources, and condition keys for AWS services")."""
ALWAYS = ("ecs:DeregisterTaskDefinition", "kms:CreateKey", "servicediscovery:CreateHttpNamespace")
"""The same, of a deployment."""
UNNAMED = ("kms:CreateKey", "ssm:DescribeParameters")
"""Those of them whose services are otherwise held to resources."""


@dataclass(frozen=True)
class Place:
    """Where a stack lives, and its full name."""

    partition: str
    region: str
    account: str
    stack: str

    def arn(self, service: str, rest: str) -> str:
        """ARN of what is in the region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{rest}"

    def everywhere(self, service: str, rest: str) -> str:
        """ARN of what is in no region."""
        return f"arn:{self.partition}:{service}::{self.account}:{rest}"

    def roles(self) -> list[str]:
        """ARNs of the roles that the program makes."""
        return [self.everywhere("iam", f"role/{name}") for name in ROLES]


def reading(place: Place) -> list[Statement]:
    """What a preview reads; with `--refresh` too."""
    name = place.stack
    return [
        # These actions take no resource ("Actions, resources, and condition keys for AWS services").
        _allow(LOOK, ["*"]),
        _allow(
            _of("ecs", "DescribeCapacityProviders", "DescribeClusters", "DescribeServices", "ListTagsForResource"),
            _ecs(place),
        ),
        # The program asks which of its repositories exist, and whether another stack, perhaps of another account, has
        # built what is promoted: that is a look at all, and no more than a look.
        _allow(
            _of("ecr", "DescribeImages", "DescribeRepositories", "ListImages"),
            [f"arn:{place.partition}:ecr:*:*:repository/*"],
        ),
        _allow(
            _of("ecr", "GetLifecyclePolicy", "GetRepositoryPolicy", "ListTagsForResource"),
            [place.arn("ecr", f"repository/{name}/*")],
        ),
        _allow(
            _of("secretsmanager", "DescribeSecret", "GetResourcePolicy"),
            [place.arn("secretsmanager", f"secret:{name}/*")],
        ),
        _allow(_of("logs", "ListTagsForResource"), [place.arn("logs", f"log-group:/{name}/*")]),
        _allow(
            _of("ssm", "GetParameter", "GetParameterHistory", "GetParameters", "ListTagsForResource"),
            [place.arn("ssm", f"parameter/{name}/*")],
        ),
        # The id of the machine image for EC2, which AWS publishes in no account.
        _allow(_of("ssm", "GetParameter"), [f"arn:{place.partition}:ssm:{place.region}::parameter/aws/service/*"]),
        _allow(
            _of("iam", "GetInstanceProfile", "GetRole", "GetRolePolicy", "ListAttachedRolePolicies")
            + _of("iam", "ListInstanceProfilesForRole", "ListRolePolicies"),
            [*place.roles(), place.everywhere("iam", "instance-profile/cluster-*")],
        ),
        _allow(
            _of("s3", "GetAccelerateConfiguration", "GetBucketAcl", "GetBucketCORS", "GetBucketLogging")
            + _of("s3", "GetBucketObjectLockConfiguration", "GetBucketPolicy", "GetBucketPublicAccessBlock")
            + _of("s3", "GetBucketRequestPayment", "GetBucketTagging", "GetBucketVersioning", "GetBucketWebsite")
            + _of("s3", "GetEncryptionConfiguration", "GetLifecycleConfiguration", "GetReplicationConfiguration")
            + _of("s3", "ListBucket"),
            [_logs_bucket(place)],
        ),
        _allow(_of("cloudwatch", "DescribeAlarms", "ListTagsForResource"), [place.arn("cloudwatch", "alarm:*")]),
        _allow(_of("acm", "DescribeCertificate", "ListTagsForCertificate"), [place.arn("acm", "certificate/*")]),
        _allow(
            _of("route53", "GetHostedZone", "ListResourceRecordSets", "ListTagsForResource"),
            [f"arn:{place.partition}:route53:::hostedzone/*"],
        ),
        _allow(_of("route53", "GetChange"), [f"arn:{place.partition}:route53:::change/*"]),
        _allow(
            _of("kms", "DescribeKey", "GetKeyPolicy", "GetKeyRotationStatus", "ListResourceTags"),
            [place.arn("kms", "key/*")],
        ),
        _allow(
            _of("sns", "GetSubscriptionAttributes", "GetTopicAttributes", "ListTagsForResource"),
            [place.arn("sns", "alarms-*")],
        ),
        _allow(_of("application-autoscaling", "ListTagsForResource"), [_targets(place)]),
        _allow(_of("sqs", "GetQueueAttributes", "GetQueueUrl", "ListQueueTags"), [_queues(place)]),
        _allow(_of("scheduler", "GetSchedule"), [_schedules(place)]),
        _allow(_of("servicediscovery", "GetNamespace", "ListTagsForResource"), [_namespaces(place)]),
    ]


def writing(place: Place) -> list[Statement]:
    """What a deployment writes beside what it reads."""
    name = place.stack
    return [
        # These take no resource ("Actions, resources, and condition keys for AWS services").
        _allow(ALWAYS, ["*"]),
        _allow(
            _of("ecs", "CreateCapacityProvider", "CreateCluster", "CreateService", "DeleteCapacityProvider")
            + _of("ecs", "DeleteCluster", "DeleteService", "ListServiceDeployments", "DescribeServiceDeployments")
            + _of("ecs", "DescribeServiceRevisions", "DescribeTasks", "ListTasks", "PutClusterCapacityProviders")
            + _of("ecs", "RegisterTaskDefinition", "RunTask", "StopTask", "TagResource", "UntagResource")
            + _of("ecs", "UpdateCapacityProvider")
            + _of("ecs", "UpdateCluster", "UpdateClusterSettings", "UpdateService"),
            _ecs(place),
        ),
        _allow(
            _of("ecr", "BatchCheckLayerAvailability", "BatchDeleteImage", "BatchGetImage", "CompleteLayerUpload")
            + _of("ecr", "CreateRepository", "DeleteLifecyclePolicy", "DeleteRepository", "DeleteRepositoryPolicy")
            + _of("ecr", "GetDownloadUrlForLayer", "InitiateLayerUpload", "PutImage")
            + _of("ecr", "PutImageScanningConfiguration", "PutImageTagMutability", "PutLifecyclePolicy")
            + _of("ecr", "SetRepositoryPolicy", "TagResource", "UntagResource", "UploadLayerPart"),
            [place.arn("ecr", f"repository/{name}/*")],
        ),
        _allow(_balancing(), [place.arn("elasticloadbalancing", f"{kind}/*") for kind in BALANCING]),
        _allow(_network(), [place.arn("ec2", f"{kind}/*") for kind in NETWORK]),
        # Instances come of the launch template; an image that AWS shares is in no account.
        _allow(
            _of("ec2", "RunInstances"),
            [
                *(place.arn("ec2", f"{kind}/*") for kind in INSTANCE),
                f"arn:{place.partition}:ec2:{place.region}::image/*",
            ],
        ),
        _allow(
            _of("autoscaling", "CancelInstanceRefresh", "CreateAutoScalingGroup", "CreateOrUpdateTags")
            + _of("autoscaling", "DeleteAutoScalingGroup", "DeleteTags", "DisableMetricsCollection")
            + _of("autoscaling", "EnableMetricsCollection", "SetInstanceProtection", "StartInstanceRefresh")
            + _of("autoscaling", "TerminateInstanceInAutoScalingGroup", "UpdateAutoScalingGroup"),
            [place.arn("autoscaling", "autoScalingGroup:*:autoScalingGroupName/cluster-*")],
        ),
        _allow(
            _of("application-autoscaling", "DeleteScalingPolicy", "DeleteScheduledAction", "DeregisterScalableTarget")
            + _of("application-autoscaling", "PutScalingPolicy", "PutScheduledAction", "RegisterScalableTarget")
            + _of("application-autoscaling", "TagResource", "UntagResource"),
            [_targets(place)],
        ),
        _allow(
            _of("logs", "CreateLogGroup", "DeleteLogGroup", "DeleteRetentionPolicy", "DescribeLogStreams")
            + _of("logs", "GetLogEvents", "PutRetentionPolicy", "TagResource", "UntagResource"),
            [place.arn("logs", f"log-group:/{name}/*")],
        ),
        _allow(
            _of("ssm", "AddTagsToResource", "DeleteParameter", "PutParameter", "RemoveTagsFromResource"),
            [place.arn("ssm", f"parameter/{name}/*")],
        ),
        _allow(
            _of("secretsmanager", "CreateSecret", "DeleteSecret", "RestoreSecret", "TagResource", "UntagResource")
            + _of("secretsmanager", "UpdateSecret"),
            [place.arn("secretsmanager", f"secret:{name}/*")],
        ),
        _allow(
            _of("cloudwatch", "DeleteAlarms", "PutMetricAlarm", "TagResource", "UntagResource"),
            [place.arn("cloudwatch", "alarm:*")],
        ),
        _allow(
            _of("acm", "AddTagsToCertificate", "DeleteCertificate", "RemoveTagsFromCertificate", "RequestCertificate"),
            [place.arn("acm", "certificate/*")],
        ),
        _allow(_of("route53", "ChangeResourceRecordSets"), [f"arn:{place.partition}:route53:::hostedzone/*"]),
        _allow(
            _of("kms", "CreateGrant", "EnableKeyRotation", "PutKeyPolicy", "ScheduleKeyDeletion", "TagResource")
            + _of("kms", "UntagResource", "UpdateKeyDescription"),
            [place.arn("kms", "key/*")],
        ),
        _allow(
            _of("sns", "CreateTopic", "DeleteTopic", "SetSubscriptionAttributes", "SetTopicAttributes", "Subscribe")
            + _of("sns", "TagResource", "Unsubscribe", "UntagResource"),
            [place.arn("sns", "alarms-*")],
        ),
        _allow(
            _of("s3", "CreateBucket", "DeleteBucket", "DeleteBucketPolicy", "DeleteObject", "DeleteObjectVersion")
            + _of("s3", "ListBucketVersions", "PutBucketPolicy", "PutBucketPublicAccessBlock", "PutBucketTagging")
            + _of("s3", "PutEncryptionConfiguration", "PutLifecycleConfiguration"),
            [_logs_bucket(place), f"{_logs_bucket(place)}/*"],
        ),
        _allow(
            _of("sqs", "CreateQueue", "DeleteQueue", "SetQueueAttributes", "TagQueue", "UntagQueue"), [_queues(place)]
        ),
        _allow(_of("scheduler", "CreateSchedule", "DeleteSchedule", "UpdateSchedule"), [_schedules(place)]),
        _allow(
            _of("servicediscovery", "DeleteNamespace", "TagResource", "UntagResource", "UpdateHttpNamespace"),
            [_namespaces(place)],
        ),
        *_roles(place),
    ]


def state(bucket: str, key: str, *, writes: bool, partition: str) -> list[Statement]:
    """A backend of one's own; a preview takes and gives back a lock, and writes nothing else ("State and backends")."""
    objects = f"arn:{partition}:s3:::{bucket}"
    put = f"{objects}/*" if writes else f"{objects}/.pulumi/locks/*"
    use = ("Decrypt", "Encrypt") if writes else ("Decrypt",)
    return [
        _allow(_of("s3", "GetObject"), [f"{objects}/*"]),
        _allow(_of("s3", "GetBucketLocation", "ListBucket"), [objects]),
        _allow(_of("s3", "DeleteObject", "PutObject"), [put]),
        _allow(_of("kms", *use), [key]),
    ]


def boundary(place: Place, own: Sequence[str], keys: Sequence[str] = ()) -> list[Statement]:
    """The most that a role may do, whatever is attached to it later.

    `own` are the identities that it never touches, `keys` those of the state, which may be another account's.
    """
    services = sorted({action.partition(":")[0] for one in writing(place) for action in one["Action"]})
    named = {"iam", "kms", "s3", "ssm"}
    return [
        # It grants nothing: a role has what its policies and this have in common ("Permissions boundaries").
        _allow([*(f"{service}:*" for service in services if service not in named), *UNNAMED], ["*"]),
        _allow(
            ["kms:*", "ssm:*"],
            [place.arn("kms", "*"), place.arn("ssm", "*"), f"arn:{place.partition}:ssm:{place.region}::*", *keys],
        ),
        _allow(["s3:*"], [f"arn:{place.partition}:s3:::*"]),
        _allow(["iam:*"], [*place.roles(), place.everywhere("iam", "instance-profile/cluster-*"), *_linked(place)]),
        {"Effect": "Deny", "Action": ["iam:*"], "Resource": list(own)},
    ]


def document(statements: Sequence[Statement]) -> str:
    """A policy as AWS counts it: without white space."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, sort_keys=True, separators=(",", ":"))


def documents(statements: Sequence[Statement]) -> list[str]:
    """As few policies as AWS's limit of characters allows, in order ("IAM and AWS STS quotas")."""
    held: list[list[Statement]] = [[]]
    for one in statements:
        if len(document([*held[-1], one])) > LONGEST:
            held.append([])
        held[-1].append(one)
    return [document(each) for each in held]


def _roles(place: Place) -> Iterator[Statement]:
    yield _allow(
        _of("iam", "AttachRolePolicy", "CreateRole", "DeleteRole", "DeleteRolePolicy", "DetachRolePolicy")
        + _of("iam", "PutRolePolicy", "TagRole", "UntagRole", "UpdateAssumeRolePolicy", "UpdateRole"),
        place.roles(),
    )
    yield _allow(
        _of("iam", "AddRoleToInstanceProfile", "CreateInstanceProfile", "DeleteInstanceProfile")
        + _of("iam", "RemoveRoleFromInstanceProfile", "TagInstanceProfile", "UntagInstanceProfile"),
        [place.everywhere("iam", "instance-profile/cluster-*"), *place.roles()],
    )
    to = [f"{service}.amazonaws.com" for service in PASSED_TO]
    condition = {"StringEquals": {"iam:PassedToService": to}}
    yield {**_allow(_of("iam", "PassRole"), place.roles()), "Condition": condition}
    yield _allow(_of("iam", "CreateServiceLinkedRole"), _linked(place))


def _linked(place: Place) -> list[str]:
    start = "role/aws-service-role"
    return [place.everywhere("iam", f"{start}/{service}.amazonaws.com/*") for service in LINKED]


def _ecs(place: Place) -> list[str]:
    name = place.stack
    kinds = (f"cluster/{name}", f"service/{name}/*", f"task-definition/{name}-*", f"task/{name}/*")
    more = ("capacity-provider/*", f"service-deployment/{name}/*", f"service-revision/{name}/*")
    return [place.arn("ecs", one) for one in (*kinds, *more)]


def _targets(place: Place) -> str:
    return place.arn("application-autoscaling", "scalable-target/*")


def _queues(place: Place) -> str:
    return place.arn("sqs", f"{place.stack}-*")


def _schedules(place: Place) -> str:
    return place.arn("scheduler", "schedule/default/*")


def _namespaces(place: Place) -> str:
    return place.arn("servicediscovery", "namespace/*")


def _logs_bucket(place: Place) -> str:
    return f"arn:{place.partition}:s3:::balancer-logs-*"


def _balancing() -> list[str]:
    return (
        _of("elasticloadbalancing", "AddListenerCertificates", "AddTags", "CreateListener", "CreateLoadBalancer")
        + _of("elasticloadbalancing", "CreateRule", "CreateTargetGroup", "DeleteListener", "DeleteLoadBalancer")
        + _of("elasticloadbalancing", "DeleteRule", "DeleteTargetGroup", "DeregisterTargets", "ModifyListener")
        + _of("elasticloadbalancing", "ModifyListenerAttributes", "ModifyLoadBalancerAttributes", "ModifyRule")
        + _of("elasticloadbalancing", "ModifyTargetGroup", "ModifyTargetGroupAttributes", "RegisterTargets")
        + _of("elasticloadbalancing", "RemoveListenerCertificates", "RemoveTags", "SetIpAddressType")
        + _of("elasticloadbalancing", "SetRulePriorities", "SetSecurityGroups", "SetSubnets")
    )


def _network() -> list[str]:
    return (
        _of("ec2", "AllocateAddress", "AssociateRouteTable", "AttachInternetGateway", "AuthorizeSecurityGroupEgress")
        + _of("ec2", "AuthorizeSecurityGroupIngress", "CreateFlowLogs", "CreateInternetGateway")
        + _of("ec2", "CreateLaunchTemplate", "CreateLaunchTemplateVersion", "CreateNatGateway", "CreateRoute")
        + _of("ec2", "CreateRouteTable", "CreateSecurityGroup", "CreateSubnet", "CreateTags", "CreateVpc")
        + _of("ec2", "CreateVpcEndpoint", "DeleteFlowLogs", "DeleteInternetGateway", "DeleteLaunchTemplate")
        + _of("ec2", "DeleteLaunchTemplateVersions", "DeleteNatGateway", "DeleteRoute", "DeleteRouteTable")
        + _of("ec2", "DeleteSecurityGroup", "DeleteSubnet", "DeleteTags", "DeleteVpc", "DeleteVpcEndpoints")
        + _of("ec2", "DetachInternetGateway", "DisassociateAddress", "DisassociateRouteTable")
        + _of("ec2", "ModifyLaunchTemplate", "ModifySecurityGroupRules", "ModifySubnetAttribute")
        + _of("ec2", "ModifyVpcAttribute", "ModifyVpcEndpoint", "ReleaseAddress", "ReplaceRoute")
        + _of("ec2", "ReplaceRouteTableAssociation", "RevokeSecurityGroupEgress", "RevokeSecurityGroupIngress")
    )


def _of(service: str, *operations: str) -> list[str]:
    return [f"{service}:{operation}" for operation in operations]


def _allow(actions: Sequence[str], resources: Sequence[str]) -> Statement:
    return {"Effect": "Allow", "Action": sorted(actions), "Resource": list(resources)}
