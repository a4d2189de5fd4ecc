"""Rights: what a preview reads, and what a deployment of one stack writes beside that.

What has a name of the stack's is named: cluster, repositories, log groups, parameters, task definitions. What AWS or
Pulumi names (networks, balancers, roles by their logical name and seven random characters) is narrowed to the account,
the region and the kind. A stack that shares another one's cluster and balancer has the rights of its services alone,
and what AWS names is held to the tag of such stacks ("Controlling access to AWS resources using tags", IAM).
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
LOCKS = ".pulumi/locks/*"
"""What a preview writes of a backend of one's own."""
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
TAG = "slipway-stack"
"""Tag of all that a stack makes that shares another one's cluster and balancer (review/stack_file.py)."""
LOOKS = ("Describe", "Get", "List")
"""What actions begin with that only look."""
UNNAMED = ("kms:CreateKey", "ssm:DescribeParameters")
"""Those of them whose services are otherwise held to resources."""


@dataclass(frozen=True)
class Place:
    """Where a stack lives, and its full name.

    `shares` is the full name of the stack whose cluster and balancer it uses. Then `stack` may be a pattern of names,
    and `begin` is what the names of its roles begin with, which no other stack's roles do.
    """

    partition: str
    region: str
    account: str
    stack: str
    shares: str = ""
    begin: str = ""

    def arn(self, service: str, rest: str) -> str:
        """ARN of what is in the region."""
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{rest}"

    def everywhere(self, service: str, rest: str) -> str:
        """ARN of what is in no region."""
        return f"arn:{self.partition}:{service}::{self.account}:{rest}"

    @property
    def cluster(self) -> str:
        """Name of the cluster that it runs on."""
        return self.shares or self.stack

    def roles(self) -> list[str]:
        """ARNs of the roles that the program makes."""
        return [self.everywhere("iam", f"role/{self.begin}{name}") for name in ROLES]


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
    return services(place) if place.shares else [*platform(place), *automation(place), *services(place)]


def platform(place: Place) -> list[Statement]:
    """What services run on: network, cluster and instances, balancer, domains."""
    return [
        _allow(
            _of("ecs", "CreateCapacityProvider", "CreateCluster", "DeleteCapacityProvider", "DeleteCluster")
            + _of("ecs", "PutClusterCapacityProviders", "TagResource", "UntagResource", "UpdateCapacityProvider")
            + _of("ecs", "UpdateCluster", "UpdateClusterSettings"),
            _cluster(place),
        ),
        _allow(_balancer(), _balancing(place)),
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
            _of("acm", "AddTagsToCertificate", "DeleteCertificate", "RemoveTagsFromCertificate", "RequestCertificate"),
            [place.arn("acm", "certificate/*")],
        ),
        _allow(_of("route53", "ChangeResourceRecordSets"), [f"arn:{place.partition}:route53:::hostedzone/*"]),
        _allow(
            _of("s3", "CreateBucket", "DeleteBucket", "DeleteBucketPolicy", "DeleteObject", "DeleteObjectVersion")
            + _of("s3", "ListBucketVersions", "PutBucketPolicy", "PutBucketPublicAccessBlock", "PutBucketTagging")
            + _of("s3", "PutEncryptionConfiguration", "PutLifecycleConfiguration"),
            [_logs_bucket(place), f"{_logs_bucket(place)}/*"],
        ),
        _allow(
            _of("iam", "AddRoleToInstanceProfile", "CreateInstanceProfile", "DeleteInstanceProfile")
            + _of("iam", "RemoveRoleFromInstanceProfile", "TagInstanceProfile", "UntagInstanceProfile"),
            [place.everywhere("iam", "instance-profile/cluster-*"), *place.roles()],
        ),
        _allow(_of("iam", "CreateServiceLinkedRole"), _linked(place)),
    ]


def automation(place: Place) -> list[Statement]:
    """What goes by itself: scaling, alarms and who hears them, queues, tasks by the clock."""
    return [
        # It takes no resource ("Actions, resources, and condition keys for AWS services").
        _allow(_of("kms", "CreateKey"), ["*"]),
        _allow(
            _of("kms", "CreateGrant", "EnableKeyRotation", "PutKeyPolicy", "ScheduleKeyDeletion", "TagResource")
            + _of("kms", "UntagResource", "UpdateKeyDescription"),
            [place.arn("kms", "key/*")],
        ),
        _allow(
            _of("application-autoscaling", "DeleteScalingPolicy", "DeleteScheduledAction", "DeregisterScalableTarget")
            + _of("application-autoscaling", "PutScalingPolicy", "PutScheduledAction", "RegisterScalableTarget")
            + _of("application-autoscaling", "TagResource", "UntagResource"),
            [_targets(place)],
        ),
        _allow(
            _of("cloudwatch", "DeleteAlarms", "PutMetricAlarm", "TagResource", "UntagResource"),
            [place.arn("cloudwatch", "alarm:*")],
        ),
        _allow(
            _of("sns", "CreateTopic", "DeleteTopic", "SetSubscriptionAttributes", "SetTopicAttributes", "Subscribe")
            + _of("sns", "TagResource", "Unsubscribe", "UntagResource"),
            [place.arn("sns", "alarms-*")],
        ),
        _allow(
            _of("sqs", "CreateQueue", "DeleteQueue", "SetQueueAttributes", "TagQueue", "UntagQueue"), [_queues(place)]
        ),
        _allow(_of("scheduler", "CreateSchedule", "DeleteSchedule", "UpdateSchedule"), [_schedules(place)]),
    ]


def services(place: Place) -> list[Statement]:
    """What is each service's own: repository, task definition, roles, logs, its place on the cluster and balancer."""
    name = place.stack
    return [
        # It takes no resource ("Actions, resources, and condition keys for AWS services").
        _allow(_of("ecs", "DeregisterTaskDefinition"), ["*"]),
        _allow(
            _of("ecs", "CreateService", "DeleteService", "RegisterTaskDefinition", "RunTask", "TagResource")
            + _of("ecs", "UntagResource", "UpdateService"),
            _running(place),
        ),
        _allow(
            _of("ecs", "DescribeServiceDeployments", "DescribeServiceRevisions", "DescribeTasks")
            + _of("ecs", "ListServiceDeployments", "ListTasks"),
            _ecs(place),
        ),
        # A task before a release takes the tags of its definition.
        _when(_allow(_of("ecs", "TagResource"), [_tasks(place)]), "ecs:CreateAction", ["RunTask"]),
        *_by_tag(place, (), _of("ecs", "StopTask"), [_tasks(place)]),
        _allow(
            _of("ecr", "BatchCheckLayerAvailability", "BatchDeleteImage", "BatchGetImage", "CompleteLayerUpload")
            + _of("ecr", "CreateRepository", "DeleteLifecyclePolicy", "DeleteRepository", "DeleteRepositoryPolicy")
            + _of("ecr", "GetDownloadUrlForLayer", "InitiateLayerUpload", "PutImage")
            + _of("ecr", "PutImageScanningConfiguration", "PutImageTagMutability", "PutLifecyclePolicy")
            + _of("ecr", "SetRepositoryPolicy", "TagResource", "UntagResource", "UploadLayerPart"),
            [place.arn("ecr", f"repository/{name}/*")],
        ),
        *_routes(place),
        *_groups(place),
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
        # A namespace has no name before it is made ("Actions, resources, and condition keys for AWS Cloud Map").
        *_by_tag(place, _of("servicediscovery", "CreateHttpNamespace"), (), ["*"]),
        *_by_tag(
            place,
            (),
            _of("servicediscovery", "DeleteNamespace", "UntagResource", "UpdateHttpNamespace"),
            [_namespaces(place)],
        ),
        *_by_tag(place, _of("servicediscovery", "TagResource"), (), [_namespaces(place)]),
        _allow(
            _of("iam", "AttachRolePolicy", "CreateRole", "DeleteRole", "DeleteRolePolicy", "DetachRolePolicy")
            + _of("iam", "PutRolePolicy", "TagRole", "UntagRole", "UpdateAssumeRolePolicy", "UpdateRole"),
            place.roles(),
        ),
        {
            **_allow(_of("iam", "PassRole"), place.roles()),
            "Condition": {"StringEquals": {"iam:PassedToService": [f"{to}.amazonaws.com" for to in PASSED_TO]}},
        },
    ]


def state(bucket: str, key: str, *, writes: str, partition: str) -> list[Statement]:
    """A backend of one's own; `writes` is the pattern of what is written of it.

    A preview takes and gives back a lock, and writes nothing else ("State and backends").
    """
    objects = f"arn:{partition}:s3:::{bucket}"
    put = f"{objects}/{writes}"
    use = ("Decrypt",) if writes == LOCKS else ("Decrypt", "Encrypt")
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
    named = {"iam", "kms", "s3", "ssm"}
    written = _services_of(writing(place)) - named
    looked_at = _services_of(reading(place)) - named - written
    looks = [f"{service}:{look}*" for service in sorted(looked_at) for look in LOOKS]
    return [
        # It grants nothing: a role has what its policies and this have in common ("Permissions boundaries").
        _allow([*(f"{service}:*" for service in sorted(written)), *looks, *UNNAMED], ["*"]),
        _allow(
            ["kms:*", "ssm:*"],
            [place.arn("kms", "*"), place.arn("ssm", "*"), f"arn:{place.partition}:ssm:{place.region}::*", *keys],
        ),
        _allow(["s3:*"], [f"arn:{place.partition}:s3:::*"]),
        _allow(["iam:*"], [*place.roles(), place.everywhere("iam", "instance-profile/cluster-*"), *_linked(place)]),
        {"Effect": "Deny", "Action": ["iam:*"], "Resource": list(own)},
    ]


def _services_of(statements: Sequence[Statement]) -> set[str]:
    return {action.partition(":")[0] for one in statements for action in one["Action"]}


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


def _routes(place: Place) -> Iterator[Statement]:
    """Target groups and rules; a rule is made on a listener, which is the platform's."""
    made, at = ("CreateRule", "CreateTargetGroup"), _balancing(place)
    yield from _by_tag(
        place,
        _of("elasticloadbalancing", *made),
        _of("elasticloadbalancing", "AddTags", "DeleteRule", "DeleteTargetGroup", "DeregisterTargets", "ModifyRule")
        + _of("elasticloadbalancing", "ModifyTargetGroup", "ModifyTargetGroupAttributes", "RegisterTargets")
        + _of("elasticloadbalancing", "RemoveTags", "SetRulePriorities"),
        at,
    )
    if place.shares:
        # Only what is just being made: else it could give its tag to what is another stack's.
        yield _when(_allow(_of("elasticloadbalancing", "AddTags"), at), "elasticloadbalancing:CreateAction", made)


def _groups(place: Place) -> Iterator[Statement]:
    """Security groups, and their rules: the balancer's group, the platform's, is let out to the tasks."""
    groups, rules = place.arn("ec2", "security-group/*"), place.arn("ec2", "security-group-rule/*")
    yield from _by_tag(
        place,
        _of("ec2", "CreateSecurityGroup"),
        _of("ec2", "AuthorizeSecurityGroupIngress", "CreateTags", "DeleteSecurityGroup", "DeleteTags")
        + _of("ec2", "RevokeSecurityGroupIngress"),
        [groups],
    )
    yield _allow(_of("ec2", "CreateSecurityGroup"), [place.arn("ec2", "vpc/*")])
    yield _allow(
        _of("ec2", "AuthorizeSecurityGroupEgress", "ModifySecurityGroupRules", "RevokeSecurityGroupEgress"),
        [groups, rules],
    )
    yield _allow(_of("ec2", "AuthorizeSecurityGroupIngress", "CreateTags", "DeleteTags"), [rules])
    if place.shares:
        yield _when(_allow(_of("ec2", "CreateTags"), [groups]), "ec2:CreateAction", ["CreateSecurityGroup"])


def _by_tag(
    place: Place, creates: Sequence[str], changes: Sequence[str], resources: Sequence[str]
) -> Iterator[Statement]:
    """Creates and changes what is the stack's; of a stack that shares, that is what has its tag."""
    if not place.shares:
        yield _allow([*creates, *changes], resources)
        return
    for actions, key in ((creates, "RequestTag"), (changes, "ResourceTag")):
        if actions:
            yield _when(_allow(actions, resources), f"aws:{key}/{TAG}", [place.stack])


def _when(statement: Statement, key: str, likes: Sequence[str]) -> Statement:
    return {**statement, "Condition": {"StringLike": {key: list(likes)}}}


def _linked(place: Place) -> list[str]:
    start = "role/aws-service-role"
    return [place.everywhere("iam", f"{start}/{service}.amazonaws.com/*") for service in LINKED]


def _cluster(place: Place) -> list[str]:
    return [place.arn("ecs", f"cluster/{place.cluster}"), place.arn("ecs", "capacity-provider/*")]


def _running(place: Place) -> list[str]:
    """Services on their cluster: its own are all there are, and of a shared one those of the stack's name."""
    name, own = place.stack, f"{place.shares and place.stack + '-'}*"
    kinds = ("service", "service-deployment", "service-revision")
    at = [f"{kind}/{place.cluster}/{own}" for kind in kinds]
    return [place.arn("ecs", one) for one in (*at, f"task-definition/{name}-*")]


def _ecs(place: Place) -> list[str]:
    return [*_cluster(place), *_running(place), _tasks(place)]


def _tasks(place: Place) -> str:
    return place.arn("ecs", f"task/{place.cluster}/*")


def _balancing(place: Place) -> list[str]:
    return [place.arn("elasticloadbalancing", f"{kind}/*") for kind in BALANCING]


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


def _balancer() -> list[str]:
    return (
        _of("elasticloadbalancing", "AddListenerCertificates", "AddTags", "CreateListener", "CreateLoadBalancer")
        + _of("elasticloadbalancing", "DeleteListener", "DeleteLoadBalancer", "ModifyListener")
        + _of("elasticloadbalancing", "ModifyListenerAttributes", "ModifyLoadBalancerAttributes")
        + _of("elasticloadbalancing", "RemoveListenerCertificates", "RemoveTags", "SetIpAddressType")
        + _of("elasticloadbalancing", "SetSecurityGroups", "SetSubnets")
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
