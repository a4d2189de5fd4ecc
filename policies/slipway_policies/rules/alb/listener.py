"""Listeners and their rules: what is encrypted, and what is sent on."""

from fnmatch import fnmatchcase

from slipway_policies import kinds
from slipway_policies.node import Node
from slipway_policies.routing import ARN
from slipway_policies.rule import rule, stack_rule
from slipway_policies.settings import Terms
from slipway_policies.stack import Stack
from slipway_policies.verdict import COMPLIANT, UndecidedError, Verdict, not_applicable

LISTENER = kinds.LISTENER
ENCRYPTED = ("HTTPS", "TLS")
RECOMMENDED = (
    "ELBSecurityPolicy-TLS13-1-3-2021-06",
    "ELBSecurityPolicy-TLS13-1-3-FIPS-2023-04",
    "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
    "ELBSecurityPolicy-TLS13-1-2-Res-FIPS-2023-04",
    "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
    "ELBSecurityPolicy-TLS13-1-3-PQ-2025-09",
    "ELBSecurityPolicy-TLS13-1-2-Res-FIPS-PQ-2025-09",
    "ELBSecurityPolicy-TLS13-1-3-FIPS-PQ-2025-09",
)
"""The policies of Security Hub CSPM's ELB.17."""


def _protocol(listener: Node) -> str:
    """AWS's provider writes HTTP where nothing is given, HTTPS for port 443."""
    return listener.text("protocol") or ("HTTPS" if listener.number("port") == 443 else "HTTP")  # noqa: PLR2004 - HTTPS


def _redirects(actions: list[Node]) -> bool:
    """Whether all that answers is a redirection to HTTPS."""
    final = [action for action in actions if not action.text("type").startswith("authenticate")]
    return bool(final) and all(_to_https(action) for action in final)


def _to_https(action: Node) -> bool:
    protocol = action.text("redirect.protocol", "#{protocol}")
    return action.text("type") == "redirect" and protocol == "HTTPS"


@rule(
    "alb-http-redirects",
    LISTENER,
    "high",
    "Plain HTTP redirects to HTTPS.",
    why="What is asked in plain text can be read, and changed, on the way.",
    mend="Give the HTTP listener one default action of type redirect, with redirect.protocol HTTPS.",
    anchors="SH ELB.1; CKV CKV_AWS_2, CKV2_AWS_20; AVD 0054; Prw elbv2_ssl_listeners",
)
def http_redirects(listener: Node, _: Terms) -> Verdict:
    if _protocol(listener) != "HTTP":
        return not_applicable("it is no HTTP listener")
    actions = listener.items("defaultActions")
    if _redirects(actions):
        return COMPLIANT
    shown = ", ".join(action.text("type") for action in actions) or "nothing"
    return listener.violates("defaultActions", shown=f"answers plain HTTP with {shown}, not with a redirect to HTTPS")


@stack_rule(
    "alb-rules-no-http",
    kinds.LISTENER_RULE,
    "high",
    "No rule of a plain HTTP listener forwards.",
    why="A rule comes before the default action: one that forwards is a hole in the redirection.",
    mend="Attach the rule to the HTTPS listener.",
    tier=2,
)
def rules_no_http(listener_rule: Node, _: Terms, stack: Stack) -> Verdict:
    found = stack.linked(listener_rule.resource, "listenerArn", LISTENER, ARN)
    plain = [listener for listener in found if _protocol(Node(listener)) == "HTTP"]
    actions = listener_rule.items("actions")
    if plain and not _redirects(actions):
        return Verdict("violation", "actions", f"answers on the plain HTTP listener {plain[0].name}")
    if any(action.text("redirect.protocol") == "HTTP" for action in actions):
        return Verdict("violation", "actions", "redirects to plain HTTP")
    return COMPLIANT if found else not_applicable("its listener is managed elsewhere")


@rule(
    "alb-secure-listener",
    LISTENER,
    "high",
    "Listeners encrypt.",
    why="Between the client and the load balancer everybody on the way reads along.",
    mend="Set protocol to HTTPS (TLS on a network load balancer); a listener that only redirects to HTTPS is fine.",
    anchors="SH ELB.18; Prw elbv2_nlb_tls_termination_enabled",
)
def secure_listener(listener: Node, _: Terms) -> Verdict:
    protocol = _protocol(listener)
    if protocol in ENCRYPTED or _redirects(listener.items("defaultActions")):
        return COMPLIANT
    return listener.violates("protocol", shown=f"is {protocol}")


@rule(
    "alb-tls-policy",
    LISTENER,
    "critical",
    "Listeners speak today's TLS.",
    why="A listener without a policy gets ELBSecurityPolicy-2016-08, which still speaks TLS 1.0.",
    mend="Set sslPolicy to ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09, or another that AWS recommends.",
    anchors="SH ELB.17; CKV CKV_AWS_103, CKV2_AWS_74; AVD 0047; Prw elbv2_insecure_ssl_ciphers",
)
def tls_policy(listener: Node, terms: Terms) -> Verdict:
    if _protocol(listener) not in ENCRYPTED:
        return not_applicable("it does not encrypt")
    policy = listener.text("sslPolicy")
    if policy in RECOMMENDED or any(fnmatchcase(policy, allowed) for allowed in terms.settings.tls_policies):
        return COMPLIANT
    return listener.violates("sslPolicy")


@rule(
    "alb-tls-post-quantum",
    LISTENER,
    "low",
    "Key exchange withstands quantum computers.",
    why="What is recorded today can be read when they exist.",
    mend="Set sslPolicy to ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09.",
    anchors="Prw elbv2_listener_pqc_tls_enabled",
    tier=3,
)
def tls_post_quantum(listener: Node, _: Terms) -> Verdict:
    if _protocol(listener) not in ENCRYPTED:
        return not_applicable("it does not encrypt")
    return COMPLIANT if "-PQ-" in listener.text("sslPolicy") else listener.violates("sslPolicy")


def _made_by_acm(listener: Node, _: Terms, stack: Stack) -> Verdict:
    if stack.sources(listener.resource, "certificateArn", kinds.CERTIFICATE):
        return COMPLIANT
    raise UndecidedError("certificateArn", "is not known, and not made from a certificate of this stack")


@rule(
    "alb-certificate",
    LISTENER,
    "high",
    "HTTPS has a certificate of ACM.",
    why="AWS Certificate Manager renews by itself; a certificate that somebody uploaded ends on a Sunday.",
    mend="Set certificateArn to the ARN of an ACM certificate.",
    proof=_made_by_acm,
)
def certificate(listener: Node, _: Terms) -> Verdict:
    if _protocol(listener) not in ENCRYPTED:
        return not_applicable("it does not encrypt")
    if not listener.has("certificateArn"):
        return listener.violates("certificateArn")
    arn = listener.text("certificateArn")
    return COMPLIANT if arn.split(":")[2:3] == ["acm"] else listener.violates("certificateArn")


@rule(
    "alb-hsts",
    LISTENER,
    "low",
    "Browsers are told to stay with HTTPS.",
    why="Without the header the first request of every visit is plain.",
    mend="Set routingHttpResponseStrictTransportSecurityHeaderValue to max-age=31536000.",
    tier=3,
)
def hsts(listener: Node, _: Terms) -> Verdict:
    if _protocol(listener) != "HTTPS":
        return not_applicable("it is no HTTPS listener")
    path = "routingHttpResponseStrictTransportSecurityHeaderValue"
    return COMPLIANT if listener.has(path) else listener.violates(path)
