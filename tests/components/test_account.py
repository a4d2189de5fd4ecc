from components.account import elsewhere, log_group_arn, look_up
from tests.components.declared import PLACE, declare


def test_the_account_is_asked_for_with_plain_look_ups_that_are_known_at_preview():
    answers = {
        "getCallerIdentity": {"accountId": "123456789012"},
        "getRegion": {"region": "eu-central-1"},
        "getPartition": {"partition": "aws", "dnsSuffix": "amazonaws.com"},
    }
    made = declare(look_up, answers, preview=True)
    assert made.component == PLACE
    assert made.children == {}
    assert sorted(call["token"] for call in made.calls) == [
        "aws:index/getCallerIdentity:getCallerIdentity",
        "aws:index/getPartition:getPartition",
        "aws:index/getRegion:getRegion",
    ]


def test_a_log_groups_arn_names_its_streams_in_any_partition():
    assert log_group_arn(PLACE, "/shop/web") == "arn:aws:logs:eu-central-1:123456789012:log-group:/shop/web:*"
    china = {**PLACE, "partition": "aws-cn", "region": "cn-north-1"}
    assert log_group_arn(china, "/shop/web") == "arn:aws-cn:logs:cn-north-1:123456789012:log-group:/shop/web:*"


def test_what_exists_is_used_in_its_own_account_and_region_alone():
    assert elsewhere(PLACE, "arn:aws:ecs:eu-central-1:123456789012:cluster/shop") is None
    assert elsewhere(PLACE, "arn:aws:ecs:us-east-1:111111111111:cluster/shop") == (
        "is in account 111111111111, us-east-1; this stack is in account 123456789012, eu-central-1"
    )
