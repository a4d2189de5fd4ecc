"""Keys, secrets and parameters."""

from slipway_policies import kinds
from slipway_policies.documents import statements
from slipway_policies.iam import is_public
from slipway_policies.node import Node
from slipway_policies.rule import rule, stack_rule
from slipway_policies.secrets import looks_secret
from slipway_policies.settings import Terms
from slipway_policies.stack import Stack
from slipway_policies.verdict import COMPLIANT, Verdict, not_applicable

KEY = kinds.KEY
SYMMETRIC = ("", "SYMMETRIC_DEFAULT")


@rule(
    "kms-rotation",
    KEY,
    "medium",
    "Keys are rotated.",
    why="What a lost key can read ends with its year.",
    mend="Set enableKeyRotation to true.",
    anchors="SH KMS.4; CKV CKV_AWS_7; Nag KMS5; AVD 0065; CIS 4.6; Prw kms_cmk_rotation_enabled",
)
def rotation(key: Node, _: Terms) -> Verdict:
    if (
        key.text("customerMasterKeySpec") not in SYMMETRIC
        or key.text("keyUsage", "ENCRYPT_DECRYPT") != "ENCRYPT_DECRYPT"
    ):
        return not_applicable("AWS rotates symmetric keys only")
    return COMPLIANT if key.flag("enableKeyRotation") else key.violates("enableKeyRotation")


@rule(
    "kms-policy-scoped",
    KEY | kinds.KEY_POLICY,
    "high",
    "Key policies let nobody in whom they do not name.",
    why="A principal of `*` lets every AWS account use the key.",
    mend="Name the account or the roles, or add a condition on kms:CallerAccount.",
    anchors="SH KMS.5; CKV CKV_AWS_33, CKV2_AWS_64; Prw kms_key_not_publicly_accessible",
    each=lambda key: statements(key, "policy"),
)
def policy_scoped(statement: Node, _: Terms) -> Verdict:
    return statement.violates("Principal") if is_public(statement) else COMPLIANT


@rule(
    "kms-deletion-window",
    KEY,
    "low",
    "A deleted key can be called back.",
    why="What it encrypted cannot be read again, by nobody.",
    mend="Set deletionWindowInDays to keyDeletionDays or more, and leave isEnabled alone.",
    anchors="SH KMS.3; CKV CKV_AWS_227; Prw kms_cmk_not_deleted_unintentionally",
    tier=2,
)
def deletion_window(key: Node, terms: Terms) -> Verdict:
    if not key.flag("isEnabled", default=True):
        return key.violates("isEnabled")
    days = key.number("deletionWindowInDays", 30) or 0
    return COMPLIANT if days >= terms.settings.key_deletion_days else key.violates("deletionWindowInDays")


@rule(
    "kms-no-lockout-bypass",
    KEY | kinds.KEY_POLICY,
    "medium",
    "Nobody can be locked out of a key.",
    why="Without the check a policy can make a key that no one may change, the account's owner included.",
    mend="Take bypassPolicyLockoutSafetyCheck out.",
    tier=3,
)
def no_lockout_bypass(key: Node, _: Terms) -> Verdict:
    path = "bypassPolicyLockoutSafetyCheck"
    return key.violates(path) if key.flag(path) else COMPLIANT


@stack_rule(
    "secret-not-literal",
    kinds.SECRET_VERSION | kinds.PARAMETER,
    "high",
    "Secrets are not written in the program.",
    why="A literal is in the repository's history, and in the state of whoever may read it.",
    mend="Let a person or another resource make the value, and give a parameter with a secret the type SecureString.",
    anchors="CKV CKV2_AWS_34, CKV_AWS_337",
)
def not_literal(secret: Node, terms: Terms, _: Stack) -> Verdict:
    if secret.resource.type in kinds.PARAMETER:
        return _parameter(secret, terms)
    for path in ("secretString", "secretBinary"):
        if not _made_elsewhere(secret, path) and secret.text(path):
            return secret.violates(path, shown="is written in the program")
    return COMPLIANT


def _made_elsewhere(secret: Node, path: str) -> bool:
    """Whether another resource makes the value, such as a random password."""
    return bool(secret.resource.edges.properties.get(path))


def _parameter(parameter: Node, terms: Terms) -> Verdict:
    if parameter.text("type") == "SecureString":
        return COMPLIANT
    name = (parameter.text("name") or parameter.resource.name).rpartition("/")[2]
    written = [parameter.text(path) for path in ("value", "insecureValue") if not _made_elsewhere(parameter, path)]
    why = looks_secret(name, "".join(written) or "x", terms.settings)
    if why is None:
        return COMPLIANT
    return parameter.violates("type", shown=f"is {parameter.text('type') or 'not set'}, and the parameter {why}")


@rule(
    "secret-cmk",
    kinds.SECRET,
    "low",
    "Secrets are encrypted with a key of one's own.",
    why="With AWS's own key every principal of the account that may read secrets can read this one.",
    mend="Set kmsKeyId.",
    anchors="CKV CKV_AWS_149; AVD 0098",
    tier=3,
)
def secret_cmk(secret: Node, _: Terms) -> Verdict:
    return COMPLIANT if secret.has("kmsKeyId") else secret.violates("kmsKeyId")


@stack_rule(
    "secret-rotation",
    kinds.SECRET,
    "medium",
    "Secrets are rotated.",
    why="What leaked unseen ends with the next rotation.",
    mend="Add an aws.secretsmanager.SecretRotation within the days of rotationDays.",
    anchors=(
        "SH SecretsManager.1, SecretsManager.4; Nag SMG4; CKV CKV2_AWS_57, CKV_AWS_304; Prw "
        "secretsmanager_automatic_rotation_enabled, secretsmanager_secret_rotated_periodically"
    ),
    tier=3,
)
def secret_rotation(secret: Node, terms: Terms, stack: Stack) -> Verdict:
    for each in map(Node, stack.users(kinds.SECRET_ROTATION, "secretId", secret.resource)):
        days = each.number("rotationRules.automaticallyAfterDays")
        if days is None or days <= terms.settings.rotation_days:
            return COMPLIANT
        return Verdict("violation", "", f"is rotated every {days:g} days by {each.resource.name}")
    return Verdict("violation", "", "has no rotation in this stack")


@rule(
    "secret-policy-scoped",
    kinds.SECRET | kinds.SECRET_POLICY,
    "critical",
    "Secret policies let nobody in whom they do not name.",
    why="A principal of `*` lets every AWS account read the secret.",
    mend="Name the roles that need it.",
    anchors="Prw secretsmanager_not_publicly_accessible, secretsmanager_has_restrictive_resource_policy",
    tier=2,
    each=lambda secret: statements(secret, "policy"),
)
def secret_policy_scoped(statement: Node, _: Terms) -> Verdict:
    return statement.violates("Principal") if is_public(statement) else COMPLIANT
