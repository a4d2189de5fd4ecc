"""The rules as Pulumi policies: what `__main__.py` serves."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import cast

from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyComplianceFramework,
    PolicyConfigSchema,
    PolicyResource,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    Severity,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.proxy import UnknownValueError

from slipway_policies import judge
from slipway_policies.anchors import FRAMEWORKS
from slipway_policies.judge import Finding
from slipway_policies.kinds import STACK
from slipway_policies.resource import UNKNOWN, Edges, Props, Resource
from slipway_policies.rule import Rule
from slipway_policies.rules import RULES
from slipway_policies.settings import Settings, Terms, profile_of, read, schema
from slipway_policies.stack import EMPTY, Stack
from slipway_policies.summary import SUMMARIES, Summary

SETTINGS = "pack-settings"
ELSEWHERE = "it judges other kinds of resources"


class Session:
    """What the policies of one process share: the settings, which only `pack-settings` is given, and what is judged.

    The SDK reads a request anew for each policy. It runs them in order, so `pack-settings`, which comes first, makes
    the resource for all; and a policy that asks for the stack again asks about another one.
    """

    def __init__(self) -> None:
        self._config: Mapping[str, object] = {}
        self._settings = Settings()
        self._running: dict[str, Rule] = {}
        self._declared: dict[str, Resource] = {}
        self._stack = EMPTY
        self._asked: set[str] = set()

    def running(self, rule: Rule) -> None:
        """Notes that a rule is not disabled: the SDK calls no other."""
        self._running[rule.id] = rule

    def sees(self, args: ResourceValidationArgs) -> None:
        """Makes the resource of a new request; its inputs are kept, for a stack that exists is told by its outputs."""
        self._declared[args.urn] = _alone(args)

    def resource(self, args: ResourceValidationArgs) -> Resource:
        """The resource of a request; made anew for each policy where `pack-settings` is disabled."""
        return self._declared.get(args.urn) or _alone(args)

    def stack(self, asker: str, args: StackValidationArgs) -> Stack:
        """The stack of a request."""
        if asker in self._asked or not self._asked:
            self._asked.clear()
            self._stack = Stack(
                [_resource(each, partial(_edges, each), self._declared.get(each.urn)) for each in args.resources]
            )
        self._asked.add(asker)
        return self._stack

    def findings(self, stack: Stack, terms: Terms) -> Sequence[Finding]:
        """The findings of all running rules over a stack."""
        return stack.kept("findings", lambda: judge.everything([*self._running.values()], stack, terms))

    def configure(self, config: Mapping[str, object]) -> Settings:
        """Reads the configuration, if it is not the one already read."""
        if config != self._config:
            self._settings, self._config = read(config), config
        return self._settings

    def terms(self, tags: Mapping[str, str], stack: str) -> Terms:
        """The settings, the profile of a stack, and today (UTC)."""
        settings = self._settings
        return Terms(settings, profile_of(settings, tags, stack), datetime.now(UTC).date())


def policies() -> list[Policy]:
    """All policies of the pack, `pack-settings` first."""
    session = Session()
    rules = [_over_stack(each, session) if each.stack_check else _over_resource(each, session) for each in RULES]
    return [_settings(session), *rules, *(_summary(each, session) for each in SUMMARIES)]


def plain(value: object) -> object:
    """A value of the SDK without its proxies, with `UNKNOWN` where reading would raise."""
    if isinstance(value, Mapping):
        mapping = cast("Mapping[str, object]", value)
        return {key: _entry(mapping, key) for key in mapping}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        elements = cast("Sequence[object]", value)
        return [_entry(elements, index) for index in range(len(elements))]
    return value


def _entry(holder: Mapping[str, object] | Sequence[object], key: str | int) -> object:
    try:
        return plain(holder[key])  # pyright: ignore[reportArgumentType, reportCallIssue, reportUnknownArgumentType] - a key of its own
    except UnknownValueError:
        return UNKNOWN


def _alone(args: ResourceValidationArgs) -> Resource:
    return _resource(args, lambda: Edges(args.opts.parent or ""))


def _resource(
    given: ResourceValidationArgs | PolicyResource,
    tie: Callable[[], Edges],
    declared: Resource | None = None,
) -> Resource:
    return Resource(
        given.urn,
        given.resource_type,
        lambda: cast("Props", plain(given.props)),
        protect=given.opts.protect,
        ignore_changes=given.opts.ignore_changes,
        tie=tie,
        declared=declared,
    )


def _edges(given: PolicyResource) -> Edges:
    return Edges(
        given.parent.urn if given.parent else "",
        [each.urn for each in given.dependencies],
        {key: [each.urn for each in sources] for key, sources in given.property_dependencies.items()},
    )


def _over_resource(rule: Rule, session: Session) -> Policy:
    kinds = rule.kinds

    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        if kinds is not None and args.resource_type not in kinds:
            args.not_applicable(ELSEWHERE)
        session.running(rule)
        resource = session.resource(args)
        terms = session.terms(args.stack_tags, resource.stack)
        _tell(judge.alone(rule, resource, terms), args, report)

    return ResourceValidationPolicy(validate=validate, **_described(rule))  # pyright: ignore[reportArgumentType] - typed below


def _over_stack(rule: Rule, session: Session) -> Policy:
    kinds = rule.kinds

    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        stack = session.stack(rule.id, args)
        if kinds is not None and not stack.of(kinds):
            args.not_applicable(ELSEWHERE)
        session.running(rule)
        _tell(judge.together(rule, stack, _terms(session, args, stack)), args, report)

    return StackValidationPolicy(validate=validate, **_described(rule))  # pyright: ignore[reportArgumentType] - typed below


def _summary(summary: Summary, session: Session) -> Policy:
    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        stack = session.stack(summary.id, args)
        terms = _terms(session, args, stack)
        for message, urn in summary.lines(session.findings(stack, terms), terms, stack):
            report(message, urn or None)

    return StackValidationPolicy(
        name=summary.id,
        description=summary.title,
        validate=validate,
        enforcement_level=EnforcementLevel(summary.level),
        severity=Severity(summary.severity),
        remediation_steps=summary.mend,
    )


def _settings(session: Session) -> Policy:
    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        session.sees(args)
        settings = session.configure(args.get_config())
        if args.resource_type not in STACK:
            args.not_applicable(ELSEWHERE)
        for problem in settings.problems:
            report(f"{problem}. Mend it in the configuration of the policy {SETTINGS}.", None)

    return ResourceValidationPolicy(
        name=SETTINGS,
        description="The settings of the pack can be read.",
        validate=validate,
        enforcement_level=EnforcementLevel.MANDATORY,
        severity=Severity.MEDIUM,
        config_schema=PolicyConfigSchema(schema()),
        remediation_steps="Mend the configuration of this policy.",
    )


def _terms(session: Session, args: StackValidationArgs, stack: Stack) -> Terms:
    name = stack.resources[0].stack if stack.resources else ""
    return session.terms(args.stack_tags, name)


def _tell(
    findings: Sequence[Finding],
    args: ResourceValidationArgs | StackValidationArgs,
    report: ReportViolation,
) -> None:
    """Reports the violations; where there is none, nothing that was not decided counts as passed."""
    enforced = [finding for finding in findings if finding.enforced]
    for finding in enforced:
        report(finding.message, finding.resource.urn)
    if enforced:
        return
    open_ = [finding for finding in findings if finding.verdict.state in ("undecided", "violation")]
    if not open_ and any(finding.verdict.state == "compliant" for finding in findings):
        return
    args.not_applicable("; ".join(dict.fromkeys(map(_why_not, open_ or findings))) or ELSEWHERE)


def _why_not(finding: Finding) -> str:
    if finding.exemption:
        return f"exempt: {finding.exemption}"
    if finding.advice:
        return f"advice: {finding.message}"
    if finding.verdict.state == "undecided":
        return f"undecided: {finding.verdict.path} {finding.verdict.text}"
    return finding.verdict.text


def _described(rule: Rule) -> dict[str, object]:
    return {
        "name": rule.id,
        "description": rule.title,
        "enforcement_level": EnforcementLevel(rule.level),
        "severity": Severity(rule.severity),
        "framework": _framework(rule),
        "tags": [each for ids in rule.anchors.values() for each in ids],
        "remediation_steps": rule.mend,
    }


def _framework(rule: Rule) -> PolicyComplianceFramework | None:
    for name, ids in rule.anchors.items():
        return PolicyComplianceFramework(name=FRAMEWORKS[name], reference=ids[0], specification=rule.why)
    return None
