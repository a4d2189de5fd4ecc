"""The resources of the sample: a service behind a load balancer, with everything around it, and EC2 capacity."""

from datetime import date

from sample import ACCOUNT, REGION, R, Ref, World
from slipway_policies.settings import Settings, Terms

IMAGE = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/shop/web:c-0123456789abcdef"
TAGS = {"owner": "shop"}
SETTINGS = Settings(
    accounts=(ACCOUNT,),
    regions=(REGION,),
    public_repositories=("charts",),
    public_balancers=("balancer",),
    required_tags=("owner",),
)
TERMS = Terms(SETTINGS, "prod", date(2026, 11, 24))


def _trust(service: str) -> dict[str, object]:
    return {
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": service},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
            }
        ]
    }


def _allow(action: list[str], resource: object, **more: object) -> dict[str, object]:
    return {"Statement": [{"Effect": "Allow", "Action": action, "Resource": resource, **more}]}


def _aws(token: str, **props: object) -> R:
    module, name = token.split("/")
    return R(f"aws:{module}/{name[0].lower()}{name[1:]}:{name}", props)


def _network() -> World:
    found: World = {
        "vpc": _aws("ec2/Vpc", cidrBlock="10.0.0.0/16"),
        "gateway": _aws("ec2/InternetGateway", vpcId=Ref("vpc")),
        "eip": _aws("ec2/Eip"),
        "nat": _aws("ec2/NatGateway", subnetId=Ref("public-1")),
        "default-group": _aws("ec2/DefaultSecurityGroup", vpcId=Ref("vpc")),
        "flow": _aws("ec2/FlowLog", vpcId=Ref("vpc")),
        "block": _aws("vpc/BlockPublicAccessOptions", internetGatewayBlockMode="block-ingress"),
        "acl": _aws(
            "ec2/NetworkAcl",
            subnetIds=[Ref("private-1")],
            ingress=[{"action": "allow", "cidrBlock": "10.0.0.0/8", "fromPort": 22, "toPort": 22, "protocol": "tcp"}],
        ),
    }
    for number in ("1", "2"):
        for kind in ("public", "private"):
            name = f"{kind}-{number}"
            way = {"gatewayId": Ref("gateway")} if kind == "public" else {"natGatewayId": Ref("nat")}
            found |= {
                name: _aws(
                    "ec2/Subnet",
                    vpcId=Ref("vpc"),
                    availabilityZone=f"{REGION}{'ab'[int(number) - 1]}",
                    mapPublicIpOnLaunch=False,
                ),
                f"{name}-table": _aws("ec2/RouteTable", vpcId=Ref("vpc")),
                f"{name}-in": _aws("ec2/RouteTableAssociation", subnetId=Ref(name), routeTableId=Ref(f"{name}-table")),
                f"{name}-out": _aws(
                    "ec2/Route", routeTableId=Ref(f"{name}-table"), destinationCidrBlock="0.0.0.0/0", **way
                ),
            }
    for service in ("ecr.api", "ecr.dkr", "s3", "logs"):
        found[f"endpoint-{service}".replace(".", "-")] = _aws(
            "ec2/VpcEndpoint", vpcId=Ref("vpc"), serviceName=f"com.amazonaws.{REGION}.{service}"
        )
    return found


def _images() -> World:
    lifecycle = {
        "rules": [
            {
                "rulePriority": 1,
                "selection": {
                    "tagStatus": "untagged",
                    "countType": "sinceImagePushed",
                    "countUnit": "days",
                    "countNumber": 7,
                },
                "action": {"type": "expire"},
            },
            {
                "rulePriority": 2,
                "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 40},
                "action": {"type": "expire"},
            },
        ]
    }
    pull = {
        "Statement": [
            {
                "Sid": "pull",
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
                "Action": ["ecr:BatchGetImage"],
            }
        ]
    }
    repository = _aws(
        "ecr/Repository",
        name="shop/web",
        imageTagMutability="IMMUTABLE",
        imageScanningConfiguration={"scanOnPush": True},
        encryptionConfigurations=[{"encryptionType": "KMS"}],
        forceDelete=False,
        tags=TAGS,
    )
    repository.protect = True
    image = R(
        "docker:index/image:Image",
        {"imageName": IMAGE, "build": {"platform": "linux/amd64", "args": {"VERSION": "1"}}},
        waits=("repo",),
    )
    return {
        "repo": repository,
        "lifecycle": _aws("ecr/LifecyclePolicy", repository=Ref("repo", "name"), policy=lifecycle),
        "repo-policy": _aws("ecr/RepositoryPolicy", repository=Ref("repo", "name"), policy=pull),
        "registry-policy": _aws("ecr/RegistryPolicy", policy=pull),
        "scanning": _aws(
            "ecr/RegistryScanningConfiguration",
            scanType="ENHANCED",
            rules=[{"scanFrequency": "CONTINUOUS_SCAN", "repositoryFilters": [{"filter": "shop/*"}]}],
        ),
        "template": _aws("ecr/RepositoryCreationTemplate", imageTagMutability="IMMUTABLE", lifecyclePolicy="{}"),
        "cache": _aws(
            "ecr/PullThroughCacheRule", upstreamRegistryUrl="registry-1.docker.io", credentialArn="arn:aws:mock"
        ),
        "charts": _aws("ecrpublic/Repository", repositoryName="charts"),
        "image": image,
    }


def _task() -> R:
    container = {
        "name": "web",
        "image": IMAGE,
        "essential": True,
        "user": "10001:10001",
        "privileged": False,
        "readonlyRootFilesystem": True,
        "environment": [{"name": "PORT", "value": "8080"}],
        "secrets": [{"name": "KEY", "valueFrom": f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/shop/key"}],
        "portMappings": [{"containerPort": 8080}],
        "linuxParameters": {"capabilities": {"add": [], "drop": ["ALL"]}},
        "logConfiguration": {"logDriver": "awslogs", "options": {"awslogs-group": "/shop/web", "mode": "non-blocking"}},
        "healthCheck": {"command": ["CMD", "true"]},
        "stopTimeout": 30,
    }
    task = _aws(
        "ecs/TaskDefinition",
        family="web",
        requiresCompatibilities=["FARGATE"],
        networkMode="awsvpc",
        cpu="256",
        memory="512",
        executionRoleArn=Ref("execution", "arn"),
        taskRoleArn=Ref("task-role", "arn"),
        runtimePlatform={"cpuArchitecture": "X86_64", "operatingSystemFamily": "LINUX"},
        volumes=[
            {"name": "scratch"},
            {
                "name": "shared",
                "efsVolumeConfiguration": {
                    "fileSystemId": "fs-1",
                    "transitEncryption": "ENABLED",
                    "authorizationConfig": {"iam": "ENABLED", "accessPointId": "fsap-1"},
                },
            },
        ],
        containerDefinitions=[container],
        tags=TAGS,
    )
    task.waits = ("image", "log")
    return task


def _service() -> World:
    service = _aws(
        "ecs/Service",
        name="web",
        cluster=Ref("cluster", "arn"),
        taskDefinition=Ref("task", "arn"),
        desiredCount=2,
        platformVersion="LATEST",
        deploymentCircuitBreaker={"enable": True, "rollback": True},
        deploymentMinimumHealthyPercent=100,
        deploymentMaximumPercent=200,
        enableExecuteCommand=False,
        propagateTags="SERVICE",
        alarms={"enable": True, "alarmNames": ["errors"]},
        availabilityZoneRebalancing="ENABLED",
        healthCheckGracePeriodSeconds=60,
        capacityProviderStrategies=[
            {"capacityProvider": "FARGATE", "base": 1, "weight": 1},
            {"capacityProvider": "FARGATE_SPOT", "weight": 1},
        ],
        networkConfiguration={
            "subnets": [Ref("private-1"), Ref("private-2")],
            "securityGroups": [Ref("task-group")],
            "assignPublicIp": False,
        },
        loadBalancers=[{"targetGroupArn": Ref("targets", "arn"), "containerName": "web", "containerPort": 8080}],
        tags=TAGS,
    )
    service.ignore = ("desiredCount",)
    return {
        "cluster": _aws(
            "ecs/Cluster",
            name="shop",
            settings=[{"name": "containerInsights", "value": "enhanced"}],
            configuration={
                "executeCommandConfiguration": {"logging": "OVERRIDE", "kmsKeyId": Ref("key", "arn")},
                "managedStorageConfiguration": {"fargateEphemeralStorageKmsKeyId": Ref("key", "arn")},
            },
            tags=TAGS,
        ),
        "providers": _aws(
            "ecs/ClusterCapacityProviders",
            clusterName="shop",
            defaultCapacityProviderStrategies=[{"capacityProvider": "FARGATE", "base": 1, "weight": 1}],
        ),
        "task": _task(),
        "service": service,
        "task-set": _aws("ecs/TaskSet", networkConfiguration={"assignPublicIp": False}),
        "target": _aws("appautoscaling/Target", resourceId=Ref("service", "resourceId"), minCapacity=2, maxCapacity=10),
        "scaling": _aws("appautoscaling/Policy", resourceId=Ref("target", "resourceId")),
        "log": _aws(
            "cloudwatch/LogGroup",
            name="/shop/web",
            retentionInDays=365,
            kmsKeyId=Ref("key", "arn"),
            skipDestroy=True,
        ),
        "alarm": _aws(
            "cloudwatch/MetricAlarm",
            metricName="HTTPCode_Target_5XX_Count",
            alarmActions=["arn:aws:sns:eu-central-1:123456789012:pager"],
        ),
    }


def _balancing() -> World:
    return {
        "balancer": _aws(
            "lb/LoadBalancer",
            internal=False,
            loadBalancerType="application",
            subnets=[Ref("public-1"), Ref("public-2")],
            securityGroups=[Ref("balancer-group")],
            dropInvalidHeaderFields=True,
            enableDeletionProtection=True,
            desyncMitigationMode="defensive",
            accessLogs={"enabled": True, "bucket": "logs"},
            connectionLogs={"enabled": True, "bucket": "logs"},
            tags=TAGS,
        ),
        "nlb": _aws(
            "lb/LoadBalancer",
            internal=True,
            loadBalancerType="network",
            subnets=[Ref("private-1"), Ref("private-2")],
            enableCrossZoneLoadBalancing=True,
            enableDeletionProtection=True,
            accessLogs={"enabled": True, "bucket": "logs"},
            tags=TAGS,
        ),
        "nlb-listener": _aws(
            "lb/Listener",
            loadBalancerArn=Ref("nlb", "arn"),
            protocol="TLS",
            sslPolicy="ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
            certificateArn=Ref("certificate", "arn"),
            defaultActions=[{"type": "forward", "targetGroupArn": Ref("targets", "arn")}],
        ),
        "certificate": _aws("acm/Certificate", domainName="shop.example"),
        "listener": _aws(
            "lb/Listener",
            loadBalancerArn=Ref("balancer", "arn"),
            port=443,
            protocol="HTTPS",
            sslPolicy="ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09",
            certificateArn=Ref("certificate", "arn"),
            routingHttpResponseStrictTransportSecurityHeaderValue="max-age=31536000",
            defaultActions=[{"type": "fixed-response", "fixedResponse": {"statusCode": "404"}}],
        ),
        "redirect": _aws(
            "lb/Listener",
            loadBalancerArn=Ref("balancer", "arn"),
            port=80,
            protocol="HTTP",
            defaultActions=[{"type": "redirect", "redirect": {"protocol": "HTTPS", "statusCode": "HTTP_301"}}],
        ),
        "rule": _aws(
            "lb/ListenerRule",
            listenerArn=Ref("listener", "arn"),
            actions=[{"type": "forward", "targetGroupArn": Ref("targets", "arn")}],
        ),
        "targets": _aws(
            "lb/TargetGroup",
            protocol="HTTPS",
            targetType="ip",
            deregistrationDelay=30,
            healthCheck={"enabled": True, "path": "/healthz", "matcher": "200-299", "protocol": "HTTPS"},
        ),
        "balancer-group": _aws("ec2/SecurityGroup", description="the load balancer", vpcId=Ref("vpc")),
        "balancer-in": _aws(
            "vpc/SecurityGroupIngressRule",
            securityGroupId=Ref("balancer-group"),
            description="clients",
            cidrIpv4="0.0.0.0/0",
            ipProtocol="tcp",
            fromPort=443,
            toPort=443,
        ),
        "task-group": _aws("ec2/SecurityGroup", description="tasks", vpcId=Ref("vpc")),
        "task-in": _aws(
            "vpc/SecurityGroupIngressRule",
            securityGroupId=Ref("task-group"),
            description="the load balancer",
            referencedSecurityGroupId=Ref("balancer-group"),
            ipProtocol="tcp",
            fromPort=8080,
            toPort=8080,
        ),
        "task-out": _aws(
            "vpc/SecurityGroupEgressRule",
            securityGroupId=Ref("task-group"),
            description="AWS",
            cidrIpv4="0.0.0.0/0",
            ipProtocol="tcp",
            fromPort=443,
            toPort=443,
        ),
        "web-acl": _aws(
            "wafv2/WebAcl",
            visibilityConfig={"cloudwatchMetricsEnabled": True},
            rules=[
                {
                    "statement": {
                        "managedRuleGroupStatement": {"name": "AWSManagedRulesKnownBadInputsRuleSet"},
                    },
                    "visibilityConfig": {"cloudwatchMetricsEnabled": True},
                }
            ],
        ),
        "acl-association": _aws(
            "wafv2/WebAclAssociation", resourceArn=Ref("balancer", "arn"), webAclArn=Ref("web-acl", "arn")
        ),
        "acl-logging": _aws("wafv2/WebAclLoggingConfiguration", resourceArn=Ref("web-acl", "arn")),
    }


def _identities() -> World:
    github = {
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {
                    "StringEquals": {"token.actions.githubusercontent.com:sub": "repo:shop/web:ref:refs/heads/main"}
                },
            }
        ]
    }
    log = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/shop/web:*"
    role = {"permissionsBoundary": "arn:aws:iam::123456789012:policy/boundary"}
    secret = _aws(
        "secretsmanager/Secret",
        kmsKeyId=Ref("key", "arn"),
        policy=_allow(["secretsmanager:GetSecretValue"], "*", Principal={"AWS": ACCOUNT}),
    )
    secret.protect = True
    key = _aws(
        "kms/Key",
        enableKeyRotation=True,
        deletionWindowInDays=30,
        policy=_allow(["kms:*"], "*", Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:root"}),
    )
    key.protect = True
    return {
        "execution": _aws("iam/Role", assumeRolePolicy=_trust("ecs-tasks.amazonaws.com"), **role),
        "execution-policy": _aws(
            "iam/RolePolicy",
            role=Ref("execution"),
            policy=_allow(["logs:CreateLogStream", "logs:PutLogEvents"], log, Sid="log"),
        ),
        "task-role": _aws("iam/Role", assumeRolePolicy=_trust("ecs-tasks.amazonaws.com"), **role),
        "task-policy": _aws(
            "iam/Policy", policy=_allow(["s3:GetObject"], "arn:aws:s3:::shop-pictures/*", Sid="pictures")
        ),
        "attachment": _aws("iam/RolePolicyAttachment", role=Ref("task-role"), policyArn=Ref("task-policy", "arn")),
        "pipeline": _aws("iam/Role", assumeRolePolicy=github, **role),
        "key": key,
        "secret": secret,
        "rotation": _aws(
            "secretsmanager/SecretRotation", secretId=Ref("secret"), rotationRules={"automaticallyAfterDays": 30}
        ),
        "password": R("random:index/randomPassword:RandomPassword"),
        "secret-version": _aws(
            "secretsmanager/SecretVersion", secretId=Ref("secret"), secretString=Ref("password", "result")
        ),
        "parameter": _aws("ssm/Parameter", name="/shop/release", type="String", value="v1"),
    }


def _capacity() -> World:
    template = {
        "metadataOptions": {"httpTokens": "required", "httpPutResponseHopLimit": 1},
        "networkInterfaces": [{"associatePublicIpAddress": "false"}],
        "blockDeviceMappings": [{"deviceName": "/dev/xvda", "ebs": {"encrypted": "true"}}],
        "userData": "IyEvYmluL3NoCg==",
        "monitoring": {"enabled": True},
        "iamInstanceProfile": {"name": "instances"},
    }
    return {
        "launch": _aws("ec2/LaunchTemplate", **template),
        "instances": _aws(
            "autoscaling/Group",
            vpcZoneIdentifiers=[Ref("private-1"), Ref("private-2")],
            protectFromScaleIn=True,
            healthCheckType="ELB",
            targetGroupArns=["arn:aws:elasticloadbalancing:::targetgroup/other"],
            capacityRebalance=True,
            defaultCooldown=300,
            mixedInstancesPolicy={
                "launchTemplate": {"overrides": [{"instanceType": "m7g.large"}, {"instanceType": "m6g.large"}]},
                "instancesDistribution": {"onDemandBaseCapacity": 1},
            },
            tags=[{"key": "owner", "value": "shop", "propagateAtLaunch": True}],
        ),
        "told": _aws("autoscaling/Notification", groupNames=[Ref("instances", "name")]),
        "capacity": _aws(
            "ecs/CapacityProvider",
            autoScalingGroupProvider={
                "autoScalingGroupArn": Ref("instances", "arn"),
                "managedTerminationProtection": "ENABLED",
                "managedScaling": {"status": "ENABLED"},
                "managedDraining": "ENABLED",
            },
        ),
        "bastion": _aws(
            "ec2/Instance",
            metadataOptions={"httpTokens": "required"},
            disableApiTermination=True,
            monitoring=True,
            iamInstanceProfile="bastion",
            rootBlockDevice={"encrypted": True},
        ),
    }


def sample() -> World:
    """The whole stack: it keeps every rule of the pack."""
    return {
        "stack": R("pulumi:pulumi:Stack"),
        "provider": R("pulumi:providers:aws", {"allowedAccountIds": f'["{ACCOUNT}"]', "region": REGION}),
        **_network(),
        **_images(),
        **_service(),
        **_balancing(),
        **_identities(),
        **_capacity(),
    }
