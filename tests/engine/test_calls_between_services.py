"""Services that call each other: no circle for the engine, neither on the way up nor on the way down."""

from checkout import Checkout

RULES = {
    f"aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule {name}" for name in ("web_calls_api", "api_calls_web")
}


def test_two_that_call_each_other_come_settle_and_go(dev: Checkout):
    dev.configure("dev", "services.web.connect", {})
    dev.configure("dev", "services.web.calls", ["api"])
    dev.configure("dev", "services.api", {"connect": {}, "calls": ["web"], "routing": {"paths": ["/api/*"]}})
    up = dev.up("dev")
    assert not up.failed, up.text
    assert {key for key, op in up.changed.items() if op == "create"} >= RULES
    assert dev.preview("dev").changed == {}
    gone = dev.destroy("dev")
    assert not gone.failed, gone.text
