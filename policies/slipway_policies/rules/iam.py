"""Roles and policies: who may take them on, and what they allow."""

import re
from fnmatch import fnmatchcase

from slipway_policies import kinds
from slipway_policies.documents import statements
from slipway_policies.iam import (
    allows,
    condition_keys,
    covering,
    is_public,
    on_everything,
    only_without_resource,
    policies_of,
    principals,
    wildcards,
)
from slipway_policies.node import Node
from slipway_policies.resource import Resource
from slipway_policies.rule import rule, stack_rule
from slipway_policies.settings import Terms
from slipway_policies.stack import Stack
from slipway_policies.verdict import COMPLIANT, UndecidedError, Verdict, not_applicable, strictest

POLICY = kinds.IAM_POLICY | kinds.ROLE
ADMIN = ("AdministratorAccess", "IAMFullAccess", "PowerUserAccess")
PULL_AND_LOG = (
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:BatchImportUpstreamImage",
    "ecr:CreateRepository",
    "ecr:GetAuthorizationToken",
    "ecr:GetDownloadUrlForLayer",
    "kms:Decrypt",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "s3:GetBucketLocation",
    "s3:GetObject",
    "secretsmanager:GetSecretValue",
    "ssm:GetParameters",
)
"""What ECS needs to start a task (Amazon ECS developer guide, "Amazon ECS task execution IAM role"; for an image that
comes through a cache: Amazon ECR user guide, "IAM permissions required to sync an upstream registry")."""
CONFUSED_DEPUTY = ("aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths")
DEPUTIES = ("ecs-tasks.amazonaws.com", "vpc-flow-logs.amazonaws.com")
"""Services that AWS's guides ask to be bound to the account ("The confused deputy problem")."""
STRONG = (
    "ec2:GetPasswordData",
    "rds-db:connect",
    "s3:GetObject",
    "secretsmanager:GetSecretValue",
    "ssm:GetParameter",
    "ssm:GetParameters",
    "ssm:GetParametersByPath",
    "sts:AssumeRole",
    "sts:GetFederationToken",
    "iam:AddUserToGroup",
    "iam:AttachRolePolicy",
    "iam:AttachUserPolicy",
    "iam:CreateAccessKey",
    "iam:CreateLoginProfile",
    "iam:CreatePolicyVersion",
    "iam:PutRolePolicy",
    "iam:PutUserPolicy",
    "iam:SetDefaultPolicyVersion",
    "iam:UpdateAssumeRolePolicy",
)
GITHUB = "token.actions.githubusercontent.com"
SUBJECT = re.compile(r"^repo:[\w.@-]+/[\w.@-]+:.+$")


def _allowing(holder: Node) -> list[Node]:
    return [statement for statement in policies_of(holder) if allows(statement)]


def _own_policies(holder: Node, _: Terms, stack: Stack) -> Verdict:
    """Proves that what is attached is a policy of this stack, which is judged by itself."""
    for path in ("policyArn", "managedPolicyArns"):
        if stack.sources(holder.resource, path, kinds.POLICY):
            return COMPLIANT
    raise UndecidedError("policyArn", "is not known, and is no policy of this stack")


@rule(
    "iam-no-admin",
    kinds.POLICY_ATTACHMENT | POLICY,
    "critical",
    "No role is an administrator.",
    why="Whoever gets into such a task owns the account.",
    mend="Allow the actions that the program uses, on its own resources.",
    anchors=(
        "SH IAM.1; CKV CKV_AWS_62, CKV_AWS_274, CKV2_AWS_40, CKV2_AWS_56; CIS 2.15; Prw "
        "iam_aws_attached_policy_no_administrative_privileges, "
        "iam_customer_attached_policy_no_administrative_privileges, "
        "iam_customer_unattached_policy_no_administrative_privileges, "
        "iam_inline_policy_no_administrative_privileges, iam_role_administratoraccess_policy"
    ),
    proof=_own_policies,
)
def no_admin(holder: Node, _: Terms) -> Verdict:
    arns = [*holder.texts("managedPolicyArns"), holder.text("policyArn")]
    for arn in arns:
        if arn.rpartition("/")[2] in ADMIN:
            return Verdict("violation", "policyArn" if holder.has("policyArn") else "managedPolicyArns", f"is {arn}")
    if holder.resource.type in kinds.POLICY_ATTACHMENT:
        return COMPLIANT
    return strictest(_administers, _allowing(holder))


def _administers(statement: Node) -> Verdict:
    if not on_everything(statement):
        return COMPLIANT
    if statement.has("NotAction"):
        return statement.violates("NotAction")
    everything = {"*", "*:*", "iam:*"} & {action.lower() for action in statement.texts("Action")}
    return statement.violates("Action") if everything else COMPLIANT


@rule(
    "iam-no-wildcards",
    POLICY,
    "high",
    "Policies name actions and resources.",
    why="A wildcard allows what AWS adds tomorrow, on what somebody makes tomorrow.",
    mend="Name the actions, and the ARNs; where AWS offers an action no resource, add it to wildcardActions.",
    anchors=(
        "SH IAM.21; Nag IAM5; CKV CKV_AWS_63, CKV_AWS_111, CKV_AWS_290, CKV_AWS_355, CKV_AWS_356; AVD 0057, "
        "0345; Prw iam_no_custom_policy_permissive_role_assumption"
    ),
    each=_allowing,
)
def no_wildcards(statement: Node, terms: Terms) -> Verdict:
    granted = terms.settings.wildcard_actions
    narrowable = [
        action
        for action in statement.texts("Action")
        if not only_without_resource(action) and not any(fnmatchcase(action, each) for each in granted)
    ]
    if statement.has("NotAction"):
        return statement.violates("NotAction")
    if set(narrowable) & set(wildcards(statement)):
        return statement.violates("Action")
    if not narrowable or not on_everything(statement):
        return COMPLIANT
    path = "NotResource" if statement.has("NotResource") else "Resource"
    return statement.violates(path, shown=f"is everything, and {narrowable[0]} can be narrowed")


def _attached(arn: str, terms: Terms) -> bool:
    return any(fnmatchcase(arn, allowed) for allowed in terms.settings.managed_policies)


@rule(
    "iam-no-aws-managed",
    kinds.POLICY_ATTACHMENT | kinds.ROLE,
    "low",
    "Roles have policies of their own.",
    why="AWS changes its managed policies, and writes them for everybody.",
    mend="Write a policy for this role, or add the ARN to managedPolicies.",
    anchors="Nag IAM4",
    tier=3,
    proof=_own_policies,
)
def no_aws_managed(holder: Node, terms: Terms) -> Verdict:
    for arn in [*holder.texts("managedPolicyArns"), holder.text("policyArn")]:
        if ":iam::aws:policy/" in arn and not _attached(arn, terms):
            path = "policyArn" if holder.has("policyArn") else "managedPolicyArns"
            return Verdict("violation", path, f"is {arn}")
    return COMPLIANT


def _trust(role: Node) -> list[Node]:
    return [statement for statement in statements(role, "assumeRolePolicy") if allows(statement)]


@rule(
    "iam-trust-scoped",
    kinds.ROLE,
    "medium",
    "Roles are for those whom they name, in this account.",
    why="A role that any account, or ECS on behalf of any account, may take on is somebody else's.",
    mend=(
        "Name the service or the account, and add a condition on aws:SourceAccount or aws:SourceArn for "
        "ecs-tasks.amazonaws.com."
    ),
    anchors="CKV CKV_AWS_60, CKV_AWS_61; Prw iam_role_cross_service_confused_deputy_prevention",
    each=_trust,
)
def trust_scoped(statement: Node, _: Terms) -> Verdict:
    if is_public(statement) or "*" in principals(statement, "Service"):
        return statement.violates("Principal")
    services = [name for name in principals(statement, "Service") if name in DEPUTIES]
    if services and not any(key in CONFUSED_DEPUTY for key in condition_keys(statement)):
        return statement.violates("Condition", shown=f"does not bind {services[0]} to this account")
    return COMPLIANT


@rule(
    "iam-passrole-scoped",
    POLICY,
    "high",
    "Roles are passed on by name.",
    why="Who may pass any role to a service has what the strongest role has.",
    mend="Name the roles in Resource.",
    anchors="AVD 0342",
    tier=2,
    each=_allowing,
)
def passrole_scoped(statement: Node, _: Terms) -> Verdict:
    return _narrowed(statement, "iam:PassRole")


def _narrowed(statement: Node, *actions: str) -> Verdict:
    """Whether a statement that allows one of these actions says on what."""
    found = covering(statement, *actions)
    if not found or not on_everything(statement):
        return COMPLIANT
    return statement.violates("Resource", shown=f"is everything for {found[0]}")


@rule(
    "iam-no-escalation",
    POLICY,
    "medium",
    "No role can make itself stronger, nor read every secret.",
    why="Who may change policies has every permission, and who may read every secret has every password.",
    mend="Take the actions on policies, roles and secrets out, or name the one resource that they are for.",
    anchors=(
        "CKV CKV_AWS_107, CKV_AWS_108, CKV_AWS_109, CKV_AWS_110, CKV_AWS_286, CKV_AWS_287, CKV_AWS_288, "
        "CKV_AWS_289; Prw iam_policy_allows_privilege_escalation, "
        "iam_inline_policy_allows_privilege_escalation"
    ),
    tier=3,
    each=_allowing,
)
def no_escalation(statement: Node, _: Terms) -> Verdict:
    return _narrowed(statement, *STRONG)


@rule(
    "iam-kms-scoped",
    POLICY,
    "medium",
    "Decryption is for named keys.",
    why="With kms:Decrypt on every key, encryption protects nothing from this role.",
    mend="Name the keys in Resource.",
    anchors="SH KMS.1, KMS.2; Prw iam_policy_no_full_access_to_kms, iam_inline_policy_no_full_access_to_kms",
    tier=2,
    each=_allowing,
)
def kms_scoped(statement: Node, _: Terms) -> Verdict:
    return _narrowed(statement, "kms:Decrypt", "kms:ReEncryptFrom")


@stack_rule(
    "iam-execution-role-minimal",
    kinds.TASK_DEFINITION,
    "medium",
    "The execution role starts tasks, and does no more.",
    why="ECS uses it before the program runs: what the program needs belongs to the task role.",
    mend="Leave pulling, logging and reading the listed secrets, and move the rest to the task role.",
    tier=2,
)
def execution_role_minimal(task: Node, _: Terms, stack: Stack) -> Verdict:
    roles = stack.linked(task.resource, "executionRoleArn", kinds.ROLE)
    for role in roles:
        for policy in _policies(role, stack):
            for statement in _allowing(Node(policy)):
                more = [action for action in statement.texts("Action") if action not in PULL_AND_LOG]
                if more:
                    return Verdict(
                        "violation", "executionRoleArn", f"is {role.name}, which {policy.name} allows {more[0]}"
                    )
    return COMPLIANT if roles else not_applicable("its execution role is managed elsewhere")


def _policies(role: Resource, stack: Stack) -> list[Resource]:
    return [role, *stack.users(kinds.ROLE_POLICY, "role", role)]


@stack_rule(
    "iam-not-exclusive-conflict",
    kinds.ROLE,
    "medium",
    "A role's policies are given in one way.",
    why="A role that lists its policies removes those that are attached beside it, at every update.",
    mend="Take managedPolicyArns and inlinePolicies out of the role.",
    tier=3,
)
def not_exclusive(role: Node, _: Terms, stack: Stack) -> Verdict:
    written = Node(role.resource.declared)
    pairs = (("managedPolicyArns", kinds.ROLE_ATTACHMENT), ("inlinePolicies", kinds.ROLE_POLICY))
    for path, kind in pairs:
        beside = stack.users(kind, "role", role.resource)
        if written.has(f"{path}[0]") and beside:
            return Verdict("violation", path, f"is written in the role, and {beside[0].name} beside it")
    return COMPLIANT


@rule(
    "iam-ci-oidc-scoped",
    kinds.ROLE,
    "high",
    "A pipeline's role is for one repository.",
    why=(
        "GitHub signs tokens for every repository there is: without a condition on the subject anybody's "
        "workflow may deploy."
    ),
    mend="Add a condition on token.actions.githubusercontent.com:sub, such as repo:OWNER/NAME:ref:refs/heads/main.",
    anchors="CKV CKV_AWS_358, CKV_AWS_393; Prw iam_role_github_oidc_trust_subject_restricted",
    tier=2,
    each=_trust,
)
def ci_oidc_scoped(statement: Node, _: Terms) -> Verdict:
    if not any(each.endswith(GITHUB) for each in principals(statement, "Federated")):
        return not_applicable("GitHub does not take it on")
    subjects = [
        text
        for operator, held in statement.entries("Condition")
        if operator in ("StringEquals", "StringLike")
        for key, value in held.entries("")
        if key.lower() == f"{GITHUB}:sub"
        for text in value.texts("")
    ]
    if subjects and all(SUBJECT.match(text) and "*" not in text.split(":")[1] for text in subjects):
        return COMPLIANT
    return statement.violates("Condition", shown=f"has {', '.join(subjects) or 'no subject'} for GitHub")


@rule(
    "iam-boundary",
    kinds.ROLE,
    "low",
    "Roles have a boundary.",
    why="A boundary holds whatever policies are attached later.",
    mend="Set permissionsBoundary.",
    tier=3,
    level="disabled",
)
def boundary(role: Node, _: Terms) -> Verdict:
    return COMPLIANT if role.has("permissionsBoundary") else role.violates("permissionsBoundary")
