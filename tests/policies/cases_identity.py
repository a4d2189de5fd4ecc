"""Roles, policies, keys, secrets, and the program itself."""

from cases import BY_OPTION, Case
from sample import GONE

BROKEN = "[{"
STATEMENT = "task-policy.policy.Statement[0]"
TRUST = "execution.assumeRolePolicy.Statement[0]"
NO_POLICY = "not applicable"


def _malformed(document: str) -> tuple[dict[str, object], str]:
    return {document: BROKEN}, "undecided"


CASES = [
    Case(
        "iam-no-admin",
        {f"{STATEMENT}.Action": "*", f"{STATEMENT}.Resource": "*"},
        path="task-policy.policy",
        absent="compliant",
        malformed=_malformed("task-policy.policy"),
        also=("iam-no-wildcards", "iam-no-escalation", "iam-passrole-scoped", "iam-kms-scoped"),
    ),
    Case(
        "iam-no-wildcards",
        {f"{STATEMENT}.Action": "s3:*"},
        path="task-policy.policy",
        absent=NO_POLICY,
        malformed=_malformed("task-policy.policy"),
    ),
    Case(
        "iam-no-aws-managed",
        {"attachment.policyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"},
        path="attachment.policyArn",
        absent="compliant",
    ),
    Case(
        "iam-trust-scoped",
        {f"{TRUST}.Condition": GONE},
        path="execution.assumeRolePolicy",
        absent=NO_POLICY,
        malformed=_malformed("execution.assumeRolePolicy"),
    ),
    Case(
        "iam-passrole-scoped",
        {f"{STATEMENT}.Action": ["iam:PassRole"], f"{STATEMENT}.Resource": "arn:aws:iam::123456789012:role/*"},
        path="task-policy.policy",
        absent=NO_POLICY,
        malformed=_malformed("task-policy.policy"),
        also=("iam-no-wildcards",),
    ),
    Case(
        "iam-no-escalation",
        {f"{STATEMENT}.Action": ["iam:PutRolePolicy"], f"{STATEMENT}.Resource": "*"},
        path="task-policy.policy",
        absent=NO_POLICY,
        malformed=_malformed("task-policy.policy"),
        also=("iam-no-wildcards",),
    ),
    Case(
        "iam-kms-scoped",
        {
            f"{STATEMENT}.Action": ["kms:Decrypt"],
            f"{STATEMENT}.Resource": "arn:aws:kms:eu-central-1:123456789012:key/*",
        },
        path="task-policy.policy",
        absent=NO_POLICY,
        malformed=_malformed("task-policy.policy"),
        also=("iam-no-wildcards",),
    ),
    Case(
        "iam-execution-role-minimal",
        {"execution-policy.policy.Statement[0].Action": ["s3:PutObject"]},
        subject="task",
        path="execution-policy.policy",
        absent="compliant",
        malformed=_malformed("execution-policy.policy"),
        outside={"task.executionRoleArn": "arn:aws:iam::123456789012:role/elsewhere"},
    ),
    Case(
        "iam-not-exclusive-conflict",
        {"task-role.managedPolicyArns": ["arn:aws:iam::123456789012:policy/own"]},
        path="task-role.managedPolicyArns",
        absent="compliant",
        unknown="violation",
        odd=["odd"],
        malformed="violation",
    ),
    Case(
        "iam-ci-oidc-scoped",
        {"pipeline.assumeRolePolicy.Statement[0].Condition": GONE},
        path="pipeline.assumeRolePolicy",
        absent=NO_POLICY,
        malformed=_malformed("pipeline.assumeRolePolicy"),
        outside={"pipeline.assumeRolePolicy.Statement[0].Principal": {"Service": "ec2.amazonaws.com"}},
    ),
    Case(
        "iam-boundary",
        {"task-role.permissionsBoundary": GONE},
        path="task-role.permissionsBoundary",
        unknown="compliant",
        malformed="compliant",
    ),
    Case(
        "kms-rotation",
        {"key.enableKeyRotation": False},
        path="key.enableKeyRotation",
        outside={"key.keyUsage": "SIGN_VERIFY"},
    ),
    Case(
        "kms-policy-scoped",
        {"key.policy.Statement[0].Principal": "*"},
        path="key.policy",
        absent=NO_POLICY,
        malformed=_malformed("key.policy"),
    ),
    Case("kms-deletion-window", {"key.deletionWindowInDays": 1}, path="key.deletionWindowInDays", absent="compliant"),
    Case(
        "kms-no-lockout-bypass",
        {"key.bypassPolicyLockoutSafetyCheck": True},
        path="key.bypassPolicyLockoutSafetyCheck",
        absent="compliant",
    ),
    Case(
        "secret-not-literal",
        {"secret-version.secretString": "hunter2"},
        path="secret-version.secretString",
        absent="compliant",
    ),
    Case("secret-cmk", {"secret.kmsKeyId": GONE}, path="secret.kmsKeyId", unknown="compliant", malformed="compliant"),
    Case(
        "secret-rotation",
        {"rotation": GONE},
        subject="secret",
        path="rotation.rotationRules.automaticallyAfterDays",
        absent="compliant",
    ),
    Case(
        "secret-policy-scoped",
        {"secret.policy.Statement[0].Principal": {"AWS": "*"}},
        path="secret.policy",
        absent=NO_POLICY,
        malformed=_malformed("secret.policy"),
    ),
    Case(
        "provider-account-pinned",
        {"provider.allowedAccountIds": '["210987654321"]'},
        path="provider.allowedAccountIds",
    ),
    Case(
        "provider-region-allowed",
        {"provider.region": "us-east-1"},
        path="provider.region",
        absent="not applicable",
        outside={},
        unset=("regions",),
    ),
    Case(
        "stateful-protected",
        {"key!protect": False},
        absent=BY_OPTION,
        unknown=BY_OPTION,
        malformed=BY_OPTION,
    ),
    Case(
        "no-ignored-security",
        {"repo!ignore": ("imageTagMutability",)},
        absent=BY_OPTION,
        unknown=BY_OPTION,
        malformed=BY_OPTION,
    ),
]
