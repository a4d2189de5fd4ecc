"""A role that one AWS service assumes, for this account only."""

import json

import pulumi_aws as aws
from pulumi import ResourceOptions

from components.account import Account


def service_role(name: str, service: str, account: Account, opts: ResourceOptions) -> aws.iam.Role:
    """A role for `<service>.amazonaws.com`.

    The condition keeps other accounts from using the service as their deputy ("The confused deputy
    problem", IAM User Guide).
    """
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": f"{service}.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"aws:SourceAccount": account["id"]}},
    }
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return aws.iam.Role(name, assume_role_policy=json.dumps(document, sort_keys=True), opts=opts)
