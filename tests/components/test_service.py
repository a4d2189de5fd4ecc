import json
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pulumi
import pytest
from pulumi import Output

from components.service import Service
from tests.components.declared import PLACE, UNKNOWN, Made, Thing, changes, declare, problems


def settle(_: pulumi.ResourceHookArgs) -> None:
    raise AssertionError("a hook runs on the engine alone")


def wiring(**asked: Any) -> Any:
    return {
        "account": PLACE,
        "service_name": "web",
        "job_parameter_name": "/shop-dev/web/before-release",
        "cluster_arn": "arn:cluster",
        "cluster_name": "shop-dev",
        "vpc_id": "vpc-1",
        "subnet_ids": ["subnet-a", "subnet-b"],
        "balancer_group_id": "sg-balancer",
        "balancer_arn_suffix": "app/shop/1",
        "listener_arn": "arn:listener",
        "container": "main",
        "port": 8080,
        "capacity": [{"provider": "FARGATE"}],
        "priority": 7,
        "watch": None,
        **asked,
    }


def service(name: str = "web", needs: Sequence[Thing] = (), **asked: Any) -> Service:
    task: Any = SimpleNamespace(
        arn=Output.from_input("arn:task:1"),
        family="shop-dev-web",
        task_role_arn=Output.from_input("arn:role/task"),
        execution_role_arn=Output.from_input("arn:role/execution"),
    )
    return Service(name, wiring(**asked), task, settle, needs)


def made(**asked: Any) -> Made:
    return declare(lambda: service(**asked))


GROUP = "aws:ec2/securityGroup:SecurityGroup web"
FROM_BALANCER = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule web-from-balancer"
TO_TASKS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule web-from-balancer"
OUT = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule web-out"
TARGETS = "aws:lb/targetGroup:TargetGroup web"
RULE = "aws:lb/listenerRule:ListenerRule web"
SERVICE = "aws:ecs/service:Service web"
CHECK = {
    "path": "/healthz",
    "interval": 15,
    "timeout": 5,
    "healthyThreshold": 2,
    "unhealthyThreshold": 3,
    "matcher": "200-299",
}


def test_a_service_runs_is_let_in_and_rolls_safely():
    assert made().children == {
        GROUP: {"vpcId": "vpc-1", "description": "Tasks: open for the load balancer only"},
        FROM_BALANCER: {
            "securityGroupId": "SecurityGroup.web.id",
            "referencedSecurityGroupId": "sg-balancer",
            "description": "the load balancer",
            "ipProtocol": "tcp",
            "fromPort": 8080,
            "toPort": 8080,
        },
        TO_TASKS: {
            "securityGroupId": "sg-balancer",
            "referencedSecurityGroupId": "SecurityGroup.web.id",
            "description": "tasks of web",
            "ipProtocol": "tcp",
            "fromPort": 8080,
            "toPort": 8080,
        },
        OUT: {
            "securityGroupId": "SecurityGroup.web.id",
            "description": "registry, logs and what the application calls",
            "cidrIpv4": "0.0.0.0/0",
            "ipProtocol": "-1",
        },
        TARGETS: {
            "vpcId": "vpc-1",
            "targetType": "ip",
            "port": 80,
            "protocol": "HTTP",
            "deregistrationDelay": 30,
            "healthCheck": CHECK,
        },
        RULE: {
            "listenerArn": "arn:listener",
            "priority": 7,
            "actions": [{"type": "forward", "targetGroupArn": "TargetGroup.web.arn"}],
            "conditions": [{"pathPattern": {"values": ["/*"]}}],
        },
        SERVICE: {
            "name": "web",
            "cluster": "arn:cluster",
            "taskDefinition": "arn:task:1",
            "desiredCount": 2,
            "capacityProviderStrategies": [{"capacityProvider": "FARGATE", "base": 0, "weight": 1}],
            "forceNewDeployment": True,
            "deploymentCircuitBreaker": {"enable": True, "rollback": True},
            "deploymentMinimumHealthyPercent": 100,
            "deploymentMaximumPercent": 200,
            "healthCheckGracePeriodSeconds": 60,
            "loadBalancers": [
                {"targetGroupArn": "TargetGroup.web.arn", "containerName": "main", "containerPort": 8080}
            ],
            "networkConfiguration": {
                "subnets": ["subnet-a", "subnet-b"],
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
        },
    }


def test_alarms_are_there_before_the_service_and_the_one_on_errors_rolls_back():
    watch = {"alarm_name": "shop-prod-web", "topic_arn": "arn:topic", "error_percent": 2, "insights": False}
    plain, watched = made(), made(watch=watch)
    changed = changes(plain, watched)
    alarms = {key: inputs for key, inputs in changed.items() if key.startswith("aws:cloudwatch/metricAlarm")}
    assert sorted(inputs["name"] for inputs in alarms.values()) == ["shop-prod-web-5xx", "shop-prod-web-unhealthy"]
    assert changed["slipway:index:ServiceAlarms web"] == {}
    asked = {"alarmNames": ["shop-prod-web-5xx"], "enable": True, "rollback": True}
    assert changed[SERVICE]["alarms"] == asked
    added = set(changed[SERVICE]["opts.needs"]) - set(plain.children[SERVICE]["opts.needs"])
    assert {"MetricAlarm.web-5xx", "MetricAlarm.web-unhealthy"} <= added
    assert len(changed) == len(alarms) + 2


def test_its_outputs():
    assert made().outputs == {
        "service": "Service.web",
        "service_name": "Service.web.name",
        "security_group_id": "SecurityGroup.web.id",
    }


def test_a_strategy():
    strategy = [{"provider": "FARGATE", "base": 1}, {"provider": "FARGATE_SPOT", "weight": 3}]
    assert changes(made(), made(capacity=strategy)) == {
        SERVICE: {
            "capacityProviderStrategies": [
                {"capacityProvider": "FARGATE", "base": 1, "weight": 1},
                {"capacityProvider": "FARGATE_SPOT", "base": 0, "weight": 3},
            ]
        }
    }


def test_the_count_is_ignored_exactly_when_scaling_is_on():
    def policy(metric: dict[str, str], value: int) -> dict[str, Any]:
        return {
            "policyType": "TargetTrackingScaling",
            "serviceNamespace": "Target.web.serviceNamespace",
            "scalableDimension": "Target.web.scalableDimension",
            "resourceId": "Target.web.resourceId",
            "targetTrackingScalingPolicyConfiguration": {
                "predefinedMetricSpecification": metric,
                "targetValue": value,
                "scaleInCooldown": 300,
                "scaleOutCooldown": 60,
            },
            "opts.parent": "Scaling.web",
        }

    assert changes(made(), made(scaling={"min": 2, "max": 4, "memory": None, "requests": 1000})) == {
        SERVICE: {"opts.ignoreChanges": ["desiredCount"]},
        "slipway:index:Scaling web": {},
        "aws:appautoscaling/target:Target web": {
            "serviceNamespace": "ecs",
            "scalableDimension": "ecs:service:DesiredCount",
            "resourceId": "service/shop-dev/Service.web.name",
            "minCapacity": 2,
            "maxCapacity": 4,
            "opts.parent": "Scaling.web",
        },
        "aws:appautoscaling/policy:Policy web-cpu": policy(
            {"predefinedMetricType": "ECSServiceAverageCPUUtilization"}, 60
        ),
        "aws:appautoscaling/policy:Policy web-requests": policy(
            {
                "predefinedMetricType": "ALBRequestCountPerTarget",
                "resourceLabel": "app/shop/1/TargetGroup.web.arnSuffix",
            },
            1000,
        ),
    }


def test_a_fixed_count():
    assert changes(made(), made(desired_count=0)) == {SERVICE: {"desiredCount": 0}}


def test_a_shell_in_a_container_is_asked_for_by_name():
    assert changes(made(), made(exec_enabled=True)) == {SERVICE: {"enableExecuteCommand": True}}


def test_a_port_is_let_in_on_both_sides_and_never_the_target_groups():
    ports = {"fromPort": 3000, "toPort": 3000}
    balanced = {"targetGroupArn": "TargetGroup.web.arn", "containerName": "main", "containerPort": 3000}
    assert changes(made(), made(port=3000)) == {
        FROM_BALANCER: ports,
        TO_TASKS: ports,
        SERVICE: {"loadBalancers": [balanced]},
    }


def test_paths_and_hosts_are_conditions_of_the_rule():
    hosts = {"hostHeader": {"values": ["shop.example.com"]}}
    assert changes(made(), made(routing={"paths": ["/a/*", "/b"], "hosts": ["shop.example.com"]})) == {
        RULE: {"conditions": [{"pathPattern": {"values": ["/a/*", "/b"]}}, hosts]}
    }
    assert changes(made(), made(routing={"paths": [], "hosts": ["shop.example.com"]})) == {
        RULE: {"conditions": [hosts]}
    }


def test_the_rules_priority_is_the_given_one():
    assert changes(made(), made(priority=8, routing={"priority": 9})) == {RULE: {"priority": 8}}


def test_a_health_check():
    asked = {"path": "/ready", "interval": 10, "timeout": 4, "healthy": 3, "unhealthy": 4, "codes": "200,204"}
    assert changes(made(), made(health_check=asked)) == {
        TARGETS: {
            "healthCheck": {
                "path": "/ready",
                "interval": 10,
                "timeout": 4,
                "healthyThreshold": 3,
                "unhealthyThreshold": 4,
                "matcher": "200,204",
            }
        }
    }


def test_times():
    assert changes(made(), made(grace_period=0, deregistration_delay=5)) == {
        SERVICE: {"healthCheckGracePeriodSeconds": 0},
        TARGETS: {"deregistrationDelay": 5},
    }


def test_names():
    balanced = {"targetGroupArn": "TargetGroup.web.arn", "containerName": "web", "containerPort": 8080}
    assert changes(made(), made(service_name="api", container="web")) == {
        TO_TASKS: {"description": "tasks of api"},
        SERVICE: {"name": "api", "loadBalancers": [balanced]},
    }


def test_a_long_name_leaves_room_for_the_suffix_that_pulumi_adds():
    (name,) = [key.split()[1] for key in made(name="web-" + "x" * 40).children if "TargetGroup" in key]
    assert len(name) + len("-1234567") <= 32


def test_outputs_are_taken_as_inputs():
    def make() -> Service:
        return service(
            cluster_arn=Output.from_input("arn:cluster"),
            vpc_id=Output.from_input("vpc-1"),
            subnet_ids=Output.from_input(["subnet-a", "subnet-b"]),
            balancer_group_id=Output.from_input("sg-balancer"),
            balancer_arn_suffix=Output.from_input("app/shop/1"),
            listener_arn=Output.from_input("arn:listener"),
            scaling={"requests": 1},
        )

    assert changes(made(scaling={"requests": 1}), declare(make)) == {}


def test_unknown_inputs_leave_the_rest_known():
    def make() -> Service:
        one = Thing("network").id
        return service(
            cluster_arn=one,
            vpc_id=one,
            subnet_ids=one.apply(lambda id_: [id_]),
            balancer_group_id=one,
            listener_arn=one,
        )

    network = {"subnets": UNKNOWN, "securityGroups": [UNKNOWN], "assignPublicIp": False}
    assert changes(declare(service, preview=True), declare(make, preview=True)) == {
        GROUP: {"vpcId": UNKNOWN},
        FROM_BALANCER: {"referencedSecurityGroupId": UNKNOWN},
        TO_TASKS: {"securityGroupId": UNKNOWN},
        TARGETS: {"vpcId": UNKNOWN},
        RULE: {"listenerArn": UNKNOWN},
        SERVICE: {"cluster": UNKNOWN, "networkConfiguration": network},
    }


def test_ec2_in_its_strategy_is_the_name_of_the_clusters_capacity_provider():
    on_instances = made(capacity=[{"provider": "EC2", "base": 2, "weight": 3}], ec2_provider="ec2-shop-dev")
    assert changes(made(), on_instances) == {
        SERVICE: {"capacityProviderStrategies": [{"capacityProvider": "ec2-shop-dev", "base": 2, "weight": 3}]}
    }


def test_managed_instances_in_its_strategy_are_the_name_of_theirs():
    there = made(capacity=[{"provider": "MANAGED_INSTANCES"}], managed_provider="managed-shop-dev", ec2_provider="ec2")
    assert changes(made(), there) == {
        SERVICE: {"capacityProviderStrategies": [{"capacityProvider": "managed-shop-dev", "base": 0, "weight": 1}]}
    }


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (
            {"health_check": {"timeout": 15}},
            "web.health_check.timeout: must be below the interval of 15 s",
        ),
        ({"routing": {"paths": []}}, "web.routing.paths: a service needs a path or a host"),
        (
            {"routing": {"hosts": ["a.com", "b.com", "c.com", "d.com", "e.com"]}},
            "web.routing.paths: a rule has room for 5 values of paths and hosts together",
        ),
        ({"scaling": {"min": 11}}, "web.scaling.min: is above max, 10"),
        (
            {"capacity": [{"provider": "FARGATE_SPOTS"}]},
            (
                "web.capacity.0.provider: must be one of FARGATE, FARGATE_SPOT, EC2, MANAGED_INSTANCES; "
                "did you mean 'FARGATE_SPOT'?"
            ),
        ),
        ({"port": "8080"}, "web.port: input should be a valid integer"),
        ({"port": 0}, "web.port: input should be greater than or equal to 1"),
        ({"priority": 50001}, "web.priority: input should be less than or equal to 50000"),
        ({"grace_period": -1}, "web.grace_period: input should be greater than or equal to 0"),
        ({"deregistration_delay": 3601}, "web.deregistration_delay: input should be less than or equal to 3600"),
        ({"desired_count": -1}, "web.desired_count: input should be greater than or equal to 0"),
        ({"desired_count": 11, "scaling": {}}, "web.desired_count: is outside scaling, 2 to 10"),
        ({"capacity": [{"provider": "EC2"}]}, "web.capacity: the cluster has no instances: give it ec2"),
        (
            {"capacity": [{"provider": "MANAGED_INSTANCES"}], "ec2_provider": "ec2-shop-dev"},
            "web.capacity: the cluster has no instances: give it managedInstances",
        ),
        ({"capacity": []}, "web.capacity: names no capacity provider"),
        ({"capacity": [{"provider": "FARGATE"}] * 2}, "web.capacity: names a provider twice"),
    ],
)
def test_a_wrong_argument_is_named_with_what_would_be_valid(asked: dict[str, Any], told: str):
    assert problems(lambda: service(**asked)) == [told]


JOB = "aws:ssm/parameter:Parameter web-before-release"


def before_release(found: Made) -> dict[str, Any]:
    return json.loads(found.children[JOB]["insecureValue"])


def test_a_task_before_the_release_runs_as_the_service_does_and_the_service_waits_for_it():
    found = made(before_release={"command": ["migrate"], "time_limit": 60})
    changed = changes(made(), found)
    assert changed.keys() == {"slipway:index:Job web", JOB, SERVICE}
    assert changed[SERVICE] == {
        "opts.needs": sorted([*made().children[SERVICE]["opts.needs"], "Parameter.web-before-release"])
    }
    assert changed[JOB]["name"] == "/shop-dev/web/before-release"
    assert changed[JOB]["opts.needs"] == [
        "SecurityGroupEgressRule.web-from-balancer",
        "SecurityGroupEgressRule.web-out",
        "SecurityGroupIngressRule.web-from-balancer",
    ]
    assert before_release(found) == {
        "account": "123456789012",
        "region": "eu-central-1",
        "cluster": "shop-dev",
        "service": "web",
        "task_definition": "arn:task:1",
        "container": "main",
        "command": ["migrate"],
        "subnets": ["subnet-a", "subnet-b"],
        "security_groups": ["SecurityGroup.web.id"],
        "capacity_provider": "FARGATE",
        "time_limit_seconds": 60,
    }


@pytest.mark.parametrize(
    ("capacity", "runs_on"),
    [
        ([{"provider": "FARGATE_SPOT"}, {"provider": "FARGATE", "base": 1}], "FARGATE"),
        ([{"provider": "FARGATE_SPOT"}], "FARGATE"),
        ([{"provider": "EC2"}], "ec2-shop-dev"),
        ([{"provider": "MANAGED_INSTANCES"}], "managed-shop-dev"),
    ],
)
def test_a_task_before_the_release_is_never_on_spot(capacity: list[dict[str, Any]], runs_on: str):
    asked = {"before_release": {"command": ["migrate"]}, "capacity": capacity}
    asked |= {"ec2_provider": "ec2-shop-dev", "managed_provider": "managed-shop-dev"}
    assert before_release(made(**asked))["capacity_provider"] == runs_on


QUEUE = {"queue": {}, "queue_name": "shop-dev-web", "routing": None, "priority": None}
ALONE = {
    GROUP: {"description": "Tasks: open for nobody"},
    FROM_BALANCER: ...,
    TO_TASKS: ...,
    TARGETS: ...,
    RULE: ...,
}
WITHOUT_DOOR = {
    "loadBalancers": ...,
    "healthCheckGracePeriodSeconds": ...,
    "opts.needs": ["SecurityGroupEgressRule.web-out"],
}


def test_a_service_without_routing_has_no_door():
    assert changes(made(), made(routing=None, priority=None)) == {**ALONE, SERVICE: WITHOUT_DOOR}


def test_a_worker_has_no_door_and_is_scaled_by_its_queue():
    found = changes(made(), made(**QUEUE))
    scaling = {key: child for key, child in found.items() if child is not ... and "web" in key and key not in ALONE}
    assert found == {**ALONE, **scaling, SERVICE: {**WITHOUT_DOOR, "opts.ignoreChanges": ["desiredCount"]}}
    target = found["aws:appautoscaling/target:Target web"]
    assert (target["minCapacity"], target["maxCapacity"]) == (0, 10)
    assert target["resourceId"] == "service/shop-dev/Service.web.name"
    alarm = found["aws:cloudwatch/metricAlarm:MetricAlarm web-none"]
    assert alarm["metricQueries"][1]["metric"]["dimensions"] == {"QueueName": "shop-dev-web"}


def test_a_service_without_routing_has_none_of_the_alarms_on_answers():
    watch = {"alarm_name": "shop-dev-web", "topic_arn": "arn:topic", "error_percent": 1, "insights": True}
    assert changes(made(routing=None), made(routing=None, watch=watch)) == {}


def test_a_service_without_routing_may_be_scaled_by_cpu():
    found = changes(made(routing=None), made(routing=None, scaling={"memory": None}))
    assert "aws:appautoscaling/policy:Policy web-cpu" in found


def test_scheduled_tasks_run_as_the_service_does_and_after_the_task_before_its_release():
    asked: dict[str, Any] = {"before_release": {"command": ["migrate"]}, "capacity": [{"provider": "FARGATE_SPOT"}]}
    cleanup = {"cleanup": {"command": ["cleanup"], "schedule": "rate(1 day)"}}
    found = changes(made(**asked), made(**asked, scheduled_tasks=cleanup))
    assert SERVICE not in found
    schedule = found["aws:scheduler/schedule:Schedule web-cleanup"]
    assert {"Parameter.web-before-release", "SecurityGroupEgressRule.web-out"} <= set(schedule["opts.needs"])
    told = schedule["target"]["ecsParameters"]
    assert told["taskDefinitionArn"] == "arn:task:1"
    assert told["capacityProviderStrategies"] == [{"capacityProvider": "FARGATE", "weight": 1}]
    assert told["networkConfiguration"]["securityGroups"] == ["SecurityGroup.web.id"]
    allowed = json.loads(found["aws:iam/rolePolicy:RolePolicy web-scheduler"]["policy"])["Statement"]
    assert allowed[0]["Resource"].endswith(":task-definition/shop-dev-web:*")
    assert allowed[1]["Resource"] == ["arn:role/execution", "arn:role/task"]
