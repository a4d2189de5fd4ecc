from typing import Any

import pulumi
from hypothesis import given
from hypothesis import strategies as st
from pulumi import ResourceOptions

from components.secrets import by_arn, created_secrets, reading
from tests.components.declared import PLACE, declare

SECRET = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:"
PARAMETER = "arn:aws:ssm:eu-central-1:123456789012:parameter/shop/key"
KEY = "arn:aws:kms:eu-central-1:123456789012:key/0a"


class Holder(pulumi.ComponentResource):
    """What the secrets are made for."""

    def __init__(self, *, protect: bool = False, **created: Any) -> None:
        super().__init__("test:index:Holder", "web", {})
        created_secrets("web", created, "shop-dev/web", ResourceOptions(parent=self, protect=protect))


def test_secrets_are_made_without_a_value_under_a_name_that_people_type():
    made = declare(lambda: Holder(db={"kms_key": None, "recovery_days": 30}, api={"kms_key": KEY, "recovery_days": 0}))
    told = "Made without a value: aws secretsmanager put-secret-value gives it one"
    assert made.children == {
        "aws:secretsmanager/secret:Secret web-api": {
            "name": "shop-dev/web/api",
            "description": told,
            "kmsKeyId": KEY,
            "recoveryWindowInDays": 0,
        },
        "aws:secretsmanager/secret:Secret web-db": {
            "name": "shop-dev/web/db",
            "description": told,
            "recoveryWindowInDays": 30,
        },
    }


def test_they_are_protected_where_it_is_asked_for():
    made = declare(lambda: Holder(protect=True, db={"kms_key": None, "recovery_days": 30}))
    assert [child["opts.protect"] for child in made.children.values()] == [True]


def test_a_made_one_is_told_by_its_arn_and_what_has_an_arn_stays():
    asked = {"A": "db", "B": "db:user::", "C": f"{SECRET}x-AbCdEf:k::id", "D": PARAMETER}
    assert by_arn(asked, PLACE, "shop-dev/web") == {
        **asked,
        "A": f"{SECRET}shop-dev/web/db",
        "B": f"{SECRET}shop-dev/web/db:user::",
    }


def test_the_arn_is_in_the_accounts_own_partition():
    china = {**PLACE, "partition": "aws-cn", "region": "cn-north-1"}
    told = "arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:shop/db"
    assert by_arn({"A": "db"}, china, "shop") == {"A": told}  # type: ignore[arg-type]


def test_each_is_granted_once_by_itself_whatever_part_of_it_is_read():
    values = [
        f"{SECRET}b-AbCdEf:user::",
        f"{SECRET}b-AbCdEf:password::id",
        f"{SECRET}shop/db:k:AWSPREVIOUS:",
        PARAMETER,
    ]
    assert reading(values) == [
        {"Effect": "Allow", "Action": "ssm:GetParameters", "Resource": [PARAMETER]},
        {
            "Effect": "Allow",
            "Action": "secretsmanager:GetSecretValue",
            "Resource": [f"{SECRET}b-AbCdEf", f"{SECRET}shop/db-??????"],
        },
    ]
    assert reading([]) == []


@given(
    st.from_regex(r"[a-z][a-z0-9-]{0,20}/[a-z][a-z0-9-]{0,10}", fullmatch=True),
    st.from_regex(r"[A-Za-z][\w-]{0,20}", fullmatch=True),
)
def test_no_name_is_taken_for_a_whole_one(prefix: str, name: str):
    (value,) = by_arn({"A": name}, PLACE, prefix).values()
    (statement,) = reading([value])
    assert statement["Resource"] == [f"{value}-??????"]
