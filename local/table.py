"""Each resource type: how its inputs become a call, and whether that call is made.

A type on the path of a request is made to exist; every other one is validated against botocore's own
model of the call and listed as declared only. An input that the table does not name is an error.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

Names = dict[str, str]


@dataclass(frozen=True)
class Row:
    """A resource type's call.

    `names` maps inputs to the call's parameters, "" for one that has none; `gives` are the outputs that others read of
    one that is not made: its name stands for each.
    """

    service: str
    operation: str
    names: Names
    made: bool = False
    gives: tuple[str, ...] = ()


def _same(*names: str) -> Names:
    """Inputs whose parameter is the same word with a capital."""
    return {name: name[0].upper() + name[1:] for name in names}


_SG_RULE = {
    "securityGroupId": "GroupId",
    "description": "",
    "cidrIpv4": "",
    "ipProtocol": "",
    "fromPort": "",
    "toPort": "",
    "referencedSecurityGroupId": "",
}

TABLE: dict[str, Row] = {
    # Made: on the path of a request.
    "awsx:ec2:Vpc": Row(
        "ec2",
        "CreateVpc",
        {
            "cidrBlock": "CidrBlock",
            "enableDnsHostnames": "",
            "natGateways": "",
            "numberOfAvailabilityZones": "",
            "subnetSpecs": "",
            "subnetStrategy": "",
        },
        made=True,
    ),
    "aws:ec2/securityGroup:SecurityGroup": Row(
        "ec2", "CreateSecurityGroup", {"description": "Description", "vpcId": "VpcId"}, made=True
    ),
    "aws:ecr/repository:Repository": Row(
        "ecr",
        "CreateRepository",
        {
            "name": "repositoryName",
            "imageTagMutability": "imageTagMutability",
            "imageScanningConfiguration": "imageScanningConfiguration",
            "encryptionConfigurations": "",
            "forceDelete": "",
        },
        made=True,
    ),
    "docker:index/image:Image": Row(
        "ecr",
        "DescribeImages",
        {"imageName": "", "build": "", "registry": "", "skipPush": "", "buildOnPreview": ""},
        made=True,
    ),
    "aws:cloudwatch/logGroup:LogGroup": Row(
        "logs",
        "CreateLogGroup",
        {"name": "logGroupName", "retentionInDays": "", "skipDestroy": ""},
        made=True,
    ),
    "aws:iam/role:Role": Row("iam", "CreateRole", {"assumeRolePolicy": "AssumeRolePolicyDocument"}, made=True),
    "aws:ecs/cluster:Cluster": Row(
        "ecs",
        "CreateCluster",
        {"name": "clusterName", "settings": "settings", "configuration": "configuration"},
        made=True,
    ),
    "aws:lb/loadBalancer:LoadBalancer": Row(
        "elbv2",
        "CreateLoadBalancer",
        {
            "loadBalancerType": "Type",
            "securityGroups": "SecurityGroups",
            "subnets": "Subnets",
            "internal": "",
            "dropInvalidHeaderFields": "",
            "idleTimeout": "",
            "enableDeletionProtection": "",
            "accessLogs": "",
        },
        made=True,
    ),
    "aws:lb/listener:Listener": Row(
        "elbv2",
        "CreateListener",
        {
            "loadBalancerArn": "LoadBalancerArn",
            "port": "Port",
            "protocol": "Protocol",
            "defaultActions": "DefaultActions",
        },
        made=True,
    ),
    "aws:lb/targetGroup:TargetGroup": Row(
        "elbv2",
        "CreateTargetGroup",
        {
            "vpcId": "VpcId",
            "targetType": "TargetType",
            "port": "Port",
            "protocol": "Protocol",
            "healthCheck": "",
            "deregistrationDelay": "",
        },
        made=True,
    ),
    "aws:lb/listenerRule:ListenerRule": Row(
        "elbv2",
        "CreateRule",
        {
            "listenerArn": "ListenerArn",
            "priority": "Priority",
            "actions": "Actions",
            "conditions": "Conditions",
        },
        made=True,
    ),
    "aws:ecs/taskDefinition:TaskDefinition": Row(
        "ecs",
        "RegisterTaskDefinition",
        {
            "family": "family",
            "requiresCompatibilities": "requiresCompatibilities",
            "networkMode": "networkMode",
            "cpu": "cpu",
            "memory": "memory",
            "executionRoleArn": "executionRoleArn",
            "taskRoleArn": "taskRoleArn",
            "containerDefinitions": "containerDefinitions",
            "runtimePlatform": "runtimePlatform",
            "volumes": "volumes",
            "skipDestroy": "",
        },
        made=True,
    ),
    "aws:ecs/service:Service": Row(
        "ecs",
        "CreateService",
        {
            "name": "serviceName",
            "cluster": "cluster",
            "taskDefinition": "taskDefinition",
            "desiredCount": "desiredCount",
            "capacityProviderStrategies": "capacityProviderStrategy",
            "loadBalancers": "loadBalancers",
            "propagateTags": "propagateTags",
            "enableEcsManagedTags": "enableECSManagedTags",
            "enableExecuteCommand": "enableExecuteCommand",
            "healthCheckGracePeriodSeconds": "healthCheckGracePeriodSeconds",
            "networkConfiguration": "",
            "deploymentCircuitBreaker": "",
            "alarms": "",
            # Pulumi's shape of an endpoint's names is another than the call's, and no proxy runs here.
            "serviceConnectConfiguration": "",
            "deploymentMinimumHealthyPercent": "",
            "deploymentMaximumPercent": "",
            "forceNewDeployment": "",
            "waitForSteadyState": "",
        },
        made=True,
    ),
    "aws:ssm/parameter:Parameter": Row(
        "ssm",
        "PutParameter",
        {"name": "Name", "type": "Type", "insecureValue": "Value", "description": "Description"},
        made=True,
    ),
    "aws:secretsmanager/secret:Secret": Row(
        "secretsmanager",
        "CreateSecret",
        {"name": "Name", "description": "Description", "kmsKeyId": "KmsKeyId", "recoveryWindowInDays": ""},
        made=True,
    ),
    "aws:sqs/queue:Queue": Row(
        "sqs",
        "CreateQueue",
        {
            "name": "QueueName",
            "visibilityTimeoutSeconds": "Attributes.VisibilityTimeout",
            "messageRetentionSeconds": "Attributes.MessageRetentionPeriod",
            "receiveWaitTimeSeconds": "Attributes.ReceiveMessageWaitTimeSeconds",
            "redrivePolicy": "Attributes.RedrivePolicy",
            "redriveAllowPolicy": "Attributes.RedriveAllowPolicy",
            "kmsMasterKeyId": "Attributes.KmsMasterKeyId",
            "sqsManagedSseEnabled": "Attributes.SqsManagedSseEnabled",
        },
        made=True,
    ),
    # Declared only: validated, not made.
    "aws:sqs/queuePolicy:QueuePolicy": Row(
        "sqs", "SetQueueAttributes", {"queueUrl": "QueueUrl", "policy": "Attributes.Policy"}
    ),
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": Row("ec2", "DescribeSecurityGroups", {"vpcId": ""}),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": Row("ec2", "AuthorizeSecurityGroupIngress", _SG_RULE),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": Row("ec2", "AuthorizeSecurityGroupEgress", _SG_RULE),
    "aws:servicediscovery/httpNamespace:HttpNamespace": Row(
        "servicediscovery", "CreateHttpNamespace", _same("name", "description"), gives=("arn",)
    ),
    "aws:ec2/vpcEndpoint:VpcEndpoint": Row(
        "ec2",
        "CreateVpcEndpoint",
        {
            **_same(
                "vpcId",
                "serviceName",
                "vpcEndpointType",
                "subnetIds",
                "securityGroupIds",
                "routeTableIds",
            ),
            "policy": "PolicyDocument",
            "privateDnsEnabled": "PrivateDnsEnabled",
        },
    ),
    "aws:scheduler/schedule:Schedule": Row(
        "scheduler",
        "CreateSchedule",
        _same(
            *(
                "description",
                "scheduleExpression",
                "scheduleExpressionTimezone",
                "state",
                "flexibleTimeWindow",
                "target",
            )
        ),
    ),
    "aws:ec2/flowLog:FlowLog": Row(
        "ec2",
        "CreateFlowLogs",
        {
            "trafficType": "TrafficType",
            "logDestination": "LogDestination",
            "iamRoleArn": "DeliverLogsPermissionArn",
            "vpcId": "@ResourceIds",
        },
    ),
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": Row(
        "ecr",
        "PutLifecyclePolicy",
        {"repository": "repositoryName", "policy": "lifecyclePolicyText"},
        made=True,
    ),
    "aws:ecr/repositoryPolicy:RepositoryPolicy": Row(
        "ecr", "SetRepositoryPolicy", {"repository": "repositoryName", "policy": "policyText"}
    ),
    "aws:ecr/registryScanningConfiguration:RegistryScanningConfiguration": Row(
        "ecr", "PutRegistryScanningConfiguration", {"scanType": "scanType", "rules": "rules"}
    ),
    "aws:ecr/replicationConfiguration:ReplicationConfiguration": Row(
        "ecr", "PutReplicationConfiguration", {"replicationConfiguration": "replicationConfiguration"}
    ),
    "aws:ecr/pullThroughCacheRule:PullThroughCacheRule": Row(
        "ecr",
        "CreatePullThroughCacheRule",
        {
            "ecrRepositoryPrefix": "ecrRepositoryPrefix",
            "upstreamRegistryUrl": "upstreamRegistryUrl",
            "credentialArn": "credentialArn",
        },
    ),
    "aws:ecr/repositoryCreationTemplate:RepositoryCreationTemplate": Row(
        "ecr",
        "CreateRepositoryCreationTemplate",
        {
            "prefix": "prefix",
            "description": "description",
            "appliedFors": "appliedFor",
            "imageTagMutability": "imageTagMutability",
            "lifecyclePolicy": "lifecyclePolicy",
            "region": "",
        },
    ),
    "aws:ecrpublic/repository:Repository": Row(
        "ecr-public",
        "CreateRepository",
        {"repositoryName": "repositoryName", "catalogData": "catalogData", "forceDestroy": "", "region": ""},
        gives=("repositoryUri",),
    ),
    "aws:kms/key:Key": Row(
        "kms",
        "CreateKey",
        {"description": "Description", "policy": "Policy", "enableKeyRotation": "", "deletionWindowInDays": ""},
        gives=("arn",),
    ),
    "aws:sns/topic:Topic": Row("sns", "CreateTopic", {"kmsMasterKeyId": ""}, gives=("arn",)),
    "aws:sns/topicSubscription:TopicSubscription": Row(
        "sns", "Subscribe", {"topic": "TopicArn", "protocol": "Protocol", "endpoint": "Endpoint"}
    ),
    "aws:cloudwatch/metricAlarm:MetricAlarm": Row(
        "cloudwatch",
        "PutMetricAlarm",
        {
            "name": "AlarmName",
            **_same("alarmDescription", "alarmActions", "comparisonOperator", "threshold", "evaluationPeriods"),
            **_same("datapointsToAlarm", "treatMissingData", "namespace", "metricName", "dimensions", "statistic"),
            **_same("unit", "period"),
            "okActions": "OKActions",
            # Pulumi's shape of a metric in a query is another than the call's.
            "metricQueries": "",
        },
    ),
    "aws:s3/bucket:Bucket": Row("s3", "CreateBucket", {"forceDestroy": ""}, gives=("bucket", "arn")),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": Row(
        "s3",
        "PutPublicAccessBlock",
        {
            "bucket": "Bucket",
            "blockPublicAcls": "",
            "blockPublicPolicy": "",
            "ignorePublicAcls": "",
            "restrictPublicBuckets": "",
        },
    ),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": Row(
        "s3", "PutBucketEncryption", {"bucket": "Bucket", "rules": ""}
    ),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": Row(
        "s3", "PutBucketLifecycleConfiguration", {"bucket": "Bucket", "rules": ""}
    ),
    "aws:s3/bucketPolicy:BucketPolicy": Row("s3", "PutBucketPolicy", {"bucket": "Bucket", "policy": "Policy"}),
    "aws:iam/rolePolicy:RolePolicy": Row("iam", "PutRolePolicy", {"role": "RoleName", "policy": "PolicyDocument"}),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": Row(
        "iam", "AttachRolePolicy", {"role": "RoleName", "policyArn": "PolicyArn"}
    ),
    "aws:iam/instanceProfile:InstanceProfile": Row("iam", "CreateInstanceProfile", {"role": ""}, gives=("arn",)),
    "aws:ec2/launchTemplate:LaunchTemplate": Row(
        "ec2",
        "CreateLaunchTemplate",
        {
            "imageId": "LaunchTemplateData.ImageId",
            "userData": "LaunchTemplateData.UserData",
            "iamInstanceProfile": "LaunchTemplateData.IamInstanceProfile",
            "metadataOptions": "LaunchTemplateData.MetadataOptions",
            "blockDeviceMappings": "",
            "networkInterfaces": "",
            "updateDefaultVersion": "",
        },
        gives=("latestVersion",),
    ),
    "aws:autoscaling/group:Group": Row(
        "autoscaling",
        "CreateAutoScalingGroup",
        {
            **_same("minSize", "maxSize", "capacityRebalance", "defaultInstanceWarmup", "mixedInstancesPolicy", "tags"),
            "protectFromScaleIn": "NewInstancesProtectedFromScaleIn",
            "vpcZoneIdentifiers": "",
            "instanceRefresh": "",
            "forceDelete": "",
        },
        gives=("arn", "name"),
    ),
    "aws:ecs/capacityProvider:CapacityProvider": Row(
        "ecs",
        "CreateCapacityProvider",
        {
            "name": "name",
            "cluster": "cluster",
            "autoScalingGroupProvider": "autoScalingGroupProvider",
            # Pulumi's spelling of the launch template's units is another than the call's.
            "managedInstancesProvider": "",
        },
    ),
    "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders": Row(
        "ecs",
        "PutClusterCapacityProviders",
        {
            "clusterName": "cluster",
            "capacityProviders": "capacityProviders",
            "defaultCapacityProviderStrategies": "defaultCapacityProviderStrategy",
        },
    ),
    "aws:appautoscaling/target:Target": Row(
        "application-autoscaling",
        "RegisterScalableTarget",
        {
            **_same("serviceNamespace", "scalableDimension", "resourceId", "minCapacity"),
            "maxCapacity": "MaxCapacity",
        },
    ),
    "aws:appautoscaling/policy:Policy": Row(
        "application-autoscaling",
        "PutScalingPolicy",
        {
            **_same("policyType", "serviceNamespace", "scalableDimension", "resourceId"),
            **_same("targetTrackingScalingPolicyConfiguration", "stepScalingPolicyConfiguration"),
        },
        gives=("arn",),
    ),
    "aws:appautoscaling/scheduledAction:ScheduledAction": Row(
        "application-autoscaling",
        "PutScheduledAction",
        _same(
            *("serviceNamespace", "scalableDimension", "resourceId"), *("schedule", "timezone", "scalableTargetAction")
        ),
    ),
}

_FIXED: dict[str, dict[str, Any]] = {
    "CreateBucket": {"Bucket": "bucket"},
    "CreateTopic": {"Name": "topic"},
    "CreateAutoScalingGroup": {"AutoScalingGroupName": "group"},
    "CreateInstanceProfile": {"InstanceProfileName": "profile"},
    "CreateLaunchTemplate": {"LaunchTemplateName": "template"},
    "PutBucketEncryption": {"ServerSideEncryptionConfiguration": {"Rules": []}},
    "PutPublicAccessBlock": {"PublicAccessBlockConfiguration": {}},
    "CreateFlowLogs": {"ResourceType": "VPC"},
    "PutRolePolicy": {"PolicyName": "inline"},
    "PutScalingPolicy": {"PolicyName": "policy"},
    "PutScheduledAction": {"ScheduledActionName": "action"},
    "PutMetricAlarm": {"AlarmName": "alarm"},
    "CreateSchedule": {"Name": "schedule"},
}
"""Parameters that a call wants and Pulumi makes by itself."""

_CAPITAL = {"elbv2", "application-autoscaling", "autoscaling", "cloudwatch", "ec2", "scheduler"}
"""Services whose nested parameters begin with a capital."""


class NotInTable(ValueError):
    """A type or an input that the table does not name."""


def services(types: Iterable[str]) -> set[str]:
    """The services of AWS that these types' calls go to; a type that the table does not name is refused when made."""
    return {TABLE[one].service for one in types if one in TABLE}


def parameters(type_: str, inputs: dict[str, Any]) -> tuple[Row, dict[str, Any]]:
    """The row of a type, and the parameters of its call.

    Raises:
        NotInTable: the local stack does not know the type or one of its inputs.
    """
    row = TABLE.get(type_)
    if row is None:
        raise NotInTable(f"the local stack does not know the resource type {type_}: add it to local/table.py")
    unknown = sorted(
        key for key, value in inputs.items() if key not in row.names and value is not None and not key.startswith("__")
    )
    if unknown:
        raise NotInTable(
            f"the local stack does not know the input {', '.join(unknown)} of {type_}: add it to local/table.py"
        )
    call: dict[str, Any] = dict(_FIXED.get(row.operation, {}))
    for key, name in row.names.items():
        value = inputs.get(key)
        if not name or value is None:
            continue
        if name.startswith("@"):
            call[name[1:]] = [value]
            continue
        *outer, last = name.split(".")
        inside = call.setdefault(outer[0], {}) if outer else call
        inside[last] = _nested(value, capital=row.service in _CAPITAL)
    return row, call


def _nested(value: Any, *, capital: bool) -> Any:  # noqa: ANN401 - JSON in, JSON out
    if isinstance(value, dict):
        return {
            (key[0].upper() + key[1:] if capital else key): _nested(item, capital=capital)
            for key, item in value.items()
            if item is not None
        }  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    if isinstance(value, list):
        return [_nested(item, capital=capital) for item in value]  # pyright: ignore[reportUnknownVariableType]
    return value
