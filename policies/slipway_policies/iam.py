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
    "autoscaling:Describe*",
    "cloudwatch:GetMetricData",
    "cloudwatch:ListMetrics",
    "cloudwatch:PutMetricData",
    "ec2:Describe*",
    "ecr:GetAuthorizationToken",
    "ecr-public:GetAuthorizationToken",
    "ecs:DiscoverPollEndpoint",
    "elasticloadbalancing:Describe*",
    "logs:DescribeLogGroups",
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
EVERY = re.compile(r"^arn:[^:]*:[^:]*:[^:]*:[^:]*:\*$")
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
    """The keys of a statement's conditions in lower case; negated and `IfExists` operators do not narrow."""
    for operator, held in statement.entries("Condition"):
        name = operator.lower()
        if "not" in name or name.endswith("ifexists") or name == "null":
            continue
        if not isinstance(held.value, Mapping):
            raise UndecidedError(held.path, "cannot be judged: it should be a map")
        for key, wanted in cast("Mapping[str, object]", held.value).items():
            if wanted not in ("*", ["*"]):
                yield str(key).lower()


def policies_of(holder: Node) -> list[Node]:
    """The statements of every policy that a resource writes: a policy, or a role's inline ones."""
    inline = [found for each in holder.items("inlinePolicies") for found in statements(each, "policy")]
    return inline + statements(holder, "policy")


def wildcards(statement: Node) -> list[str]:
    """The actions of an allowing statement that stand for many."""
    return [action for action in statement.texts("Action") if "*" in action or "?" in action]


def on_everything(statement: Node) -> bool:
    """Whether a statement is about every resource, with no condition that narrows it."""
    if statement.has("NotResource"):
        return True
    every = any(resource == "*" or EVERY.match(resource) for resource in statement.texts("Resource"))
    return every and not any(key.startswith(BY_RESOURCE) for key in condition_keys(statement))


def only_without_resource(action: str) -> bool:
    """Whether AWS offers an action no resource to be narrowed to."""
    return any(fnmatchcase(action.lower(), known.lower()) for known in NO_RESOURCE)
