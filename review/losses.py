"""What is lost with a resource that an update deletes or replaces."""

from review.run import Step

LOST = {
    "aws:acm/certificate:Certificate": "the certificate: listeners need its successor, validated, first",
    "aws:cloudwatch/logGroup:LogGroup": "its log events",
    "aws:cloudwatch/metricAlarm:MetricAlarm": "its history",
    "aws:dynamodb/table:Table": "its items",
    "aws:ec2/eip:Eip": "its address: allow-lists elsewhere may name it",
    "aws:ec2/natGateway:NatGateway": "connections through it, and its address where that is not kept",
    "aws:ec2/subnet:Subnet": "its id, and all that is in it",
    "aws:ec2/vpc:Vpc": "the network, and all that is in it",
    "aws:ecr/repository:Repository": "its images, those for a rollback too",
    "aws:ecs/cluster:Cluster": "the cluster, and all that runs on it",
    "aws:ecs/service:Service": "its running tasks: nobody answers until a successor does",
    "aws:efs/fileSystem:FileSystem": "its files",
    "aws:kms/key:Key": "all that only it can decrypt, after its waiting period",
    "aws:lb/listener:Listener": "its rules: its port answers nobody until a successor does",
    "aws:lb/loadBalancer:LoadBalancer": "its DNS name and its open connections",
    "aws:rds/cluster:Cluster": "its data, but for a final snapshot",
    "aws:rds/instance:Instance": "its data, but for a final snapshot",
    "aws:route53/record:Record": "the name: it leads nowhere until a successor is there",
    "aws:route53/zone:Zone": "its records and its name servers",
    "aws:s3/bucket:Bucket": "its objects",
    "aws:secretsmanager/secret:Secret": "its value, after its recovery window",
    "aws:sns/topic:Topic": "its subscriptions: people confirm them anew",
    "aws:sqs/queue:Queue": "its messages",
    "aws:ssm/parameter:Parameter": "its value; a release record is the memory of the last good release",
}
"""By type: what an update cannot bring back. A type that is not here can be made again as it was."""


def losses(steps: list[Step]) -> list[Step]:
    """The steps after which something is lost."""
    return [one for one in steps if one.op in ("replace", "delete") and one.type in LOST and not one.retained]
