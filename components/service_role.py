"""A role that one AWS service assumes, for this account only."""

import json

import pulumi_aws as aws
from pulumi import ResourceOptions

from components.account import Account


def service_role(name: str, service: str, account: Account | None, opts: ResourceOptions) -> aws.iam.Role:
    """A role for `<service>.amazonaws.com`.

    The condition keeps other accounts from using the service as their deputy ("The confused deputy
    problem", IAM User Guide). No account for a service that names none when it takes the role on, and gets it only
    from who may pass it: EC2 for its instances, ECS for what it manages ("Amazon ECS infrastructure IAM role").
    """
    statement: dict[str, object] = {
        "Effect": "Allow",
        "Principal": {"Service": f"{service}.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    if account:
        statement["Condition"] = {"StringEquals": {"aws:SourceAccount": account["id"]}}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    return aws.iam.Role(name, assume_role_policy=json.dumps(document, sort_keys=True), opts=opts)
