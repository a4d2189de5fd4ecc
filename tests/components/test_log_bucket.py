import json

from components.log_bucket import LogBucket
from tests.components.declared import PLACE, Made, changes, declare


def made(days: int = 90, *, protect: bool = False) -> Made:
    return declare(lambda: LogBucket("logs", {"account": PLACE, "days": days, "protect": protect}))


BUCKET = "aws:s3/bucket:Bucket logs"
POLICY = "aws:s3/bucketPolicy:BucketPolicy logs"
LIFECYCLE = "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration logs"
ARN = "Bucket.logs.arn"
STATEMENTS = [
    {
        "Sid": "Write",
        "Effect": "Allow",
        "Principal": {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"{ARN}/AWSLogs/123456789012/*",
        "Condition": {
            "ArnLike": {"aws:SourceArn": "arn:aws:elasticloadbalancing:eu-central-1:123456789012:loadbalancer/*"}
        },
    },
    {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [ARN, f"{ARN}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    },
]


def test_a_bucket_is_closed_encrypted_expires_and_takes_the_load_balancers_logs():
    children = made().children
    assert json.loads(children[POLICY].pop("policy")) == {"Version": "2012-10-17", "Statement": STATEMENTS}
    assert children == {
        BUCKET: {"forceDestroy": True},
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock logs": {
            "bucket": "Bucket.logs.bucket",
            "blockPublicAcls": True,
            "blockPublicPolicy": True,
            "ignorePublicAcls": True,
            "restrictPublicBuckets": True,
        },
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration logs": {
            "bucket": "Bucket.logs.bucket",
            "rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}],
        },
        LIFECYCLE: {
            "bucket": "Bucket.logs.bucket",
            "rules": [{"id": "expire", "status": "Enabled", "filter": {"prefix": ""}, "expiration": {"days": 90}}],
        },
        POLICY: {
            "bucket": "Bucket.logs.bucket",
            "opts.needs": ["BucketPublicAccessBlock.logs"],
        },
    }


def test_days_are_the_expiry():
    rule = {"id": "expire", "status": "Enabled", "filter": {"prefix": ""}, "expiration": {"days": 7}}
    assert changes(made(), made(7)) == {LIFECYCLE: {"rules": [rule]}}


def test_a_protected_bucket_is_not_emptied():
    assert changes(made(), made(protect=True)) == {BUCKET: {"forceDestroy": False, "opts.protect": True}}


def test_its_name_is_known_once_the_balancer_may_write():
    one = made()
    assert one.outputs == {"bucket_name": "Bucket.logs.bucket"}
    assert "BucketPolicy.logs" in one.waits["bucket_name"]
