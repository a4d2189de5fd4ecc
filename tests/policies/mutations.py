"""One break for each rule that has something to judge in our own stacks, in the way the rule forbids."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from sample import GONE, Changes, R, Ref, World
from slipway_policies.resource import UNKNOWN

PUBLIC = ("dev", "staging", "prod")
"""The stacks whose load balancer faces the internet."""
PRIVATE_ECR = "000000000000.dkr.ecr.eu-central-1.amazonaws.com"
BEST = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"
KEY = "arn:aws:kms:eu-central-1:123456789012:key/1"


@dataclass(frozen=True)
class Mutation:
    """A break of a stack that `ground` has mended before, where the stack deviates; `also` must fire with the rule."""

    rule: str
    bad: Changes
    also: tuple[str, ...] = ()
    ground: Changes = field(default_factory=dict[str, object])
    settings: Mapping[str, object] = field(default_factory=dict[str, object])
    stacks: tuple[str, ...] = ()

    def fits(self, stack: str, world: World) -> bool:
        """Whether the stack has what is broken."""
        there = world.keys() | {where for where, value in self.ground.items() if isinstance(value, R)}
        named = {where for where, value in {**self.ground, **self.bad}.items() if not isinstance(value, R)}
        return (not self.stacks or stack in self.stacks) and {re.split(r"[.!>]", where)[0] for where in named} <= there


REPOSITORY, CLEANUP, IMAGE = "Repository:web", "LifecyclePolicy:web.policy", "Image:web"
IMAGES = [
    Mutation("ecr-scan-on-push", {f"{REPOSITORY}.imageScanningConfiguration.scanOnPush": False}),
    Mutation("ecr-tag-immutability", {f"{REPOSITORY}.imageTagMutability": "MUTABLE"}, ("image-digest-pinned",)),
    Mutation(
        "ecr-exclusion-narrow",
        {
            f"{REPOSITORY}.imageTagMutability": "IMMUTABLE_WITH_EXCLUSION",
            f"{REPOSITORY}.imageTagMutabilityExclusionFilters": [{"filter": "v*"}],
        },
    ),
    Mutation("ecr-lifecycle-attached", {"LifecyclePolicy:web": GONE}),
    Mutation("ecr-lifecycle-valid", {f"{CLEANUP}.rules[1].rulePriority": 1}),
    Mutation("ecr-lifecycle-untagged", {f"{CLEANUP}.rules[0].selection.countNumber": 90}),
    Mutation("ecr-lifecycle-bounded", {f"{CLEANUP}.rules[1]": GONE}),
    Mutation("ecr-lifecycle-keeps-rollback", {f"{CLEANUP}.rules[1].selection.countNumber": 3}),
    Mutation(
        "ecr-kms",
        {f"{REPOSITORY}.encryptionConfigurations[0].encryptionType": "AES256"},
        ground={f"{REPOSITORY}.encryptionConfigurations[0].encryptionType": "KMS"},
    ),
    Mutation("ecr-no-force-delete", {f"{REPOSITORY}.forceDelete": True}, ground={f"{REPOSITORY}.forceDelete": False}),
    Mutation(
        "ecr-protected", {f"{REPOSITORY}!protect": False}, ("stateful-protected",), {f"{REPOSITORY}!protect": True}
    ),
    Mutation(
        "stateful-protected", {f"{REPOSITORY}!protect": False}, ("ecr-protected",), {f"{REPOSITORY}!protect": True}
    ),
    Mutation("no-ignored-security", {f"{REPOSITORY}!ignore": ("imageTagMutability",)}),
    Mutation("image-build-args-no-secrets", {f"{IMAGE}.build.args": {"API_TOKEN": "hunter2hunter2"}}),
]

TASK, CD = "TaskDefinition:web", "TaskDefinition:web.containerDefinitions[0]"
WINDOWS = {f"{TASK}.runtimePlatform.operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}
EFS = {"transitEncryption": "ENABLED", "authorizationConfig": {"iam": "ENABLED", "accessPointId": "fsap-1"}}
TASKS = [
    Mutation(
        "image-private-registry",
        {f"{CD}.image": "docker.io/library/nginx:1.27"},
        ("image-from-managed-repo", "image-digest-pinned"),
    ),
    Mutation(
        "image-from-managed-repo",
        {f"{CD}.image": f"public.ecr.aws/nginx/nginx@sha256:{'0' * 64}"},
        ("image-private-registry",),
    ),
    Mutation("image-digest-pinned", {f"{CD}.image": f"{PRIVATE_ECR}/other:1.0"}),
    Mutation("image-no-latest", {f"{CD}.image": f"{PRIVATE_ECR}/other:latest"}, ("image-digest-pinned",)),
    Mutation("image-platform-matches", {f"{TASK}.runtimePlatform.cpuArchitecture": "ARM64"}),
    Mutation("ecs-no-privileged", {f"{CD}.privileged": True}),
    Mutation("ecs-readonly-rootfs", {f"{CD}.readonlyRootFilesystem": False}),
    Mutation("ecs-nonroot-linux", {f"{CD}.user": "root"}),
    Mutation("ecs-nonadmin-windows", WINDOWS | {f"{CD}.user": "ContainerAdministrator"}),
    Mutation("ecs-env-no-secrets", {f"{CD}.environment[0]": {"name": "DB_PASSWORD", "value": "correct-horse"}}),
    Mutation("ecs-secret-refs-valid", {f"{CD}.secrets": [{"name": "KEY", "valueFrom": "arn:aws:s3:::bucket/key"}]}),
    Mutation("ecs-log-configured", {f"{CD}.logConfiguration": GONE}),
    Mutation("ecs-log-nonblocking", {f"{CD}.logConfiguration.options.mode": "blocking"}),
    Mutation("ecs-log-group-managed", {f"{CD}.logConfiguration.options.awslogs-group": "/other"}),
    Mutation("ecs-capabilities", {f"{CD}.linuxParameters.capabilities.add": ["SYS_ADMIN"]}),
    Mutation("ecs-no-host-network", {f"{TASK}.networkMode": "host"}, ("tg-target-type",)),
    Mutation("ecs-no-host-pid", {f"{TASK}.pidMode": "host"}),
    Mutation("ecs-no-host-ipc", {f"{TASK}.ipcMode": "host"}),
    Mutation("ecs-no-host-paths", {f"{TASK}.volumes": [{"name": "host", "hostPath": "/var/run/docker.sock"}]}),
    Mutation("ecs-role-split", {f"{TASK}>taskRoleArn": ("Role:web-execution",)}),
    Mutation("ecs-task-role-present", {f"{TASK}.taskRoleArn": GONE}),
    Mutation(
        "ecs-efs-tls",
        {f"{TASK}.volumes": [{"name": "f", "efsVolumeConfiguration": EFS | {"transitEncryption": "DISABLED"}}]},
    ),
    Mutation(
        "ecs-efs-iam",
        {f"{TASK}.volumes": [{"name": "f", "efsVolumeConfiguration": EFS | {"authorizationConfig": {}}}]},
    ),
    Mutation("ecs-fargate-size-valid", {f"{TASK}.memory": "9999"}),
    Mutation("ecs-fargate-size-cap", {f"{TASK}.cpu": "32768", f"{TASK}.memory": "61440"}),
    Mutation("ecs-fault-injection-off", {f"{TASK}.enableFaultInjection": True}),
]

SERVICE, TARGET = "Service:web", "Target:web"
GROUP = "SecurityGroup:web"
SERVICES = [
    Mutation("ecs-health-check", {f"{SERVICE}.loadBalancers": []}),
    Mutation("ecs-no-public-ip", {f"{SERVICE}.networkConfiguration.assignPublicIp": True}),
    Mutation("ecs-fargate-platform", {f"{SERVICE}.platformVersion": "1.3.0"}),
    Mutation("ecs-circuit-breaker", {f"{SERVICE}.deploymentCircuitBreaker.rollback": False}),
    Mutation("ecs-rolling-safe", {f"{SERVICE}.deploymentMinimumHealthyPercent": 50}),
    Mutation("ecs-desired-count", {f"{TARGET}.minCapacity": 1}),
    Mutation(
        "ecs-desired-count",
        {f"{SERVICE}.desiredCount": 1},
        ground={f"{SERVICE}.desiredCount": 2},
        stacks=("dev", "local"),
    ),
    Mutation("ecs-exec-off", {f"{SERVICE}.enableExecuteCommand": True}),
    Mutation("ecs-autoscaled", {f"{TARGET}.minCapacity": 5, f"{TARGET}.maxCapacity": 5}),
    Mutation("ecs-ignore-desired-count", {TARGET + ".minCapacity": 3, f"{SERVICE}!ignore": ()}),
    Mutation("ecs-propagate-tags", {f"{SERVICE}.propagateTags": "NONE"}),
    Mutation(
        "ecs-deployment-alarms", {f"{SERVICE}.alarms.enable": False}, ground={f"{SERVICE}.alarms": {"enable": True}}
    ),
    Mutation(
        "ecs-az-rebalancing",
        {f"{SERVICE}.availabilityZoneRebalancing": "DISABLED"},
        ground={f"{SERVICE}.availabilityZoneRebalancing": "ENABLED"},
    ),
    Mutation("ecs-grace-period", {f"{SERVICE}.healthCheckGracePeriodSeconds": GONE}),
    Mutation(
        "ecs-spot-guard",
        {f"{SERVICE}.capacityProviderStrategies": [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]},
    ),
    Mutation(
        "ecs-private-subnets",
        {f"{SERVICE}>networkConfiguration": (GROUP, "Subnet:network-public-1", "Subnet:network-public-2")},
        ("ecs-egress-path",),
    ),
    Mutation(
        "ecs-egress-path",
        {"Route:network-private-1": GONE, "Route:network-private-2": GONE},
        ("nat-default-route",),
    ),
    Mutation("nat-default-route", {"Route:network-private-2": GONE}),
    Mutation("ecs-ingress-from-alb-only", {"SecurityGroupIngressRule:web-from-balancer.cidrIpv4": "10.0.0.0/16"}),
    Mutation("ecs-multi-az", {f"{SERVICE}>networkConfiguration": (GROUP, "Subnet:network-private-1")}),
    Mutation("ecs-lb-wiring", {f"{SERVICE}.loadBalancers[0].containerPort": 9999}),
]

EXEC = "Cluster:cluster.configuration.executeCommandConfiguration"
STORAGE = "Cluster:cluster.configuration.managedStorageConfiguration"
CLUSTERS = [
    Mutation("ecs-exec-logged", {f"{EXEC}.logging": "NONE"}),
    Mutation("ecs-exec-encrypted", {f"{EXEC}.kmsKeyId": GONE}, ground={f"{EXEC}.kmsKeyId": KEY}),
    Mutation("ecs-storage-cmk", {STORAGE: GONE}, ground={f"{STORAGE}.fargateEphemeralStorageKmsKeyId": KEY}),
    Mutation("ecs-container-insights", {"Cluster:cluster.settings[0].value": "disabled"}),
    Mutation("ecs-covered-kinds", {"native": R("aws-native:ecs:Service")}),
    Mutation(
        "required-tags",
        {"Cluster:cluster.tags": {}},
        ground={"Cluster:cluster.tags": {"owner": "shop"}},
        settings={"required_tags": ("owner",)},
    ),
    Mutation("provider-account-pinned", {"Provider.allowedAccountIds": GONE}),
    Mutation(
        "provider-region-allowed",
        {"Provider.region": "ap-south-1"},
        settings={"regions": ("eu-central-1", "us-east-1")},
    ),
]

BALANCER, TARGETS = "LoadBalancer:balancer", "TargetGroup:web"
LISTENER, SECURE = "Listener:balancer", "Listener:balancer-https"
PLAIN_STACKS = ("dev", "local")
"""The stacks without a domain: they speak plain HTTP."""
REDIRECT = [{"type": "redirect", "redirect": {"protocol": "HTTPS", "statusCode": "HTTP_301"}}]
LOGGED = {"enabled": True, "bucket": "logs"}
ACL = R("aws:wafv2/webAclAssociation:WebAclAssociation", {"resourceArn": Ref(BALANCER, "arn")})
PLAIN = R("aws:lb/listener:Listener", {"protocol": "HTTP", "defaultActions": REDIRECT})


def _secured(listener: str, stacks: tuple[str, ...]) -> list[Mutation]:
    """The breaks of an HTTPS listener; a plain one is made into one before."""
    certificate = "arn:aws:acm:eu-central-1:123456789012:certificate/1"
    hsts = f"{listener}.routingHttpResponseStrictTransportSecurityHeaderValue"
    ground = {
        f"{listener}.protocol": "HTTPS",
        f"{listener}.port": 443,
        f"{listener}.sslPolicy": BEST,
        f"{listener}.certificateArn": certificate,
        hsts: "max-age=31536000",
    }
    old, strong = "ELBSecurityPolicy-2016-08", "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"
    uploaded = certificate.replace(":acm:", ":iam:")
    return [
        Mutation("alb-secure-listener", {f"{listener}.protocol": "TCP"}, (), ground, stacks=stacks),
        Mutation("alb-tls-policy", {f"{listener}.sslPolicy": old}, ("alb-tls-post-quantum",), ground, stacks=stacks),
        Mutation("alb-tls-post-quantum", {f"{listener}.sslPolicy": strong}, (), ground, stacks=stacks),
        Mutation("alb-certificate", {f"{listener}.certificateArn": uploaded}, (), ground, stacks=stacks),
        Mutation("alb-hsts", {hsts: GONE}, (), ground, stacks=stacks),
        Mutation(
            "alb-rules-no-http",
            {"ListenerRule:web>listenerArn": ("plain",)},
            (),
            ground | {"plain": PLAIN},
            stacks=stacks,
        ),
    ]


BALANCING = [
    Mutation("alb-drop-invalid-headers", {f"{BALANCER}.dropInvalidHeaderFields": False}),
    Mutation(
        "alb-deletion-protection",
        {f"{BALANCER}.enableDeletionProtection": False},
        ground={f"{BALANCER}.enableDeletionProtection": True},
    ),
    Mutation("alb-access-logs", {f"{BALANCER}.accessLogs": GONE}, ground={f"{BALANCER}.accessLogs": LOGGED}),
    Mutation(
        "alb-connection-logs", {f"{BALANCER}.connectionLogs": GONE}, ground={f"{BALANCER}.connectionLogs": LOGGED}
    ),
    Mutation("alb-desync", {f"{BALANCER}.desyncMitigationMode": "monitor"}),
    Mutation("alb-multi-az", {f"{BALANCER}>subnets": ("Subnet:network-public-1",)}),
    Mutation(
        "alb-exposure-declared",
        {f"{BALANCER}.internal": False},
        ("alb-waf",),
        {f"{BALANCER}.internal": True},
        {"public_balancers": ()},
    ),
    Mutation(
        "alb-has-security-group",
        {f"{BALANCER}.securityGroups": [], f"{BALANCER}>securityGroups": ()},
        ("sg-web-only-on-balancer", "sg-in-use"),
        stacks=PUBLIC,
    ),
    Mutation("alb-waf", {"acl": GONE}, ground={"acl": ACL}, stacks=PUBLIC),
    Mutation("alb-has-listener", {LISTENER: GONE}, stacks=PLAIN_STACKS),
    Mutation("alb-has-listener", {LISTENER: GONE, SECURE: GONE}),
    Mutation(
        "nlb-cross-zone",
        {f"{BALANCER}.enableCrossZoneLoadBalancing": False},
        ground={f"{BALANCER}.loadBalancerType": "network", f"{BALANCER}.enableCrossZoneLoadBalancing": True},
    ),
    Mutation(
        "alb-http-redirects",
        {f"{LISTENER}.defaultActions": [{"type": "fixed-response"}]},
        ("alb-secure-listener",),
        {f"{LISTENER}.defaultActions": REDIRECT},
    ),
    Mutation("tg-health-check", {f"{TARGETS}.healthCheck.matcher": "200-499"}),
    Mutation(
        "tg-health-check-encrypted",
        {f"{TARGETS}.healthCheck.protocol": "HTTP"},
        ground={f"{TARGETS}.healthCheck.protocol": "HTTPS"},
    ),
    Mutation("tg-encrypted", {f"{TARGETS}.protocol": "HTTP"}, ground={f"{TARGETS}.protocol": "HTTPS"}),
    Mutation("tg-attached", {"ListenerRule:web": GONE}, ("ecs-lb-wiring",)),
    Mutation("tg-target-type", {f"{TARGETS}.targetType": "instance"}),
    Mutation("tg-draining", {f"{TARGETS}.deregistrationDelay": 300}),
]

CLIENTS, TASKS_IN, OUT = (
    f"SecurityGroup{name}"
    for name in ("IngressRule:balancer-0-0-0-0-0-80", "IngressRule:web-from-balancer", "EgressRule:web-out")
)
WEB = {f"{TASKS_IN}.cidrIpv4": "0.0.0.0/0", f"{TASKS_IN}.fromPort": 443, f"{TASKS_IN}.toPort": 443}
ENDPOINTS = {
    f"endpoint-{number}": R(
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        {"serviceName": f"com.amazonaws.eu-central-1.{service}", "vpcId": Ref("Vpc:network")},
    )
    for number, service in enumerate(("ecr.api", "ecr.dkr", "s3", "logs"))
}
BLOCK = R("aws:vpc/blockPublicAccessOptions:BlockPublicAccessOptions", {"internetGatewayBlockMode": "block-ingress"})
NETWORK = [
    Mutation(
        "sg-no-open-ingress",
        {f"{CLIENTS}.cidrIpv4": "0.0.0.0/0", f"{CLIENTS}.fromPort": 22, f"{CLIENTS}.toPort": 22},
    ),
    Mutation("sg-web-only-on-balancer", WEB, ("ecs-ingress-from-alb-only",)),
    Mutation(
        "sg-egress-limited",
        {f"{OUT}.ipProtocol": "-1"},
        ground={f"{OUT}.ipProtocol": "tcp", f"{OUT}.fromPort": 443, f"{OUT}.toPort": 443},
    ),
    Mutation("sg-described", {f"{GROUP}.description": ""}),
    Mutation("sg-in-use", {"lonely": R("aws:ec2/securityGroup:SecurityGroup", {"description": "nobody's"})}),
    Mutation(
        "sg-rules-not-mixed",
        {f"{GROUP}.ingress": [{"description": "x", "protocol": "tcp", "fromPort": 1, "toPort": 1, "self": True}]},
    ),
    Mutation("vpc-default-sg-closed", {"DefaultSecurityGroup:network-default": GONE}),
    Mutation("vpc-flow-logs", {"FlowLog:network-flow": GONE}),
    Mutation("subnet-no-auto-public-ip", {"Subnet:network-private-1.mapPublicIpOnLaunch": True}),
    Mutation("kms-rotation", {"Key:alarms.enableKeyRotation": False}),
    Mutation("kms-policy-scoped", {"Key:alarms.policy.Statement[0].Principal": "*"}),
    Mutation("kms-deletion-window", {"Key:alarms.deletionWindowInDays": 1}),
    Mutation("kms-no-lockout-bypass", {"Key:alarms.bypassPolicyLockoutSafetyCheck": True}),
    Mutation("alarm-actions", {"MetricAlarm:web-5xx.alarmActions": []}),
    Mutation("vpc-endpoints", {"endpoint-0": GONE}, ground=ENDPOINTS),
    Mutation(
        "vpc-subnets-spread",
        {f"Subnet:network-{kind}-2.availabilityZone": "eu-central-1a" for kind in ("public", "private")},
        ("ecs-multi-az", "alb-multi-az"),
    ),
    Mutation("vpc-block-public-access", {"block": GONE}, ground={"block": BLOCK}),
]

FLOW, START = "RolePolicy:network-flow.policy.Statement[0]", "RolePolicy:web-execution.policy.Statement[0]"
ROLE = "Role:web-task"
GITHUB = "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"
ALARM = R(
    "aws:cloudwatch/metricAlarm:MetricAlarm",
    {"metricName": "UnHealthyHostCount", "alarmActions": ["arn:aws:sns:eu-central-1:123456789012:pager"]},
)
IDENTITIES = [
    Mutation(
        "iam-no-admin",
        {f"{FLOW}.Action": "*", f"{FLOW}.Resource": "*"},
        ("iam-no-wildcards", "iam-no-escalation", "iam-passrole-scoped", "iam-kms-scoped"),
    ),
    Mutation("iam-no-wildcards", {f"{FLOW}.Action": ["logs:*"]}),
    Mutation(
        "iam-no-aws-managed",
        {
            "attachment": R(
                "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
                {"role": Ref(ROLE), "policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"},
            )
        },
    ),
    Mutation("iam-trust-scoped", {f"{ROLE}.assumeRolePolicy.Statement[0].Condition": GONE}),
    Mutation(
        "iam-passrole-scoped",
        {f"{FLOW}.Action": "iam:PassRole", f"{FLOW}.Resource": "arn:aws:iam::123456789012:role/*"},
        ("iam-no-wildcards",),
    ),
    Mutation(
        "iam-no-escalation",
        {f"{FLOW}.Action": "iam:PutRolePolicy", f"{FLOW}.Resource": "*"},
        ("iam-no-wildcards",),
    ),
    Mutation(
        "iam-kms-scoped",
        {f"{FLOW}.Action": "kms:Decrypt", f"{FLOW}.Resource": "arn:aws:kms:eu-central-1:123456789012:key/*"},
        ("iam-no-wildcards",),
    ),
    Mutation("iam-execution-role-minimal", {f"{START}.Action": ["s3:PutObject"]}),
    Mutation("iam-not-exclusive-conflict", {"Role:web-execution.inlinePolicies": [{"name": "more"}]}),
    Mutation(
        "iam-ci-oidc-scoped",
        {f"{ROLE}.assumeRolePolicy.Statement[0]": {"Effect": "Allow", "Principal": {"Federated": GITHUB}}},
    ),
    Mutation(
        "iam-boundary",
        {f"{ROLE}.permissionsBoundary": GONE},
        ground={f"{ROLE}.permissionsBoundary": "arn:aws:iam::123456789012:policy/boundary"},
    ),
    Mutation("secret-not-literal", {"Parameter:web.name": "/web/db-password", "Parameter:web.insecureValue": UNKNOWN}),
    Mutation("logs-retention", {"LogGroup:network-flow.retentionInDays": 1}),
    Mutation("logs-kms", {"LogGroup:web.kmsKeyId": GONE}, ground={"LogGroup:web.kmsKeyId": KEY}),
    Mutation("logs-deletion-protected", {"LogGroup:web.skipDestroy": False}, ground={"LogGroup:web.skipDestroy": True}),
    Mutation("alarms-present", {"alarm": GONE}, ground={"alarm": ALARM}),
]

SECURED = _secured(LISTENER, PLAIN_STACKS) + _secured(SECURE, ("staging", "prod"))

MUTATIONS = IMAGES + TASKS + SERVICES + CLUSTERS + BALANCING + SECURED + NETWORK + IDENTITIES
