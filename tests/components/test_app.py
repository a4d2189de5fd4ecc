import json
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pulumi
import pytest
from pulumi import Output

from components.app import App, app_args
from components.content_tag import content_tag
from release.record import ReleaseRecord
from settings.service import EXEC_WRITES
from tests.components.declared import PLACE, Made, Secret, changes, compact, declare, problems, text

TOKEN = {"getAuthorizationToken": {"userName": "AWS", "password": "a token"}}
HOST = "123456789012.dkr.ecr.eu-central-1.amazonaws.com"
ELSEWHERE = {"reference": "ghcr.io/shop/web:1.2"}
TMP = "/tmp"  # noqa: S108 - a path inside the container


def follow(_: pulumi.ResourceHookArgs) -> None:
    raise AssertionError("a hook runs on the engine alone")


@pytest.fixture
def context(tmp_path: Path) -> Path:
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    return tmp_path


def app(
    url: str = "http://shop.example.com",
    alarms: Any = None,
    cluster: dict[str, Any] | None = None,
    needs: Sequence[App] = (),
    name: str = "web",
    **asked: Any,
) -> App:
    """An application on a network, a cluster and a balancer that somebody else made."""
    place: Any = {
        "network": SimpleNamespace(
            vpc_id=Output.from_input("vpc-1"), private_subnet_ids=Output.from_input(["subnet-c", "subnet-d"])
        ),
        "cluster": SimpleNamespace(
            arn=Output.from_input("arn:cluster"),
            cluster_name="shop-dev",
            exec_log_group_name="/shop-dev/exec",
            insights=True,
            **{
                "strategy": [{"provider": "FARGATE", "base": 1, "weight": 1}],
                "shared": False,
                "ec2_provider": "",
                "ec2_architecture": "",
                "managed_provider": "",
                "managed_architecture": "",
                **(cluster or {}),
            },
        ),
        "balancer": SimpleNamespace(
            security_group_id=Output.from_input("sg-balancer"),
            arn_suffix=Output.from_input("app/shop/1"),
            listener_arn=Output.from_input("arn:listener"),
            url=Output.from_input(url),
        ),
        "alarms": alarms,
        "namespace": SimpleNamespace(arn=Output.from_input("arn:namespace")),
    }
    wiring: Any = {
        "account": PLACE,
        "stack_name": "shop-dev",
        "registry": "",
        "repository": {},
        "protect": False,
        "repository_name": "shop-dev/web",
        "pushed_tags": [],
        "priority": 7,
        **asked,
    }
    return App(name, wiring, place, follow, needs)


def made(url: str = "http://shop.example.com", **asked: Any) -> Made:
    return declare(lambda: app(url, **asked), TOKEN)


def built(context: Path, **asked: Any) -> Made:
    return made(image={"context": str(context)}, **asked)


def assumed(service: str) -> str:
    condition = {"StringEquals": {"aws:SourceAccount": "123456789012"}}
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": f"{service}.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": condition,
    }
    return text({"Version": "2012-10-17", "Statement": [statement]})


def container(image: str, version: str) -> dict[str, Any]:
    return {
        "name": "web",
        "image": image,
        "essential": True,
        "portMappings": [{"containerPort": 8080, "hostPort": 8080, "protocol": "tcp"}],
        "environment": [{"name": "APP_VERSION", "value": version}, {"name": "PORT", "value": "8080"}],
        "secrets": [],
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {
                "awslogs-group": "/shop-dev/web",
                "awslogs-region": "eu-central-1",
                "awslogs-stream-prefix": "web",
                "mode": "non-blocking",
            },
        },
        "user": "10001:10001",
        "readonlyRootFilesystem": True,
        "linuxParameters": {"initProcessEnabled": True, "capabilities": {"add": [], "drop": ["ALL"]}},
        "stopTimeout": 30,
        "mountPoints": [{"sourceVolume": "scratch-0", "containerPath": TMP, "readOnly": False}],
        "volumesFrom": [],
        "systemControls": [],
    }


def record(image: str, *, time_limit: int = 900) -> str:
    told = ReleaseRecord(
        account="123456789012",
        region="eu-central-1",
        cluster="shop-dev",
        service="Service.web.name",
        task_definition="TaskDefinition.web.arn",
        image=image,
        container="web",
        time_limit_seconds=time_limit,
    )
    return told.to_json()


WRITE_LOG = {
    "Effect": "Allow",
    "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
    "Resource": "arn:aws:logs:eu-central-1:123456789012:log-group:/shop-dev/web:*",
}
LOG_IN = {"Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"}
PULL = {
    "Effect": "Allow",
    "Action": ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
    "Resource": "arn:aws:ecr:eu-central-1:123456789012:repository/shop-dev/web",
}
KEPT = [
    {
        "rulePriority": 1,
        "description": "images without a tag expire after 14 days",
        "selection": {
            "tagStatus": "untagged",
            "countType": "sinceImagePushed",
            "countUnit": "days",
            "countNumber": 14,
        },
        "action": {"type": "expire"},
    },
    {
        "rulePriority": 2,
        "description": "the last 30 releases stay",
        "selection": {
            "tagStatus": "tagged",
            "tagPrefixList": ["c-"],
            "countType": "imageCountMoreThan",
            "countNumber": 30,
        },
        "action": {"type": "expire"},
    },
]

REPOSITORY = "aws:ecr/repository:Repository web"
LIFECYCLE = "aws:ecr/lifecyclePolicy:LifecyclePolicy web"
GRANTED = "aws:iam/rolePolicy:RolePolicy web-execution"
DEFINITION = "aws:ecs/taskDefinition:TaskDefinition web"
FROM_BALANCER = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule web-from-balancer"
TO_TASKS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule web-from-balancer"
TARGETS = "aws:lb/targetGroup:TargetGroup web"
RULE = "aws:lb/listenerRule:ListenerRule web"
SERVICE = "aws:ecs/service:Service web"
RECORD = "aws:ssm/parameter:Parameter web"


RECORD_WAITS_FOR = [
    "ListenerRule.web",
    "SecurityGroup.web",
    "SecurityGroupEgressRule.web-from-balancer",
    "SecurityGroupEgressRule.web-out",
    "SecurityGroupIngressRule.web-from-balancer",
    "TargetGroup.web",
]


def test_an_application_is_wired_from_its_dockerfile_to_its_record(context: Path):
    tag = content_tag(context, "Dockerfile", target=None, args={}, platform="linux/amd64")
    image = f"{HOST}/shop-dev/web:{tag}"
    assert built(context).children == {
        "slipway:index:ImageRepository web": {},
        REPOSITORY: {
            "name": "shop-dev/web",
            "imageTagMutability": "IMMUTABLE",
            "imageScanningConfiguration": {"scanOnPush": True},
            "encryptionConfigurations": [{"encryptionType": "AES256"}],
            "forceDelete": False,
            "opts.parent": "ImageRepository.web",
        },
        LIFECYCLE: {
            "repository": "Repository.web.name",
            "policy": compact({"rules": KEPT}),
            "opts.parent": "ImageRepository.web",
        },
        "slipway:index:AppImage web": {},
        f"docker:index/image:Image web-{tag}": {
            "imageName": image,
            "build": {
                "context": str(context),
                "dockerfile": str(context / "Dockerfile"),
                "args": {},
                "platform": "linux/amd64",
            },
            "buildOnPreview": False,
            "registry": {"server": HOST, "username": "AWS", "password": Secret("a token")},
            "skipPush": False,
            "opts.needs": ["LifecyclePolicy.web"],
            "opts.parent": "AppImage.web",
        },
        "slipway:index:Task web": {},
        "aws:cloudwatch/logGroup:LogGroup web": {
            "name": "/shop-dev/web",
            "retentionInDays": 30,
            "opts.parent": "Task.web",
        },
        "aws:iam/role:Role web-execution": {"assumeRolePolicy": assumed("ecs-tasks"), "opts.parent": "Task.web"},
        GRANTED: {
            "role": "Role.web-execution.id",
            "policy": text({"Version": "2012-10-17", "Statement": [WRITE_LOG, LOG_IN, PULL]}),
            "opts.parent": "Task.web",
        },
        "aws:iam/role:Role web-task": {"assumeRolePolicy": assumed("ecs-tasks"), "opts.parent": "Task.web"},
        DEFINITION: {
            "family": "shop-dev-web",
            "requiresCompatibilities": ["FARGATE"],
            "networkMode": "awsvpc",
            "cpu": "256",
            "memory": "512",
            "executionRoleArn": "Role.web-execution.arn",
            "taskRoleArn": "Role.web-task.arn",
            "containerDefinitions": compact([container(image, tag)]),
            "runtimePlatform": {"cpuArchitecture": "X86_64", "operatingSystemFamily": "LINUX"},
            "volumes": [{"name": "scratch-0"}],
            "skipDestroy": True,
            "opts.needs": [f"Image.web-{tag}", "LogGroup.web", "RolePolicy.web-execution"],
            "opts.parent": "Task.web",
        },
        "slipway:index:Service web": {},
        "aws:ec2/securityGroup:SecurityGroup web": {
            "vpcId": "vpc-1",
            "description": "Tasks: open for the load balancer only",
            "opts.parent": "Service.web",
        },
        FROM_BALANCER: {
            "securityGroupId": "SecurityGroup.web.id",
            "referencedSecurityGroupId": "sg-balancer",
            "description": "the load balancer",
            "ipProtocol": "tcp",
            "fromPort": 8080,
            "toPort": 8080,
            "opts.parent": "Service.web",
        },
        TO_TASKS: {
            "securityGroupId": "sg-balancer",
            "referencedSecurityGroupId": "SecurityGroup.web.id",
            "description": "tasks of web",
            "ipProtocol": "tcp",
            "fromPort": 8080,
            "toPort": 8080,
            "opts.parent": "Service.web",
        },
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule web-out": {
            "securityGroupId": "SecurityGroup.web.id",
            "description": "registry, logs and what the application calls",
            "cidrIpv4": "0.0.0.0/0",
            "ipProtocol": "-1",
            "opts.parent": "Service.web",
        },
        TARGETS: {
            "vpcId": "vpc-1",
            "targetType": "ip",
            "port": 80,
            "protocol": "HTTP",
            "deregistrationDelay": 30,
            "healthCheck": {
                "path": "/healthz",
                "interval": 15,
                "timeout": 5,
                "healthyThreshold": 2,
                "unhealthyThreshold": 3,
                "matcher": "200-299",
            },
            "opts.parent": "Service.web",
        },
        RULE: {
            "listenerArn": "arn:listener",
            "priority": 7,
            "actions": [{"type": "forward", "targetGroupArn": "TargetGroup.web.arn"}],
            "conditions": [{"pathPattern": {"values": ["/*"]}}],
            "opts.parent": "Service.web",
        },
        SERVICE: {
            "name": "web",
            "cluster": "arn:cluster",
            "taskDefinition": "TaskDefinition.web.arn",
            "desiredCount": 2,
            "capacityProviderStrategies": [{"capacityProvider": "FARGATE", "base": 1, "weight": 1}],
            "forceNewDeployment": True,
            "deploymentCircuitBreaker": {"enable": True, "rollback": True},
            "deploymentMinimumHealthyPercent": 100,
            "deploymentMaximumPercent": 200,
            "healthCheckGracePeriodSeconds": 60,
            "loadBalancers": [{"targetGroupArn": "TargetGroup.web.arn", "containerName": "web", "containerPort": 8080}],
            "networkConfiguration": {
                "subnets": ["subnet-c", "subnet-d"],
                "securityGroups": ["SecurityGroup.web.id"],
                "assignPublicIp": False,
            },
            "propagateTags": "SERVICE",
            "enableEcsManagedTags": True,
            "enableExecuteCommand": False,
            "waitForSteadyState": False,
            "opts.needs": [
                "ListenerRule.web",
                "SecurityGroupEgressRule.web-from-balancer",
                "SecurityGroupEgressRule.web-out",
                "SecurityGroupIngressRule.web-from-balancer",
            ],
            "opts.parent": "Service.web",
        },
        "slipway:index:Release web": {},
        RECORD: {
            "name": "/shop-dev/web/release",
            "type": "String",
            "description": "The last good release: Slipway writes it when what runs is what was declared",
            "insecureValue": record(image),
            "opts.hooks": {"beforeCreate": ["web-follow"], "beforeUpdate": ["web-follow"]},
            "opts.needs": RECORD_WAITS_FOR,
            "opts.parent": "Release.web",
        },
    }


def test_a_topic_brings_alarms_named_after_stack_and_service(context: Path):
    topic = SimpleNamespace(arn="arn:topic", error_percent=3)
    added = [inputs for key, inputs in changes(built(context), built(context, alarms=topic)).items() if "Alarm" in key]
    names = {one["name"]: one["threshold"] for one in added if "name" in one}
    assert names == {"shop-dev-web-5xx": 3, "shop-dev-web-unhealthy": 0, "shop-dev-web-missing": 0}


def test_behind_a_log_router_its_commands_lead_to_the_lines(context: Path):
    output = {"Name": "cloudwatch_logs", "log_group_name": "/shop/web"}
    router = {"image": "example.com/logs:1", "options": output}
    told = built(context, task={"log_router": router}).component.commands
    assert told["logs"] == "aws logs tail /shop/web --follow --since 1h --region eu-central-1"
    assert told["routerLogs"] == "aws logs tail /shop-dev/web --follow --since 1h --region eu-central-1"


def test_its_outputs(context: Path):
    tag = content_tag(context, "Dockerfile", target=None, args={}, platform="linux/amd64")
    found = built(context)
    site = {"account": "123456789012", "region": "eu-central-1", "cluster": "shop-dev", "service": "web"}
    site["record"] = "/shop-dev/web/release"
    assert found.outputs == {
        "url": "http://shop.example.com/",
        "image": f"{HOST}/shop-dev/web:{tag}",
        "site": site,
        "commands": found.component.commands,
    }
    assert found.component.commands["logs"].startswith("aws logs tail /shop-dev/web ")
    own = {
        "recorded": "Parameter.web.version",
        "task": "Task.web",
        "service": "Service.web",
        "pace": found.component.pace,
        "port": 8080,
        "queue": None,
    }
    assert found.attributes == {**found.outputs, **own}
    assert found.component.pace.to_steady == 120


def test_an_image_from_elsewhere_needs_no_repository_and_no_right_to_pull_from_one(context: Path):
    image = "ghcr.io/shop/web:1.2"
    before = built(context)
    found = changes(before, made(image={"reference": image}))
    (gone,) = [key for key in before.children if key.startswith("docker:")]
    assert found == {
        "slipway:index:ImageRepository web": ...,
        REPOSITORY: ...,
        LIFECYCLE: ...,
        gone: ...,
        GRANTED: {"policy": text({"Version": "2012-10-17", "Statement": [WRITE_LOG]})},
        DEFINITION: {
            "containerDefinitions": compact([container(image, "1.2")]),
            "opts.needs": ["LogGroup.web", "RolePolicy.web-execution"],
        },
        RECORD: {"insecureValue": record(image)},
    }


def test_one_architecture_is_the_builds_and_the_tasks(context: Path):
    found = built(context, architecture="ARM64")
    (image,) = [one for key, one in found.children.items() if key.startswith("docker:")]
    assert image["build"]["platform"] == "linux/arm64"
    assert found.children[DEFINITION]["runtimePlatform"]["cpuArchitecture"] == "ARM64"


def test_a_port_is_the_tasks_and_the_services(context: Path):
    found = changes(built(context), built(context, task={"port": 3000}))
    balanced = {"targetGroupArn": "TargetGroup.web.arn", "containerName": "web", "containerPort": 3000}
    assert found.pop(DEFINITION).keys() == {"containerDefinitions"}
    assert found == {
        FROM_BALANCER: {"fromPort": 3000, "toPort": 3000},
        TO_TASKS: {"fromPort": 3000, "toPort": 3000},
        SERVICE: {"loadBalancers": [balanced]},
    }


def test_a_strategy_of_its_own_stands_for_the_clusters(context: Path):
    assert changes(built(context), built(context, capacity=[{"provider": "FARGATE_SPOT"}])) == {
        SERVICE: {"capacityProviderStrategies": [{"capacityProvider": "FARGATE_SPOT", "base": 0, "weight": 1}]}
    }


def test_scaling(context: Path):
    found = changes(built(context), built(context, scaling={"min": 2, "max": 4}))
    assert found.pop(SERVICE) == {"opts.ignoreChanges": ["desiredCount"]}
    # The record waits for the scaling too: it is a part of the service.
    assert found.pop(RECORD) == {
        "opts.needs": sorted([*RECORD_WAITS_FOR, "Policy.web-cpu", "Policy.web-memory", "Target.web"])
    }
    assert sorted(found) == [
        "aws:appautoscaling/policy:Policy web-cpu",
        "aws:appautoscaling/policy:Policy web-memory",
        "aws:appautoscaling/target:Target web",
        "slipway:index:Scaling web",
    ]
    assert found["aws:appautoscaling/target:Target web"]["resourceId"] == "service/shop-dev/Service.web.name"


def test_what_the_stack_decides_reaches_the_part_that_it_is_for(context: Path):
    stack = {"repository": {"force_delete": True}, "protect": True, "priority": 8}
    assert changes(built(context), built(context, **stack)) == {
        REPOSITORY: {"forceDelete": True, "opts.protect": True},
        RULE: {"priority": 8},
    }


def test_a_tag_that_is_there_is_not_pushed_again(context: Path):
    tag = content_tag(context, "Dockerfile", target=None, args={}, platform="linux/amd64")
    assert changes(built(context), built(context, pushed_tags=[tag])) == {
        f"docker:index/image:Image web-{tag}": {"skipPush": True, "opts.ignoreChanges": ["skipPush"]}
    }


def test_numbers_of_a_release_are_in_the_service_and_in_the_time_that_it_may_take(context: Path):
    asked = {"grace_period": 120, "deregistration_delay": 5, "desired_count": 0, "health_check": {"interval": 30}}
    found = changes(built(context), built(context, **asked))
    assert found.pop(TARGETS)["deregistrationDelay"] == 5
    assert found.pop(SERVICE) == {"desiredCount": 0, "healthCheckGracePeriodSeconds": 120}
    (image,) = [one["imageName"] for key, one in built(context).children.items() if key.startswith("docker:")]
    # Three failures in their turn (180 to start, 120 of grace, 30 to stop), then healthy (2 x 30), drained (5 + 30).
    assert found == {RECORD: {"insecureValue": record(image, time_limit=3 * (180 + 120 + 30) + 2 * 30 + 5 + 30)}}


ON_INSTANCES: dict[str, Any] = {
    "strategy": [{"provider": "EC2", "base": 0, "weight": 1}],
    "ec2_provider": "ec2-shop-dev",
    "ec2_architecture": "X86_64",
}


def test_the_same_service_on_instances_differs_in_its_strategy_its_revision_and_its_time(context: Path):
    found = changes(built(context), built(context, cluster=ON_INSTANCES))
    assert found.pop(DEFINITION) == {"requiresCompatibilities": ["EC2", "FARGATE"]}
    assert found.pop(SERVICE) == {
        "capacityProviderStrategies": [{"capacityProvider": "ec2-shop-dev", "base": 0, "weight": 1}]
    }
    (image,) = [one["imageName"] for key, one in built(context).children.items() if key.startswith("docker:")]
    assert found == {RECORD: {"insecureValue": record(image, time_limit=900 + 420)}}


def test_the_same_service_on_managed_instances_differs_in_the_same(context: Path):
    there = {
        "strategy": [{"provider": "MANAGED_INSTANCES", "base": 0, "weight": 1}],
        "managed_provider": "managed-shop-dev",
        "managed_architecture": "X86_64",
    }
    found = changes(built(context), built(context, cluster=there))
    assert found.pop(DEFINITION) == {"requiresCompatibilities": ["MANAGED_INSTANCES"]}
    assert found.pop(SERVICE) == {
        "capacityProviderStrategies": [{"capacityProvider": "managed-shop-dev", "base": 0, "weight": 1}]
    }
    (image,) = [one["imageName"] for key, one in built(context).children.items() if key.startswith("docker:")]
    assert found == {RECORD: {"insecureValue": record(image, time_limit=900 + 420)}}
    assert "--capacity-provider-strategy capacityProvider=managed-shop-dev" in str(
        built(context, cluster=there).component.commands
    )


def test_a_service_of_a_cluster_on_instances_can_be_on_fargate(context: Path):
    on_fargate = built(context, cluster=ON_INSTANCES, capacity=[{"provider": "FARGATE", "base": 1}])
    assert changes(built(context), on_fargate) == {}


def test_on_instances_a_task_may_have_any_size(context: Path):
    found = built(context, cluster=ON_INSTANCES, task={"cpu": 300, "memory": 700}).children[DEFINITION]
    assert (found["cpu"], found["memory"], found["requiresCompatibilities"]) == ("300", "700", ["EC2"])


@pytest.mark.parametrize(
    ("routing", "url"),
    [
        ({}, "http://shop.example.com/"),
        ({"paths": ["/api/*"]}, "http://shop.example.com/api/"),
        ({"paths": ["/one", "/two"]}, "http://shop.example.com/one"),
        ({"paths": ["/v?/x*"]}, "http://shop.example.com/v"),
        ({"paths": [], "hosts": ["api.example.com"]}, "http://api.example.com/"),
        ({"paths": ["/v1/*"], "hosts": ["*.example.com", "a?.org", "b.org"]}, "http://b.org/v1/"),
        ({"hosts": ["*.example.com"]}, "http://shop.example.com/"),
    ],
)
def test_its_url_leads_to_its_first_path_at_its_own_host(routing: dict[str, Any], url: str):
    assert made(image=ELSEWHERE, routing=routing).outputs["url"] == url


def test_its_url_has_the_balancers_scheme_and_port():
    routing = {"hosts": ["api.example.com"]}
    assert (
        made("https://shop.example.com", image=ELSEWHERE, routing=routing).outputs["url"] == "https://api.example.com/"
    )
    assert made("http://shop:8080", image=ELSEWHERE, routing=routing).outputs["url"] == "http://api.example.com:8080/"


def test_a_shell_is_the_services_switch_and_the_tasks_right(context: Path):
    before = built(context, task={"read_only_root": False})
    found = changes(before, built(context, task={"read_only_root": False}, exec_enabled=True))
    assert found.pop(SERVICE) == {"enableExecuteCommand": True}
    assert found.pop(DEFINITION)["opts.needs"][-1] == "RolePolicy.web-task"
    (permitted,) = found.values()
    assert "log-group:/shop-dev/exec:*" in permitted["policy"]


def test_its_secrets_are_named_after_stack_and_service_and_protected_with_it():
    asked: dict[str, Any] = {"image": ELSEWHERE, "task": {"created_secrets": {"db": {}}}}
    secret = "aws:secretsmanager/secret:Secret web-db"
    assert made(**asked).children[secret]["name"] == "shop-dev/web/db"
    assert changes(made(**asked), made(**asked, protect=True)) == {secret: {"opts.protect": True}}


def test_a_promoted_image_has_no_repository_here_and_is_pulled_from_where_it_is():
    there = f"123456789012.dkr.ecr.eu-central-1.amazonaws.com/slipway-dev/web@sha256:{'a' * 64}"
    promoted = {"reference": there, "tag": "c-1"}
    found = made(image={"promote_from": "slipway-dev/web"}, promoted=promoted)
    assert not [key for key in found.children if key.startswith(("aws:ecr", "docker:"))]
    (definition,) = json.loads(found.children[DEFINITION]["containerDefinitions"])
    assert definition["image"] == there
    assert {"name": "APP_VERSION", "value": "c-1"} in definition["environment"]
    policy = found.children["aws:iam/rolePolicy:RolePolicy web-execution"]["policy"]
    assert json.loads(policy)["Statement"][-1]["Resource"].endswith(":repository/slipway-dev/web")


def test_its_arguments_are_a_services_options_and_what_the_stack_adds():
    options: Any = {"desired_count": 3}
    assert app_args(options, {"priority": 7}) == {"desired_count": 3, "priority": 7}


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (
            {"architecture": "ARM"},
            "web.architecture: must be one of X86_64, ARM64; did you mean 'ARM64'?",
        ),
        (
            {"task": {"cpu": 257}},
            "web.task.cpu: Fargate has no such pair of cpu and memory; the nearest is cpu: 512, memory: 1024",
        ),
        (
            {"exec_enabled": True},
            f"web.exec_enabled: {EXEC_WRITES}",
        ),
        ({"priority": 0}, "web.priority: input should be greater than or equal to 1"),
        (
            {"image": {"reference": "ghcr.io/shop/web:1", "target": "build"}},
            "web.image.target: has no meaning with a reference: nothing is built",
        ),
        ({"capacity": [{"provider": "EC2"}]}, "web.capacity: the cluster has no instances: give cluster.ec2"),
        (
            {"architecture": "ARM64", "cluster": ON_INSTANCES},
            "web.architecture: it runs on EC2, where cluster.ec2.architecture is X86_64: make both the same",
        ),
    ],
)
def test_a_wrong_argument_is_named_with_what_would_be_valid(asked: dict[str, Any], told: str):
    assert problems(lambda: app(**asked)) == [told]


def test_a_container_that_never_starts_is_told_before_anything_is_declared():
    agent = {"image": "example.com/agent:1", "depends_on": {"web": "HEALTHY"}}
    told = "web.task.sidecars.agent.depends_on.web: web has no healthCheck, so it never becomes healthy"
    assert problems(lambda: app(task={"sidecars": {"agent": agent}})) == [told]
    no_such = {"task": {"depends_on": {"agent": "START"}}}
    assert problems(lambda: app(**no_such)) == ["web.task.depends_on.agent: there is no such container; there are: web"]


def test_on_a_shared_cluster_the_service_has_the_stacks_name_before_its_own():
    own, shared = made(image=ELSEWHERE), made(image=ELSEWHERE, cluster={"shared": True})
    assert changes(own, shared) == {
        SERVICE: {"name": "shop-dev-web"},
        TO_TASKS: {"description": "tasks of shop-dev-web"},
    }


LOG = {
    "awslogs-group": "/shop-dev/web",
    "awslogs-region": "eu-central-1",
    "awslogs-stream-prefix": "connect",
    "mode": "non-blocking",
}
MET = {
    "enabled": True,
    "namespace": "arn:namespace",
    "logConfiguration": {"logDriver": "awslogs", "options": LOG},
}


def defined(one: Made) -> dict[str, Any]:
    (found,) = json.loads(one.children[DEFINITION]["containerDefinitions"])
    return found


def test_it_is_called_by_its_name_at_its_port():
    plain, called = made(image=ELSEWHERE), made(image=ELSEWHERE, connect={})
    changed = changes(plain, called)
    assert changed.keys() == {SERVICE, DEFINITION}
    alias = {"dnsName": "web", "port": 8080}
    endpoint = {"portName": "web", "discoveryName": "web", "clientAlias": [alias]}
    assert changed[SERVICE] == {"serviceConnectConfiguration": {**MET, "services": [endpoint]}}
    (port,) = defined(called)["portMappings"]
    assert port == {**defined(plain)["portMappings"][0], "name": "web", "appProtocol": "http"}


def test_what_only_calls_gives_no_endpoint_and_is_told_where_to_call():
    plain = made(image=ELSEWHERE)
    calling = made(image=ELSEWHERE, calls=["api"], addresses={"API_URL": "http://api:8080"})
    changed = changes(plain, calling)
    assert changed.keys() == {SERVICE, DEFINITION}
    assert changed[SERVICE] == {"serviceConnectConfiguration": MET}
    assert defined(calling)["portMappings"] == defined(plain)["portMappings"]
    told = {one["name"]: one["value"] for one in defined(calling)["environment"]}
    assert told["API_URL"] == "http://api:8080"


def test_an_address_of_the_users_own_comes_first():
    task = {"environment": {"API_URL": "http://mine"}}
    one = made(image=ELSEWHERE, calls=["api"], addresses={"API_URL": "http://api:8080"}, task=task)
    assert {"name": "API_URL", "value": "http://mine"} in defined(one)["environment"]


def test_two_that_call_each_other_have_a_rule_each_that_waits_for_the_groups_alone():
    class Both:
        def __init__(self) -> None:
            api = app(name="api", image=ELSEWHERE, connect={}, calls=["web"], task={"port": 9000})
            web = app(image=ELSEWHERE, connect={}, calls=["api"], needs=[api])
            api.call("api_calls_web", web)
            web.call("web_calls_api", api)

    both = declare(Both)

    def rule(caller: str, callee: str, port: int) -> dict[str, Any]:
        return {
            "securityGroupId": f"SecurityGroup.{callee}.id",
            "referencedSecurityGroupId": f"SecurityGroup.{caller}.id",
            "description": "a service that calls it",
            "ipProtocol": "tcp",
            "fromPort": port,
            "toPort": port,
            "opts.parent": f"App.{caller}",
        }

    ingress = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
    assert both.children[f"{ingress} web_calls_api"] == rule("web", "api", 9000)
    assert both.children[f"{ingress} api_calls_web"] == rule("api", "web", 8080)
    assert "Service.api" in both.children["aws:ecs/service:Service web"]["opts.needs"]
    assert "Service.web" not in both.children["aws:ecs/service:Service api"]["opts.needs"]


def test_a_worker_gets_its_queue_s_address_and_the_right_to_work_it_off():
    found = made(image=ELSEWHERE, queue={})
    assert found.attributes["url"] is None
    url = "https://sqs.eu-central-1.amazonaws.com/123456789012/shop-dev-web"
    assert found.component.queue.url == url
    (container,) = json.loads(found.children[DEFINITION]["containerDefinitions"])
    assert {"name": "QUEUE_URL", "value": url} in container["environment"]
    allowed = json.loads(found.children["aws:iam/rolePolicy:RolePolicy web-task"]["policy"])["Statement"]
    verbs = ["ChangeMessageVisibility", "DeleteMessage", "GetQueueAttributes", "ReceiveMessage"]
    arn = "arn:aws:sqs:eu-central-1:123456789012:shop-dev-web"
    assert allowed == [{"Effect": "Allow", "Action": [f"sqs:{verb}" for verb in verbs], "Resource": [arn]}]
    assert {"Queue.web", "Queue.web_dead"} <= set(found.children[DEFINITION]["opts.needs"])
    assert RULE not in found.children


def test_what_a_person_wrote_of_a_worker_stays():
    task = {
        "environment": {"QUEUE_URL": "mine"},
        "permissions": [{"actions": ["s3:GetObject"], "resources": ["arn:a"]}],
    }
    found = made(image=ELSEWHERE, queue={}, task=task)
    (container,) = json.loads(found.children[DEFINITION]["containerDefinitions"])
    assert {"name": "QUEUE_URL", "value": "mine"} in container["environment"]
    allowed = json.loads(found.children["aws:iam/rolePolicy:RolePolicy web-task"]["policy"])["Statement"]
    assert [one["Action"][0] for one in allowed] == ["s3:GetObject", "sqs:ChangeMessageVisibility"]


def test_a_worker_tells_of_its_queue_where_the_stack_has_alarms():
    alarms = SimpleNamespace(arn="arn:topic", error_percent=1)
    found = changes(made(image=ELSEWHERE, queue={}), made(image=ELSEWHERE, queue={"oldest_message": 60}, alarms=alarms))
    assert found.keys() == {
        "slipway:index:QueueAlarms web",
        "aws:cloudwatch/metricAlarm:MetricAlarm web-oldest",
        "aws:cloudwatch/metricAlarm:MetricAlarm web-dead",
    }
    oldest = found["aws:cloudwatch/metricAlarm:MetricAlarm web-oldest"]
    assert (oldest["threshold"], oldest["dimensions"]) == (60, {"QueueName": "shop-dev-web"})


CHECK = {"health_check": {"command": ["true"], "interval": 10, "timeout": 5, "retries": 3, "start_period": 20}}


@pytest.mark.parametrize(
    ("task", "times"),
    [
        ({}, {"healthy": 0, "failure detected": 0, "drained": 30, "live (usual)": 60, "rolled back (worst)": 660}),
        (CHECK, {"healthy": 10, "failure detected": 35, "drained": 30, "live (usual)": 70, "rolled back (worst)": 775}),
    ],
)
def test_how_long_a_release_without_a_load_balancer_takes(task: dict[str, Any], times: dict[str, int]):
    assert made(image=ELSEWHERE, routing=None, task=task).component.pace.told() == times
