"""Containers, task definitions, services, clusters."""

from cases import BY_OPTION, Case, Skip
from sample import GONE, R, Ref

CD = "task.containerDefinitions[0]"
WINDOWS = {"task.runtimePlatform.operatingSystemFamily": "WINDOWS_SERVER_2022_CORE"}
DAEMON = {"service.schedulingStrategy": "DAEMON"}
EXTERNAL = {"service.deploymentController": {"type": "EXTERNAL"}}
NET = "service.networkConfiguration"
WITHOUT_BALANCER = {"service.loadBalancers": []}
OWN_SUBNETS = {f"{NET}.subnets": ["subnet-0a", "subnet-0b"]}

CONTAINERS = [
    Case("ecs-no-privileged", {f"{CD}.privileged": True}, path=f"{CD}.privileged", absent="compliant"),
    Case(
        "ecs-readonly-rootfs",
        {f"{CD}.readonlyRootFilesystem": False},
        path=f"{CD}.readonlyRootFilesystem",
        outside=WINDOWS,
    ),
    Case("ecs-nonroot-linux", {f"{CD}.user": "0:0"}, path=f"{CD}.user", outside=WINDOWS),
    Case(
        "ecs-nonadmin-windows",
        WINDOWS | {f"{CD}.user": "ContainerAdministrator"},
        path=f"{CD}.user",
        absent=(WINDOWS | {f"{CD}.user": GONE}, "violation"),
        malformed=(WINDOWS | {f"{CD}.user": [[]]}, "undecided"),
        compliant=WINDOWS | {f"{CD}.user": "ContainerUser"},
        outside={},
    ),
    Case(
        "ecs-env-no-secrets",
        {f"{CD}.environment[0]": {"name": "DB_PASSWORD", "value": "correct-horse"}},
        path=f"{CD}.environment",
        absent="compliant",
        odd="odd",
    ),
    Case(
        "ecs-secret-refs-valid",
        {f"{CD}.secrets[0].valueFrom": "arn:aws:s3:::bucket/key"},
        path=f"{CD}.secrets",
        absent="not applicable",
        odd="odd",
        outside={f"{CD}.secrets": []},
    ),
    Case(
        "ecs-log-configured",
        {f"{CD}.logConfiguration.logDriver": "none"},
        path=f"{CD}.logConfiguration.logDriver",
    ),
    Case(
        "ecs-log-nonblocking",
        {f"{CD}.logConfiguration.options.mode": "blocking"},
        path=f"{CD}.logConfiguration.options.mode",
        absent="compliant",
        outside={f"{CD}.logConfiguration.logDriver": "awsfirelens"},
    ),
    Case(
        "ecs-log-group-managed",
        {f"{CD}.logConfiguration.options.awslogs-group": "/other"},
        path=f"{CD}.logConfiguration.options.awslogs-group",
        outside={f"{CD}.logConfiguration.logDriver": "awsfirelens"},
    ),
    Case(
        "ecs-capabilities",
        {f"{CD}.linuxParameters.capabilities.add": ["SYS_ADMIN"]},
        path=f"{CD}.linuxParameters.capabilities",
        odd="odd",
    ),
]

TASKS = [
    Case(
        "ecs-no-host-network",
        {"task.networkMode": "host"},
        path="task.networkMode",
        absent="compliant",
        also=("tg-target-type",),
    ),
    Case("ecs-no-host-pid", {"task.pidMode": "host"}, path="task.pidMode", absent="compliant"),
    Case("ecs-no-host-ipc", {"task.ipcMode": "host"}, path="task.ipcMode", absent="compliant"),
    Case(
        "ecs-no-host-paths",
        {"task.volumes[0].hostPath": "/var/run/docker.sock"},
        path="task.volumes",
        absent="not applicable",
        odd="odd",
        outside={"task.volumes": []},
    ),
    Case(
        "ecs-role-split",
        {"task.taskRoleArn": Ref("execution", "arn")},
        path="task.taskRoleArn",
        absent="compliant",
        also=(),
    ),
    Case(
        "ecs-task-role-present",
        {"task.taskRoleArn": GONE},
        path="task.taskRoleArn",
        unknown="compliant",
        malformed="compliant",
    ),
    Case(
        "ecs-efs-tls",
        {"task.volumes[1].efsVolumeConfiguration.transitEncryption": "DISABLED"},
        path="task.volumes[1].efsVolumeConfiguration.transitEncryption",
        outside={"task.volumes": []},
    ),
    Case(
        "ecs-efs-iam",
        {"task.volumes[1].efsVolumeConfiguration.authorizationConfig.iam": "DISABLED"},
        path="task.volumes[1].efsVolumeConfiguration.authorizationConfig.iam",
        outside={"task.volumes": []},
    ),
    Case(
        "ecs-health-check",
        {"service": GONE, f"{CD}.healthCheck": GONE},
        subject="task",
        path="task.containerDefinitions",
        absent=({"service": GONE, f"{CD}.healthCheck": None}, "violation"),
        malformed=({"task.containerDefinitions": "[{"}, "undecided"),
        compliant={"service": GONE},
        outside={f"{CD}.essential": False},
        also=("sg-in-use",),
    ),
    Case(
        "ecs-fargate-size-valid",
        {"task.memory": "9999"},
        path="task.memory",
        outside={"task.requiresCompatibilities": ["EC2"]},
    ),
    Case("ecs-fargate-size-cap", {"task.cpu": "32768", "task.memory": "61440"}, path="task.cpu", absent="compliant"),
    Case(
        "ecs-fault-injection-off",
        {"task.enableFaultInjection": True},
        path="task.enableFaultInjection",
        absent="compliant",
    ),
]

SERVICES = [
    Case("ecs-no-public-ip", {f"{NET}.assignPublicIp": True}, path=f"{NET}.assignPublicIp", absent="compliant"),
    Case(
        "ecs-taskset-no-public-ip",
        {"task-set.networkConfiguration.assignPublicIp": True},
        path="task-set.networkConfiguration.assignPublicIp",
        absent="compliant",
    ),
    Case(
        "ecs-fargate-platform", {"service.platformVersion": "1.3.0"}, path="service.platformVersion", absent="compliant"
    ),
    Case(
        "ecs-circuit-breaker",
        {"service.deploymentCircuitBreaker.rollback": False},
        path="service.deploymentCircuitBreaker.rollback",
        outside=EXTERNAL,
    ),
    Case(
        "ecs-rolling-safe",
        {"service.deploymentMinimumHealthyPercent": 50},
        path="service.deploymentMinimumHealthyPercent",
        absent="compliant",
        outside=DAEMON,
    ),
    Case(
        "ecs-desired-count",
        {"target.minCapacity": 1},
        subject="service",
        path="target.minCapacity",
        outside=DAEMON,
    ),
    Case(
        "ecs-exec-off", {"service.enableExecuteCommand": True}, path="service.enableExecuteCommand", absent="compliant"
    ),
    Case(
        "ecs-autoscaled",
        {"scaling": GONE},
        subject="service",
        path="target.maxCapacity",
        outside=DAEMON,
    ),
    Case(
        "ecs-ignore-desired-count",
        {"service!ignore": ()},
        absent=BY_OPTION,
        unknown=BY_OPTION,
        malformed=BY_OPTION,
        outside={"target": GONE},
    ),
    Case("ecs-propagate-tags", {"service.propagateTags": "NONE"}, path="service.propagateTags"),
    Case("ecs-deployment-alarms", {"service.alarms.enable": False}, path="service.alarms.enable"),
    Case(
        "ecs-az-rebalancing",
        {"service.availabilityZoneRebalancing": "DISABLED"},
        path="service.availabilityZoneRebalancing",
    ),
    Case(
        "ecs-grace-period",
        {"service.healthCheckGracePeriodSeconds": None},
        path="service.healthCheckGracePeriodSeconds",
        outside=WITHOUT_BALANCER,
    ),
    Case(
        "ecs-spot-guard",
        {"service.capacityProviderStrategies[0]": {"capacityProvider": "FARGATE_SPOT", "weight": 1}},
        path="service.capacityProviderStrategies",
        absent="compliant",
        odd="odd",
    ),
    Case(
        "ecs-private-subnets",
        {f"{NET}.subnets[0]": Ref("public-1")},
        path=f"{NET}.subnets",
        absent="not applicable",
        odd=3,
        outside=OWN_SUBNETS,
    ),
    Case(
        "ecs-egress-path",
        {"private-1-out": GONE, "endpoint-ecr-api": GONE},
        subject="service",
        path=f"{NET}.subnets",
        absent="not applicable",
        odd=3,
        outside=OWN_SUBNETS,
        also=("vpc-endpoints", "nat-default-route"),
    ),
    Case(
        "ecs-ingress-from-alb-only",
        {"task-in.cidrIpv4": "10.0.0.0/16"},
        subject="service",
        path=f"{NET}.securityGroups",
        absent="not applicable",
        odd=3,
        outside=WITHOUT_BALANCER,
    ),
    Case(
        "ecs-multi-az",
        {f"{NET}.subnets": [Ref("private-1")]},
        path=f"{NET}.subnets",
        absent="not applicable",
        odd=3,
        outside=OWN_SUBNETS,
    ),
    Case(
        "ecs-lb-wiring",
        {"service.loadBalancers[0].containerPort": 9999},
        path="service.loadBalancers",
        absent="not applicable",
        odd=3,
        outside=WITHOUT_BALANCER,
    ),
]

CLUSTERS = [
    Case(
        "ecs-exec-logged",
        {"cluster.configuration.executeCommandConfiguration.logging": "NONE"},
        path="cluster.configuration.executeCommandConfiguration.logging",
        absent="compliant",
    ),
    Case(
        "ecs-exec-encrypted",
        {"cluster.configuration.executeCommandConfiguration.kmsKeyId": GONE},
        path="cluster.configuration.executeCommandConfiguration.kmsKeyId",
        unknown="compliant",
        malformed="compliant",
        outside={"cluster.configuration": GONE},
    ),
    Case(
        "ecs-storage-cmk",
        {"cluster.configuration.managedStorageConfiguration": GONE},
        path="cluster.configuration.managedStorageConfiguration.fargateEphemeralStorageKmsKeyId",
        unknown="compliant",
        malformed="compliant",
    ),
    Case("ecs-container-insights", {"cluster.settings[0].value": "disabled"}, path="cluster.settings", odd="odd"),
    Case(
        "ecs-cp-termination-protection",
        {"instances.protectFromScaleIn": False},
        subject="capacity",
        path="capacity.autoScalingGroupProvider.managedTerminationProtection",
        outside={"capacity.autoScalingGroupProvider": GONE},
    ),
    Case(
        "ecs-cp-managed-scaling",
        {"capacity.autoScalingGroupProvider.managedScaling.status": "DISABLED"},
        path="capacity.autoScalingGroupProvider.managedScaling.status",
        outside={"capacity.autoScalingGroupProvider": GONE},
    ),
    Case(
        "ecs-covered-kinds",
        {"native": R("aws-native:ecs:Service")},
        absent=Skip("the type is always there"),
        unknown=Skip("the type is always known"),
        malformed=Skip("the type is always a text"),
        outside={"native": R("random:index/randomPassword:RandomPassword")},
    ),
    Case(
        "required-tags",
        {"cluster.tags": {"team": "shop"}},
        path="cluster.tags",
        odd="odd",
        outside={},
        unset=("required_tags",),
    ),
]

CASES = CONTAINERS + TASKS + SERVICES + CLUSTERS
