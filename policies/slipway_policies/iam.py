"""IAM policy statements: whom they let in, to do what, on what."""

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import cast

from slipway_policies.documents import statements
from slipway_policies.node import Node
from slipway_policies.verdict import UndecidedError

NARROWING = (
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principalaccount",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:sourceowner",
    "aws:principalarn",
    "kms:calleraccount",
    "aws:sourcevpc",
    "aws:sourcevpce",
)
"""Condition keys that take `*` back to known principals (IAM user guide, the meaning of "public")."""

NO_RESOURCE = (
    "acm:ListCertificates",
    "application-autoscaling:Describe*",
    "autoscaling:Describe*",
    "cloudwatch:GetMetricData",
    "cloudwatch:ListMetrics",
    "cloudwatch:PutMetricData",
    "ec2:Describe*",
    "ecr:GetAuthorizationToken",
    "ecr-public:GetAuthorizationToken",
    "ecs:DeregisterTaskDefinition",
    "ecs:DescribeTaskDefinition",
    "ecs:DiscoverPollEndpoint",
    "ecs:ListClusters",
    "ecs:ListTaskDefinitions",
    "elasticloadbalancing:Describe*",
    "kms:ListAliases",
    "logs:DescribeLogGroups",
    "s3:ListAllMyBuckets",
    "secretsmanager:GetRandomPassword",
    "secretsmanager:ListSecrets",
    "servicediscovery:DiscoverInstances",
    "ssm:DescribeParameters",
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
    "sts:GetCallerIdentity",
    "sts:GetServiceBearerToken",
    "xray:GetSampling*",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
)
"""Actions that take no resource (Service Authorization Reference, "Actions, resources, and condition keys")."""
EVERY = re.compile(
    r"^(\*|arn:[^:]*:[^:]*:[^:]*:[^:]*:(\*|(cluster|function|instance|key|log-group|parameter|policy|repository|role|secret"
    r"|service|table|task|task-definition|user)[/:]\*(:\*)?))$"
)
"""Resources that are everything, or everything of a kind."""
BY_RESOURCE = (
    "aws:resource",
    "aws:calledvia",
    "kms:viaservice",
    "ecs:cluster",
    "secretsmanager:resourcetag",
    "ssm:resourcetag",
    "s3:dataaccesspointaccount",
    "iam:passedtoservice",
    "aws:requesttag",
    "ec2:vpc",
)
"""Beginnings of condition keys that narrow the resource `*`."""


def allows(statement: Node) -> bool:
    """Whether the statement allows something."""
    return statement.text("Effect") == "Allow"


def principals(statement: Node, kind: str) -> list[str]:
    """The principals of a kind (`AWS`, `Service`, `Federated`); `*` alone stands for `AWS`."""
    found = statement.at("Principal")
    if isinstance(found.value, str):
        return [found.value] if kind == "AWS" else []
    if found.value is None:
        return []
    if not isinstance(found.value, Mapping):
        raise UndecidedError(found.path, "cannot be judged: it should be a map of principals")
    return found.texts(kind)


def is_public(statement: Node) -> bool:
    """Whether an allowing statement lets everybody in, without a condition that names them."""
    if not allows(statement):
        return False
    if statement.has("NotPrincipal"):
        return True
    everybody = any(each in ("*", "arn:aws:iam::*:root") for each in principals(statement, "AWS"))
    return everybody and not any(key in NARROWING for key in condition_keys(statement))


def condition_keys(statement: Node) -> Iterator[str]:
    """The keys of a statement's conditions in lower case.

    What holds where the key is missing does not narrow: negated and `IfExists` operators, `ForAllValues`, `Null`.
    """
    for operator, held in statement.entries("Condition"):
        name = operator.lower()
        if "not" in name or name.startswith("forallvalues") or name.endswith("ifexists") or name == "null":
            continue
        if not isinstance(held.value, Mapping):
            raise UndecidedError(held.path, "cannot be judged: it should be a map")
        for key, wanted in cast("Mapping[str, object]", held.value).items():
            if not any(map(_is_open, wanted if isinstance(wanted, list) else [wanted])):
                yield str(key).lower()


def _is_open(wanted: object) -> bool:
    """Whether a condition's value stands for anybody: `*`, or an ARN whose account is a wildcard."""
    text = str(wanted)
    return text == "*" or (text.startswith("arn:") and "*" in ":".join(text.split(":")[4:5]))


def policies_of(holder: Node) -> list[Node]:
    """The statements of every policy that a resource writes: a policy, or a role's inline ones."""
    inline = [found for each in holder.items("inlinePolicies") for found in statements(each, "policy")]
    return inline + statements(holder, "policy")


def wildcards(statement: Node) -> list[str]:
    """The actions of a statement that stand for many."""
    return [action for action in statement.texts("Action") if "*" in action or "?" in action]


def covering(statement: Node, *wanted: str) -> list[str]:
    """The actions of a statement that are one of `wanted`, or stand for it: `iam:*` for `iam:PassRole`."""
    return [
        action
        for action in statement.texts("Action")
        if any(fnmatchcase(each.lower(), action.lower()) for each in wanted)
    ]


def on_everything(statement: Node) -> bool:
    """Whether a statement is about every resource, with no condition that narrows it."""
    if statement.has("NotResource"):
        return True
    every = any(map(EVERY.match, statement.texts("Resource")))
    return every and not any(key.startswith(BY_RESOURCE) for key in condition_keys(statement))


def only_without_resource(action: str) -> bool:
    """Whether AWS offers an action no resource to be narrowed to."""
    return any(fnmatchcase(action.lower(), known.lower()) for known in NO_RESOURCE)
