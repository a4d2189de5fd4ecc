"""The program itself: its providers, its options, its firewalls."""

from slipway_policies import kinds
from slipway_policies.documents import document
from slipway_policies.node import Node
from slipway_policies.rule import rule, stack_rule
from slipway_policies.settings import Terms
from slipway_policies.stack import Stack
from slipway_policies.verdict import COMPLIANT, Verdict, not_applicable

STATEFUL = kinds.REPOSITORY | kinds.KEY | kinds.SECRET | kinds.BUCKET
GUARDED = {
    kinds.REPOSITORY: ("imageTagMutability", "imageScanningConfiguration", "encryptionConfigurations"),
    kinds.TASK_DEFINITION: ("containerDefinitions", "networkMode", "pidMode", "ipcMode", "taskRoleArn"),
    kinds.SERVICE: ("networkConfiguration", "deploymentCircuitBreaker", "enableExecuteCommand"),
    kinds.LISTENER: ("defaultActions", "sslPolicy", "protocol", "certificateArn"),
    kinds.LOAD_BALANCER: ("internal", "dropInvalidHeaderFields", "securityGroups"),
    kinds.SECURITY_GROUP: ("ingress", "egress"),
    kinds.ROLE: ("assumeRolePolicy", "inlinePolicies"),
    kinds.IAM_POLICY: ("policy",),
    kinds.KEY: ("policy", "enableKeyRotation"),
}
"""Properties that this pack checks, and that a program might freeze."""


def _account_ids(provider: Node) -> list[str]:
    """The accounts that a provider is bound to; the engine writes lists of a provider as JSON texts."""
    found = document(provider, "allowedAccountIds")
    if found.value is None or isinstance(found.value, list):
        return found.texts("")
    return [found.text("")]


@rule(
    "provider-account-pinned",
    kinds.AWS_PROVIDER,
    "high",
    "The program refuses every account but its own.",
    why="With the wrong credentials in the shell, the stack is made in somebody else's account.",
    mend="Set aws:allowedAccountIds in the stack file.",
)
def account_pinned(provider: Node, terms: Terms) -> Verdict:
    accounts = _account_ids(provider)
    foreign = [each for each in accounts if terms.settings.accounts and each not in terms.settings.accounts]
    if accounts and not foreign:
        return COMPLIANT
    return provider.violates("allowedAccountIds", shown=f"names {foreign[0]}" if foreign else "is not set")


@rule(
    "provider-region-allowed",
    None,
    "medium",
    "The stack is in an agreed region.",
    why="Data may have to stay in a country, and nobody looks into the other regions.",
    mend="Set aws:region, or the resource's own region, to one of regions.",
    tier=2,
)
def region_allowed(resource: Node, terms: Terms) -> Verdict:
    kind = resource.resource.type
    if not terms.settings.regions or not (kind in kinds.AWS_PROVIDER or kind.startswith("aws:")):
        return not_applicable("regions is empty, or it is no resource of AWS")
    region = resource.text("region")
    if not region:
        return not_applicable("it names no region of its own")
    return COMPLIANT if region in terms.settings.regions else resource.violates("region")


@rule(
    "stateful-protected",
    STATEFUL,
    "medium",
    "What holds data is protected from deletion.",
    why="A rename in the program is a replacement, and a replacement deletes the data.",
    mend="Set the resource option protect.",
    tier=2,
    relaxed=("dev", "staging"),
)
def stateful_protected(resource: Node, _: Terms) -> Verdict:
    return COMPLIANT if resource.resource.protect else Verdict("violation", "", "is not protected")


@rule(
    "no-ignored-security",
    frozenset[str]().union(*GUARDED),
    "medium",
    "No property that this pack checks is frozen.",
    why="With ignore_changes the program says one thing, and another one is there.",
    mend="Take the property out of ignore_changes.",
    tier=2,
)
def no_ignored_security(resource: Node, _: Terms) -> Verdict:
    guarded = next(paths for kind, paths in GUARDED.items() if resource.resource.type in kind)
    for ignored in resource.resource.ignore_changes:
        if ignored == "*" or ignored.split(".")[0].split("[")[0] in guarded:
            return Verdict("violation", ignored, "is in ignore_changes")
    return COMPLIANT


@rule(
    "waf-has-rules",
    kinds.WEB_ACL,
    "medium",
    "A web ACL has rules.",
    why="Without rules it stops nothing.",
    mend="Add rules, AWS's managed groups for a start.",
    anchors="SH WAF.10; CKV CKV_AWS_175, CKV_AWS_342; Prw wafv2_webacl_with_rules",
    tier=3,
)
def waf_has_rules(acl: Node, _: Terms) -> Verdict:
    return COMPLIANT if acl.has("rules[0]") or acl.has("ruleJson") else acl.violates("rules")


@stack_rule(
    "waf-logging",
    kinds.WEB_ACL,
    "low",
    "A web ACL is logged.",
    why="Without a log nobody can tell what it stopped, nor what it stopped wrongly.",
    mend="Add an aws.wafv2.WebAclLoggingConfiguration.",
    anchors="SH WAF.11; CKV CKV2_AWS_31; Prw wafv2_webacl_logging_enabled",
    tier=3,
)
def waf_logging(acl: Node, _: Terms, stack: Stack) -> Verdict:
    if stack.users(kinds.WEB_ACL_LOGGING, "resourceArn", acl.resource, ("arn",)):
        return COMPLIANT
    return Verdict("violation", "", "has no logging configuration in this stack")


@rule(
    "waf-metrics",
    kinds.WEB_ACL,
    "low",
    "A web ACL and its rules are measured.",
    why="A rule that is not measured cannot be tuned.",
    mend="Set visibilityConfig.cloudwatchMetricsEnabled to true, in every rule too.",
    anchors="SH WAF.12; Prw wafv2_webacl_rule_logging_enabled",
    tier=3,
)
def waf_metrics(acl: Node, _: Terms) -> Verdict:
    path = "visibilityConfig.cloudwatchMetricsEnabled"
    for each in (acl, *acl.items("rules")):
        if not each.flag(path):
            return each.violates(path)
    return COMPLIANT


@rule(
    "waf-log4j",
    kinds.WEB_ACL,
    "low",
    "A web ACL stops known bad inputs.",
    why="Log4Shell and its like are still tried every day.",
    mend="Add the managed rule group AWSManagedRulesKnownBadInputsRuleSet.",
    anchors="CKV CKV_AWS_192, CKV2_AWS_76",
    tier=3,
)
def waf_log4j(acl: Node, _: Terms) -> Verdict:
    for each in acl.items("rules"):
        if each.text("statement.managedRuleGroupStatement.name") == "AWSManagedRulesKnownBadInputsRuleSet":
            return COMPLIANT
    return acl.violates("rules", shown="has no rule for known bad inputs")
