"""Which account, region and partition the stack is in: asked for once, known at preview."""

from typing import TypedDict

import pulumi_aws as aws

from settings.options import options


@options()
class Account(TypedDict):
    """A place on AWS."""

    id: str
    """Account number, 12 digits."""
    region: str
    """Region, such as `eu-central-1`."""
    partition: str
    """`aws`, `aws-cn` or `aws-us-gov`."""
    dns_suffix: str
    """Domain of the partition's services, such as `amazonaws.com`."""


def log_group_arn(place: Account, name: str) -> str:
    """What a policy names to allow writing to a log group's streams."""
    return f"arn:{place['partition']}:logs:{place['region']}:{place['id']}:log-group:{name}:*"


def elsewhere(place: Account, arn: str) -> str | None:
    """Why a resource that exists cannot be used from here, if so: ECS and its balancers stay in their place."""
    _, _, _, region, account, *_ = arn.split(":")
    if (account, region) == (place["id"], place["region"]):
        return None
    return f"is in account {account}, {region}; this stack is in account {place['id']}, {place['region']}"


def look_up() -> Account:
    """The account that the AWS provider's credentials belong to."""
    partition = aws.get_partition()
    return {
        "id": aws.get_caller_identity().account_id,
        "region": aws.get_region().region,
        "partition": partition.partition,
        "dns_suffix": partition.dns_suffix,
    }
