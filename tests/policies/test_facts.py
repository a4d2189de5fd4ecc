"""Where AWS does something else than one might think: reasonable stacks pass, what only looks harmless does not."""

import pytest
from sample import GONE, Changes, R, changed, rendered, stack_of
from sample_stack import IMAGE, TERMS, sample
from slipway_policies.judge import together
from slipway_policies.resource import UNKNOWN, Resource
from slipway_policies.rules import RULES
from slipway_policies.stack import Stack
from slipway_policies.verdict import State

BY_ID = {rule.id: rule for rule in RULES}
FILTER = "scanning.rules[0].repositoryFilters[0].filter"
SCANS = "repo.imageScanningConfiguration.scanOnPush"
EXCLUDED = {"repo.imageTagMutability": "IMMUTABLE_WITH_EXCLUSION"}
CD = "task.containerDefinitions[0]"
STATEMENT = "task-policy.policy.Statement[0]"
TRUST = "repo-policy.policy.Statement[0]"
IN = "balancer-in"
WAYS = (
    "gatewayId",
    "natGatewayId",
    "transitGatewayId",
    "vpcPeeringConnectionId",
    "networkInterfaceId",
    "egressOnlyGatewayId",
)
CLOSED = {"private-1-out": GONE} | {f"endpoint-{name}": GONE for name in ("ecr-api", "ecr-dkr", "s3", "logs")}
FACTS: list[tuple[str, str, str, Changes, State]] = [
    ("a filter is a part of the name", "ecr-scan-on-push", "repo", {FILTER: "web", SCANS: False}, "compliant"),
    ("an enhanced registry ignores the repository", "ecr-scan-on-push", "repo", {FILTER: "other/*"}, "violation"),
    (
        "a basic one does not",
        "ecr-scan-on-push",
        "repo",
        {FILTER: "other/*", "scanning.scanType": "BASIC"},
        "compliant",
    ),
    (
        "a tag that is not excluded stays",
        "image-digest-pinned",
        "task",
        EXCLUDED | {"repo.imageTagMutabilityExclusionFilters": [{"filter": "cache-*"}]},
        "compliant",
    ),
    (
        "an excluded one moves",
        "image-digest-pinned",
        "task",
        EXCLUDED | {"repo.imageTagMutabilityExclusionFilters": [{"filter": "c-*"}]},
        "violation",
    ),
    ("who pushed does not matter", "image-digest-pinned", "task", {"image": GONE}, "compliant"),
    (
        "the name alone makes no repository of ours",
        "image-from-managed-repo",
        "task",
        {f"{CD}.image": "docker.io/shop/web:1"},
        "violation",
    ),
    (
        "a public repository is none, whoever pushes to it",
        "image-from-managed-repo",
        "task",
        {f"{CD}.image": "docker.io/shop/web:1", "image.imageName": "docker.io/shop/web:1"},
        "violation",
    ),
    (
        "the graph does not tell a tag",
        "image-no-latest",
        "task",
        {"task.containerDefinitions": UNKNOWN, "image.imageName": UNKNOWN},
        "undecided",
    ),
    (
        "the image behind tells it",
        "image-no-latest",
        "task",
        {"task.containerDefinitions": UNKNOWN},
        "compliant",
    ),
    (
        "what is archived is not gone",
        "ecr-lifecycle-untagged",
        "lifecycle",
        {
            "lifecycle.policy.rules[0].action.type": "transition",
            "lifecycle.policy.rules[1].selection.tagStatus": "tagged",
        },
        "violation",
    ),
    (
        "an unreadable variable hides no secret",
        "ecs-env-no-secrets",
        "task",
        {
            f"{CD}.environment[0].value": {"odd": 1},
            f"{CD}.environment[1]": {"name": "DB_PASSWORD", "value": "correct-horse"},
        },
        "violation",
    ),
    (
        "a secret in a command",
        "ecs-env-no-secrets",
        "task",
        {f"{CD}.command": ["serve", "--key", "AKIAIOSFODNN7EXAMPLE"]},
        "violation",
    ),
    (
        "ECS does not block on logs by itself",
        "ecs-log-nonblocking",
        "task",
        {f"{CD}.logConfiguration.options.mode": GONE},
        "compliant",
    ),
    (
        "a log router has logs too",
        "ecs-log-configured",
        "task",
        {f"{CD}.firelensConfiguration": {"type": "fluentbit"}, f"{CD}.logConfiguration": GONE},
        "violation",
    ),
    (
        "a table that exists names each way, empty",
        "ecs-egress-path",
        "service",
        CLOSED
        | {"private-1-table.routes": [dict.fromkeys(WAYS, "") | {"cidrBlock": "0.0.0.0/0", "coreNetworkArn": ""}]},
        "violation",
    ),
    (
        "an endpoint is for its own VPC",
        "ecs-egress-path",
        "service",
        {"private-1-out": GONE, "endpoint-logs.vpcId": "vpc-elsewhere"},
        "violation",
    ),
    ("endpoints are a way out", "ecs-egress-path", "service", {"private-1-out": GONE}, "compliant"),
    (
        "ICMP has no ports",
        "sg-no-open-ingress",
        IN,
        {f"{IN}.ipProtocol": "icmp", f"{IN}.fromPort": 3, f"{IN}.toPort": 4},
        "compliant",
    ),
    (
        "half of the internet is the internet",
        "sg-no-open-ingress",
        IN,
        {f"{IN}.cidrIpv4": "128.0.0.0/1", f"{IN}.fromPort": 22, f"{IN}.toPort": 22},
        "violation",
    ),
    (
        "an unknown range hides no open one",
        "sg-no-open-ingress",
        IN,
        {f"{IN}.cidrIpv4": UNKNOWN, f"{IN}.cidrIpv6": "::/0", f"{IN}.fromPort": 22, f"{IN}.toPort": 22},
        "violation",
    ),
    ("a redirect is encryption enough", "alb-secure-listener", "redirect", {}, "compliant"),
    (
        "one to the same protocol is not",
        "alb-http-redirects",
        "redirect",
        {"redirect.defaultActions[0].redirect.protocol": "#{protocol}"},
        "violation",
    ),
    ("AWS matches 200 by itself", "tg-health-check", "targets", {"targets.healthCheck.matcher": GONE}, "compliant"),
    ("an error is not healthy", "tg-health-check", "targets", {"targets.healthCheck.matcher": "200-499"}, "violation"),
    ("gRPC counts otherwise", "tg-health-check", "targets", {"targets.healthCheck.matcher": "0-99"}, "compliant"),
    ("a function has no path", "tg-health-check", "targets", {"targets.targetType": "lambda"}, "not applicable"),
    (
        "a token is for all registries",
        "iam-no-wildcards",
        "task-policy",
        {f"{STATEMENT}.Action": ["ecr:GetAuthorizationToken"], f"{STATEMENT}.Resource": "*"},
        "compliant",
    ),
    (
        "a shell has no resource",
        "iam-no-wildcards",
        "task-policy",
        {f"{STATEMENT}.Action": ["ssmmessages:OpenDataChannel"], f"{STATEMENT}.Resource": "*"},
        "compliant",
    ),
    (
        "every log group is a wildcard",
        "iam-no-wildcards",
        "task-policy",
        {
            f"{STATEMENT}.Action": ["logs:PutLogEvents"],
            f"{STATEMENT}.Resource": "arn:aws:logs:eu-central-1:123456789012:log-group:*",
        },
        "violation",
    ),
    (
        "everything but one is a wildcard",
        "iam-no-wildcards",
        "task-policy",
        {f"{STATEMENT}.Resource": GONE, f"{STATEMENT}.NotResource": "arn:aws:s3:::secret/*"},
        "violation",
    ),
    (
        "actions have no case",
        "iam-passrole-scoped",
        "task-policy",
        {f"{STATEMENT}.Action": ["IAM:passrole"], f"{STATEMENT}.Resource": "*"},
        "violation",
    ),
    (
        "an organisation is not everybody",
        "ecr-policy-not-public",
        "repo-policy",
        {f"{TRUST}.Principal": "*", f"{TRUST}.Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-1"}}},
        "compliant",
    ),
    *(
        (
            f"{operator} lets in who has no such key",
            "ecr-policy-not-public",
            "repo-policy",
            {f"{TRUST}.Principal": "*", f"{TRUST}.Condition": {operator: {"aws:PrincipalOrgID": "o-1"}}},
            "violation",
        )
        for operator in ("StringEqualsIfExists", "StringNotEquals", "ForAllValues:StringEquals")
    ),
    (
        "a role of any account is everybody",
        "ecr-policy-not-public",
        "repo-policy",
        {
            f"{TRUST}.Principal": "*",
            f"{TRUST}.Condition": {"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/deploy"}},
        },
        "violation",
    ),
]


@pytest.mark.parametrize(
    ("rule", "name", "changes", "state"), [fact[1:] for fact in FACTS], ids=[f"{fact[1]}: {fact[0]}" for fact in FACTS]
)
def test_aws_wins(rule: str, name: str, changes: Changes, state: State):
    stack = stack_of(changed(sample(), changes))
    found = {f.verdict.state for f in together(BY_ID[rule], stack, TERMS) if f.resource.name == name}
    assert state in found
    assert found <= {state, "compliant"}


@pytest.mark.parametrize(
    ("token", "props"),
    [
        ("docker:index/image:Image", {"imageName": "docker.io/shop/web:latest"}),
        ("docker:index/registryImage:RegistryImage", {"name": "docker.io/shop/web:latest"}),
        ("docker-build:index:Image", {"tags": [IMAGE, "docker.io/shop/web:latest"]}),
        ("docker-build:index:Index", {"tag": "docker.io/shop/web:latest"}),
    ],
)
@pytest.mark.parametrize("rule", ["image-private-registry", "image-no-latest"])
def test_every_kind_of_image_is_judged_where_it_is_pushed_to(rule: str, token: str, props: dict[str, object]):
    stack = stack_of({"image": R(token, props)})
    assert "violation" in {f.verdict.state for f in together(BY_ID[rule], stack, TERMS)}


@pytest.mark.parametrize(
    ("rule", "name", "outputs"),
    [
        ("sg-rules-not-mixed", "task-group", {"ingress": [{"fromPort": 8080}]}),
        ("iam-not-exclusive-conflict", "task-role", {"managedPolicyArns": ["arn:aws:iam::123456789012:policy/task"]}),
    ],
)
def test_what_aws_tells_of_a_resource_is_not_what_the_program_wrote(rule: str, name: str, outputs: dict[str, object]):
    resources = [_refreshed(each, outputs) if each.name == name else each for each in rendered(sample())]
    assert {f.verdict.state for f in together(BY_ID[rule], Stack(resources), TERMS)} == {"compliant"}


def _refreshed(resource: Resource, outputs: dict[str, object]) -> Resource:
    """A resource as a stack tells of it after a refresh: with what other resources added to it."""
    return Resource(
        resource.urn,
        resource.type,
        lambda: {**resource.props, **outputs},
        tie=lambda: resource.edges,
        declared=resource,
    )
