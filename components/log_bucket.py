"""LogBucket: where a load balancer writes its access logs.

Always: a bucket that is encrypted, closed to the public and to plain HTTP, that expires what it holds, and a
policy that lets the load balancers of this account and region write. Needs nothing.
"""

import json
from typing import TypedDict

import pulumi
import pulumi_aws as aws
from pulumi import Output, ResourceOptions

from components.account import Account
from components.names import bucket as bucket_name
from settings.options import complete, options

WRITER = "logdelivery.elasticloadbalancing.amazonaws.com"
"""Who writes ("Enable access logs for your Application Load Balancer")."""


@options()
class LogBucketArgs(TypedDict):
    """Arguments of `LogBucket`."""

    account: Account
    """Where it is."""
    days: int
    """Days after which a log expires."""
    protect: bool
    """Refuse to delete it; else `destroy` deletes it with what it holds."""


class LogBucket(pulumi.ComponentResource):
    """A bucket for access logs."""

    bucket_name: Output[str]
    """Its name, known once the load balancer may write to it."""

    def __init__(self, name: str, args: LogBucketArgs, opts: ResourceOptions | None = None) -> None:
        super().__init__("slipway:index:LogBucket", name, {}, opts)
        args = complete(LogBucketArgs, args, name)
        child = ResourceOptions(parent=self)
        bucket = aws.s3.Bucket(
            bucket_name(name),
            force_destroy=not args["protect"],
            opts=ResourceOptions(parent=self, protect=args["protect"]),
        )
        closed = aws.s3.BucketPublicAccessBlock(
            name,
            bucket=bucket.bucket,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=child,
        )
        # Load balancers write with S3's own keys only, which a bucket has by default; said here so that it stays.
        sealed = aws.s3.BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultArgs(
            sse_algorithm="AES256"
        )
        aws.s3.BucketServerSideEncryptionConfiguration(
            name,
            bucket=bucket.bucket,
            rules=[
                aws.s3.BucketServerSideEncryptionConfigurationRuleArgs(apply_server_side_encryption_by_default=sealed)
            ],
            opts=child,
        )
        aws.s3.BucketLifecycleConfiguration(
            name,
            bucket=bucket.bucket,
            rules=[
                aws.s3.BucketLifecycleConfigurationRuleArgs(
                    id="expire",
                    status="Enabled",
                    filter=aws.s3.BucketLifecycleConfigurationRuleFilterArgs(prefix=""),
                    expiration=aws.s3.BucketLifecycleConfigurationRuleExpirationArgs(days=args["days"]),
                )
            ],
            opts=child,
        )
        policy = aws.s3.BucketPolicy(
            name,
            bucket=bucket.bucket,
            policy=bucket.arn.apply(lambda arn: _policy(arn, args["account"])),
            # S3 takes one change of a bucket's access at a time.
            opts=ResourceOptions(parent=self, depends_on=[closed]),
        )
        self.bucket_name = Output.all(bucket.bucket, policy.id).apply(lambda both: str(both[0]))
        self.register_outputs({"bucket_name": self.bucket_name})


def _policy(arn: str, account: Account) -> str:
    balancers = f"arn:{account['partition']}:elasticloadbalancing:{account['region']}:{account['id']}:loadbalancer/*"
    write = {
        "Sid": "Write",
        "Effect": "Allow",
        "Principal": {"Service": WRITER},
        "Action": "s3:PutObject",
        "Resource": f"{arn}/AWSLogs/{account['id']}/*",
        "Condition": {"ArnLike": {"aws:SourceArn": balancers}},
    }
    encrypted = {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [write, encrypted]}, sort_keys=True)
