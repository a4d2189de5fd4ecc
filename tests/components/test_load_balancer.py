from typing import Any

import pytest
from pulumi import Output

from components.load_balancer import LoadBalancer
from tests.components.declared import PLACE, UNKNOWN, Made, Thing, changes, declare, problems


def balancer(name: str = "balancer", **asked: Any) -> LoadBalancer:
    wiring: dict[str, Any] = {
        "vpc_id": "vpc-1",
        "cidr": "10.0.0.0/16",
        "public_subnet_ids": ["subnet-a", "subnet-b"],
        "private_subnet_ids": ["subnet-c", "subnet-d"],
        "protect": False,
        "account": PLACE,
        "access_log_days": 0,
        "plain_http": True,
    }
    return LoadBalancer(name, {**wiring, **asked})


def made(**asked: Any) -> Made:
    return declare(lambda: balancer(**asked), {"getZone": {"zoneId": "Z1"}})


GROUP = "aws:ec2/securityGroup:SecurityGroup balancer"
LET_IN = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule balancer-{}-{}".format
VPC = LET_IN("vpc", 80)
ANYONE = LET_IN("0-0-0-0-0", 80)
RULE = {
    "securityGroupId": "SecurityGroup.balancer.id",
    "description": "clients of the listener",
    "ipProtocol": "tcp",
    "fromPort": 80,
    "toPort": 80,
}
BALANCER = "aws:lb/loadBalancer:LoadBalancer balancer"
LISTENER = "aws:lb/listener:Listener balancer"


def test_a_balancer_is_internal_and_open_to_its_own_network_alone():
    assert made().children == {
        GROUP: {"vpcId": "vpc-1", "description": "Load balancer: open for its listener only"},
        VPC: {**RULE, "cidrIpv4": "10.0.0.0/16"},
        BALANCER: {
            "loadBalancerType": "application",
            "internal": True,
            "securityGroups": ["SecurityGroup.balancer.id"],
            "subnets": ["subnet-c", "subnet-d"],
            "dropInvalidHeaderFields": True,
            "idleTimeout": 60,
            "enableDeletionProtection": False,
        },
        LISTENER: {
            "loadBalancerArn": "LoadBalancer.balancer.arn",
            "port": 80,
            "protocol": "HTTP",
            "defaultActions": [
                {
                    "type": "fixed-response",
                    "fixedResponse": {"contentType": "text/plain", "statusCode": "404", "messageBody": "Not found"},
                }
            ],
        },
    }


def test_its_outputs():
    assert made().outputs == {
        "url": "http://LoadBalancer.balancer.dnsName",
        "arn_suffix": "LoadBalancer.balancer.arnSuffix",
        "listener_arn": "Listener.balancer.arn",
        "security_group_id": "SecurityGroup.balancer.id",
    }


PUBLIC = {"internal": False, "subnets": ["subnet-a", "subnet-b"]}


def test_open_to_the_internet_on_public_subnets():
    anyone = {ANYONE: {**RULE, "cidrIpv4": "0.0.0.0/0"}}
    assert changes(made(), made(open_to_internet=True)) == {VPC: ..., **anyone, BALANCER: PUBLIC}


@pytest.mark.parametrize("open_to_internet", [False, True])
def test_blocks_are_let_in_and_nobody_else(open_to_internet: bool):  # noqa: FBT001 - pytest gives it
    blocks = ["203.0.113.0/24", "198.51.100.7/32"]
    assert changes(made(), made(allowed_cidrs=blocks, open_to_internet=open_to_internet)) == {
        VPC: ...,
        LET_IN("203-0-113-0-24", 80): {**RULE, "cidrIpv4": "203.0.113.0/24"},
        LET_IN("198-51-100-7-32", 80): {**RULE, "cidrIpv4": "198.51.100.7/32"},
        BALANCER: PUBLIC,
    }


def test_a_block_that_is_taken_out_leaves_the_others_rules_alone():
    both, one = (made(allowed_cidrs=blocks) for blocks in (["203.0.113.0/24", "198.51.100.7/32"], ["198.51.100.7/32"]))
    assert changes(both, one) == {LET_IN("203-0-113-0-24", 80): ...}


def test_a_port_is_the_listeners_the_groups_and_the_urls():
    other = made(port=8080)
    assert changes(made(), other) == {
        VPC: ...,
        LET_IN("vpc", 8080): {**RULE, "cidrIpv4": "10.0.0.0/16", "fromPort": 8080, "toPort": 8080},
        LISTENER: {"port": 8080},
    }
    assert other.outputs["url"] == "http://LoadBalancer.balancer.dnsName:8080"


INSECURE = "balancer.open_to_internet: what faces the internet speaks HTTPS: give domains, or ask for plainHttp by name"
HTTPS = f"{LISTENER}-https"
ALIAS = "aws:route53/record:Record balancer-app.example.com"
DOMAIN = {"name": "app.example.com", "zone": "example.com"}
REDIRECT = [{"type": "redirect", "redirect": {"protocol": "HTTPS", "port": "443", "statusCode": "HTTP_301"}}]


def secure(**asked: Any) -> Made:
    return made(plain_http=False, open_to_internet=True, **asked)


def own(one: Made) -> dict[str, Any]:
    """The balancer's own children, without those of its components."""
    return {key: inputs for key, inputs in one.children.items() if "opts.parent" not in inputs}


def test_a_domain_is_answered_over_https_alone():
    one = secure(domains=[DOMAIN])
    plain = made(open_to_internet=True)
    assert changes(plain, one) | {"slipway:index:Certificate balancer": {}} == {
        "slipway:index:Certificate balancer": {},
        **{key: inputs for key, inputs in one.children.items() if inputs.get("opts.parent") == "Certificate.balancer"},
        LET_IN("0-0-0-0-0", 443): {**RULE, "cidrIpv4": "0.0.0.0/0", "fromPort": 443, "toPort": 443},
        LISTENER: {"defaultActions": REDIRECT},
        HTTPS: {
            "loadBalancerArn": "LoadBalancer.balancer.arn",
            "port": 443,
            "protocol": "HTTPS",
            "sslPolicy": "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
            "certificateArn": "CertificateValidation.balancer.certificateArn",
            "defaultActions": plain.children[LISTENER]["defaultActions"],
        },
        ALIAS: {
            "zoneId": "Z1",
            "name": "app.example.com",
            "type": "A",
            "aliases": [
                {
                    "name": "LoadBalancer.balancer.dnsName",
                    "zoneId": "LoadBalancer.balancer.zoneId",
                    "evaluateTargetHealth": False,
                }
            ],
        },
    }
    assert one.outputs["url"] == "https://app.example.com"
    assert one.outputs["listener_arn"] == "Listener.balancer-https.arn"


def test_zones_are_looked_up_once_each():
    domains = [DOMAIN, {"name": "*.example.com", "zone": "example.com"}, {"name": "a.org", "zone": "a.org"}]
    assert [call["name"] for call in secure(domains=domains).calls] == ["a.org", "example.com"]


def test_a_given_certificate_is_shown_and_records_without_a_zone_are_the_users():
    arn = "arn:aws:acm:eu-central-1:123456789012:certificate/x"
    one = secure(domains=[{"name": "app.example.com"}], certificate_arn=arn)
    assert one.children[HTTPS]["certificateArn"] == arn
    assert not [key for key in one.children if "Record" in key or "Certificate" in key]
    assert one.outputs["url"] == "https://app.example.com"
    assert secure(certificate_arn=arn).outputs["url"] == "https://LoadBalancer.balancer.dnsName"


def test_a_tls_policy():
    stricter = "ELBSecurityPolicy-TLS13-1-3-2021-06"
    one, other = secure(domains=[DOMAIN]), secure(domains=[DOMAIN], tls_policy=stricter)
    assert changes(one, other) == {HTTPS: {"sslPolicy": stricter}}


def test_access_logs_have_a_bucket_that_waits_for_its_policy():
    one = made(access_log_days=7)
    assert one.children[BALANCER]["accessLogs"] == {"bucket": "Bucket.balancer-logs.bucket", "enabled": True}
    rule = one.children["aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration balancer-logs"]["rules"][0]
    assert rule["expiration"] == {"days": 7}
    assert one.children["slipway:index:LogBucket balancer-logs"] == {}


def test_an_idle_timeout():
    assert changes(made(), made(idle_timeout=4000)) == {BALANCER: {"idleTimeout": 4000}}


def test_protect_is_pulumis_and_awss_own():
    assert changes(made(), made(protect=True)) == {BALANCER: {"opts.protect": True, "enableDeletionProtection": True}}


def test_a_long_name_leaves_room_for_the_suffix_that_pulumi_adds():
    (name,) = [key.split()[1] for key in made(name="balancer-" + "x" * 40).children if "LoadBalancer" in key]
    assert len(name) + len("-1234567") <= 32


def test_outputs_are_taken_as_inputs():
    def make() -> LoadBalancer:
        return balancer(
            vpc_id=Output.from_input("vpc-1"),
            cidr=Output.from_input("10.0.0.0/16"),
            public_subnet_ids=Output.from_input(["subnet-a", "subnet-b"]),
            private_subnet_ids=Output.from_input(["subnet-c", "subnet-d"]),
        )

    assert changes(made(), declare(make)) == {}


def test_an_unknown_network_leaves_the_rest_known():
    known = declare(balancer, preview=True)

    def make() -> LoadBalancer:
        one = Thing("network").id
        return balancer(vpc_id=one, cidr=one, private_subnet_ids=one.apply(lambda id_: [id_]))

    assert changes(known, declare(make, preview=True)) == {
        GROUP: {"vpcId": UNKNOWN},
        VPC: {"cidrIpv4": UNKNOWN},
        BALANCER: {"subnets": UNKNOWN},
    }


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"port": 0}, "balancer.port: input should be greater than or equal to 1"),
        ({"port": "80"}, "balancer.port: input should be a valid integer"),
        ({"idle_timeout": 4001}, "balancer.idle_timeout: input should be less than or equal to 4000"),
        (
            {"allowed_cidrs": ["10.0.0.0/8", "10.0.0.1/8"]},
            "balancer.allowed_cidrs.1: must be an IPv4 block such as 203.0.113.0/24",
        ),
        ({"allowed_cidrs": ["10.0.0.1"]}, "balancer.allowed_cidrs.0: must be an IPv4 block such as 203.0.113.0/24"),
        ({"allowed_cidrs": ["10.0.0.0/8"] * 2}, "balancer.allowed_cidrs: names '10.0.0.0/8' twice"),
        ({"open_to_internet": "yes"}, "balancer.open_to_internet: input should be a valid boolean"),
        (
            {"open_to_internet": True, "plain_http": False},
            INSECURE,
        ),
    ],
)
def test_a_wrong_argument_is_named_with_what_would_be_valid(asked: dict[str, Any], told: str):
    assert problems(lambda: balancer(**asked)) == [told]


START = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app"
EXISTING = {
    "listener_arn": f"{START}/shared/50dc6c495c0c9188/f2f7dc8efc522ab2",
    "security_group_id": "sg-0a",
    "url": "https://www.example.com",
}


def existing(**asked: Any) -> LoadBalancer:
    return balancer(plain_http=False, access_log_days=90, existing={**EXISTING, **asked})


def test_an_existing_balancer_gets_nothing_and_is_named_as_metrics_have_it():
    one = declare(existing)
    assert one.children == {}
    assert one.calls == []
    assert one.outputs == {**EXISTING, "arn_suffix": "app/shared/50dc6c495c0c9188"}


def test_protection_is_its_owners():
    assert (
        declare(lambda: balancer(plain_http=False, access_log_days=90, existing=EXISTING, protect=True)).children == {}
    )


def test_an_existing_balancer_of_another_place_is_refused():
    arn = EXISTING["listener_arn"].replace("eu-central-1", "us-east-1")
    (told,) = problems(lambda: existing(listener_arn=arn))
    assert told.startswith("balancer.existing.listener_arn: is in account 123456789012, us-east-1; this stack is in ")
