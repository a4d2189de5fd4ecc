"""Log groups and alarms."""

from slipway_policies import kinds
from slipway_policies.node import Node
from slipway_policies.rule import rule, stack_rule
from slipway_policies.settings import Terms
from slipway_policies.stack import Stack
from slipway_policies.verdict import COMPLIANT, Verdict, not_applicable

LOG = kinds.LOG_GROUP
WATCHED = ("HTTPCode_Target_5XX_Count", "HTTPCode_ELB_5XX_Count", "UnHealthyHostCount", "RunningTaskCount")


@rule(
    "logs-retention",
    LOG,
    "medium",
    "Logs are kept as long as agreed.",
    why="Kept too short they are gone when they are needed; without an end they are paid for for ever.",
    mend="Set retentionInDays to the days of retentionDays or more.",
    anchors=(
        "SH CloudWatch.16; CKV CKV_AWS_66, CKV_AWS_338; Prw cloudwatch_log_group_retention_policy_specific_days_enabled"
    ),
    relaxed=("dev",),
)
def retention(group: Node, terms: Terms) -> Verdict:
    days = group.number("retentionInDays") or 0
    return COMPLIANT if days >= terms.settings.retention_days else group.violates("retentionInDays")


@rule(
    "logs-kms",
    LOG,
    "low",
    "Logs are encrypted with a key of one's own.",
    why="A key of one's own can be audited, and taken away.",
    mend="Set kmsKeyId.",
    anchors="CKV CKV_AWS_158; AVD 0017; Prw cloudwatch_log_group_kms_encryption_enabled",
    tier=2,
)
def encrypted(group: Node, _: Terms) -> Verdict:
    return COMPLIANT if group.has("kmsKeyId") else group.violates("kmsKeyId")


@rule(
    "logs-deletion-protected",
    LOG,
    "low",
    "Logs outlive their stack.",
    why="Who destroys a stack destroys the traces too.",
    mend="Set deletionProtectionEnabled or skipDestroy to true.",
    tier=3,
    relaxed=("dev", "staging"),
)
def deletion_protected(group: Node, _: Terms) -> Verdict:
    kept = group.flag("deletionProtectionEnabled") or group.flag("skipDestroy")
    return COMPLIANT if kept else group.violates("deletionProtectionEnabled")


@rule(
    "alarm-actions",
    kinds.ALARM,
    "medium",
    "An alarm tells somebody.",
    why="An alarm without an action rings in an empty room.",
    mend="Set alarmActions, and leave actionsEnabled alone.",
    anchors=(
        "SH CloudWatch.15, CloudWatch.17; CKV CKV_AWS_319; Prw cloudwatch_alarm_actions_enabled, "
        "cloudwatch_alarm_actions_alarm_state_configured"
    ),
    tier=2,
)
def alarm_actions(alarm: Node, _: Terms) -> Verdict:
    if not alarm.flag("actionsEnabled", default=True):
        return alarm.violates("actionsEnabled")
    return COMPLIANT if alarm.has("alarmActions[0]") else alarm.violates("alarmActions")


@stack_rule(
    "alarms-present",
    kinds.SERVICE,
    "low",
    "Errors and missing tasks raise an alarm.",
    why="Customers should not be the first to notice.",
    mend=f"Add aws.cloudwatch.MetricAlarm for one of {', '.join(WATCHED)}.",
    tier=3,
)
def alarms_present(service: Node, _: Terms, stack: Stack) -> Verdict:
    if not service.has("loadBalancers[0]"):
        return not_applicable("it has no load balancer")
    metrics = {Node(alarm).text("metricName") for alarm in stack.of(kinds.ALARM)}
    return COMPLIANT if metrics & set(WATCHED) else Verdict("violation", "", "has no alarm in this stack")
