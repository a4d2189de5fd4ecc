from typing import Any

from components.certificate import Certificate, ZonedDomain
from tests.components.declared import Made, declare


def made(*domains: ZonedDomain) -> Made:
    return declare(lambda: Certificate("balancer", {"domains": list(domains)}))


def record(domain: str, zone: str, asked: str = "") -> dict[str, Any]:
    asked = asked or domain
    return {
        "zoneId": zone,
        "name": f"{asked} Name",
        "type": f"{asked} Type",
        "records": [f"{asked} Value"],
        "ttl": 60,
        "allowOverwrite": True,
    }


APP: ZonedDomain = {"name": "app.example.com", "zone_id": "Z1"}
SHOP: ZonedDomain = {"name": "shop.example.org", "zone_id": "Z2"}
RECORD = "aws:route53/record:Record balancer-proof-"
CERTIFICATE = "aws:acm/certificate:Certificate balancer"
VALIDATION = "aws:acm/certificateValidation:CertificateValidation balancer"


def test_each_domain_is_proved_in_its_own_zone_by_its_own_record():
    assert made(APP, SHOP).children == {
        CERTIFICATE: {
            "domainName": "app.example.com",
            "subjectAlternativeNames": ["shop.example.org"],
            "validationMethod": "DNS",
        },
        f"{RECORD}app.example.com": record("app.example.com", "Z1"),
        f"{RECORD}shop.example.org": record("shop.example.org", "Z2"),
        VALIDATION: {
            "certificateArn": "Certificate.balancer.arn",
            "validationRecordFqdns": [
                "Record.balancer-proof-app.example.com.fqdn",
                "Record.balancer-proof-shop.example.org.fqdn",
            ],
        },
    }


def test_a_wildcard_and_its_parent_share_one_record():
    children = made({"name": "*.example.com", "zone_id": "Z1"}, {"name": "example.com", "zone_id": "Z1"}).children
    assert [key for key in children if key.startswith(RECORD)] == [f"{RECORD}example.com"]
    assert children[CERTIFICATE]["domainName"] == "*.example.com"


def test_its_arn_is_known_once_it_is_issued():
    one = made(APP)
    assert one.outputs == {"arn": "CertificateValidation.balancer.certificateArn"}
    assert "CertificateValidation.balancer" in one.waits["arn"]
