import json
from typing import Any

import pulumi
import pytest
from pulumi import Output

from components.task import Task
from tests.components.declared import PLACE, UNKNOWN, Made, Secret, Thing, changes, compact, declare, problems, text

TMP = "/tmp"  # noqa: S108 - a path inside the container
ARN = "arn:aws:{}:eu-central-1:123456789012:{}".format


def task(needs: tuple[pulumi.Resource, ...] = (), **asked: Any) -> Task:
    wiring: dict[str, Any] = {
        "account": PLACE,
        "family": "shop-dev-web",
        "container": "main",
        "image": "example.com/shop-dev/web:c-1",
        "version": "c-1",
        "repository_name": "shop-dev/web",
        "log_group_name": "/shop-dev/web",
        "architecture": "X86_64",
    }
    return Task("web", {**wiring, **asked}, needs)


def made(**asked: Any) -> Made:
    return declare(lambda: task(**asked))


LOG = "aws:cloudwatch/logGroup:LogGroup web"
EXECUTION = "aws:iam/role:Role web-execution"
GRANTED = "aws:iam/rolePolicy:RolePolicy web-execution"
ROLE = "aws:iam/role:Role web-task"
PERMITTED = "aws:iam/rolePolicy:RolePolicy web-task"
DEFINITION = "aws:ecs/taskDefinition:TaskDefinition web"

ASSUMED = text(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "ecs-tasks.amazonaws.com"},
                "Action": "sts:AssumeRole",
                "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}},
            }
        ],
    }
)
CONTAINER: dict[str, Any] = {
    "name": "main",
    "image": "example.com/shop-dev/web:c-1",
    "essential": True,
    "portMappings": [{"containerPort": 8080, "hostPort": 8080, "protocol": "tcp"}],
    "environment": [{"name": "APP_VERSION", "value": "c-1"}, {"name": "PORT", "value": "8080"}],
    "secrets": [],
    "logConfiguration": {
        "logDriver": "awslogs",
        "options": {
            "awslogs-group": "/shop-dev/web",
            "awslogs-region": "eu-central-1",
            "awslogs-stream-prefix": "main",
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


def containing(**changed: Any) -> dict[str, Any]:
    """The definition's changed input: the container with other values."""
    return {"containerDefinitions": compact([{**CONTAINER, **changed}])}


def allowing(*statements: dict[str, Any]) -> str:
    return text({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **one} for one in statements]})


WRITE_LOG = {
    "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
    "Resource": "arn:aws:logs:eu-central-1:123456789012:log-group:/shop-dev/web:*",
}
LOG_IN = {"Action": "ecr:GetAuthorizationToken", "Resource": "*"}
PULL = {
    "Action": ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
    "Resource": "arn:aws:ecr:eu-central-1:123456789012:repository/shop-dev/web",
}


def test_a_task_is_a_definition_its_log_and_two_roles_of_which_one_may_nothing():
    assert made().children == {
        LOG: {"name": "/shop-dev/web", "retentionInDays": 30},
        EXECUTION: {"assumeRolePolicy": ASSUMED},
        GRANTED: {"role": "Role.web-execution.id", "policy": allowing(WRITE_LOG, LOG_IN, PULL)},
        ROLE: {"assumeRolePolicy": ASSUMED},
        DEFINITION: {
            "family": "shop-dev-web",
            "requiresCompatibilities": ["FARGATE"],
            "networkMode": "awsvpc",
            "cpu": "256",
            "memory": "512",
            "executionRoleArn": "Role.web-execution.arn",
            "taskRoleArn": "Role.web-task.arn",
            "containerDefinitions": compact([CONTAINER]),
            "runtimePlatform": {"cpuArchitecture": "X86_64", "operatingSystemFamily": "LINUX"},
            "volumes": [{"name": "scratch-0"}],
            "skipDestroy": True,
            "opts.needs": ["LogGroup.web", "RolePolicy.web-execution"],
        },
    }


def test_its_outputs():
    found = made()
    assert found.outputs == {
        "arn": "TaskDefinition.web.arn",
        "containers": [CONTAINER],
        "family": "shop-dev-web",
        "task_role_arn": "Role.web-task.arn",
        "execution_role_arn": "Role.web-execution.arn",
    }
    assert found.attributes == {
        "arn": "TaskDefinition.web.arn",
        "container_definitions": compact([CONTAINER]),
        "family": "shop-dev-web",
        "task_role_arn": "Role.web-task.arn",
        "execution_role_arn": "Role.web-execution.arn",
    }


def test_it_waits_for_its_image():
    assert changes(made(), declare(lambda: task((Thing("image"),)))) == {
        DEFINITION: {"opts.needs": ["LogGroup.web", "RolePolicy.web-execution", "Thing.image"]}
    }


def test_the_definitions_are_plain_and_known_at_preview():
    found = declare(task, preview=True)
    assert found.component.container_definitions == compact([CONTAINER])
    assert found.children[DEFINITION]["containerDefinitions"] == compact([CONTAINER])


def test_a_size():
    assert changes(made(), made(cpu=1024, memory=2048)) == {DEFINITION: {"cpu": "1024", "memory": "2048"}}


def test_an_architecture():
    assert changes(made(), made(architecture="ARM64")) == {
        DEFINITION: {"runtimePlatform": {"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"}}
    }


def test_a_port_is_the_mappings_and_the_applications():
    assert changes(made(), made(port=3000)) == {
        DEFINITION: containing(
            portMappings=[{"containerPort": 3000, "hostPort": 3000, "protocol": "tcp"}],
            environment=[{"name": "APP_VERSION", "value": "c-1"}, {"name": "PORT", "value": "3000"}],
        )
    }


def test_an_environment_adds_to_what_slipway_tells_and_wins():
    assert changes(made(), made(environment={"MODE": "fast", "APP_VERSION": "mine"})) == {
        DEFINITION: containing(
            environment=[
                {"name": "APP_VERSION", "value": "mine"},
                {"name": "MODE", "value": "fast"},
                {"name": "PORT", "value": "8080"},
            ]
        )
    }


def test_outputs_are_taken_in_the_environment():
    plain = made(environment={"MODE": "fast"})
    assert changes(plain, declare(lambda: task(environment={"MODE": Output.from_input("fast")}))) == {}


def test_an_unknown_value_is_told_by_its_place_and_the_rest_stays_known():
    found = declare(lambda: task(environment={"BUCKET": Thing("bucket").id}), preview=True)
    known = declare(task, preview=True)
    assert changes(known, found) == {DEFINITION: {"containerDefinitions": UNKNOWN}}
    told = {"name": "BUCKET", "value": UNKNOWN}
    ours = CONTAINER["environment"]
    assert found.outputs["containers"] == [{**CONTAINER, "environment": [ours[0], told, ours[1]]}]


def test_a_sealed_value_seals_the_definitions():
    sealed = declare(lambda: task(environment={"MODE": Output.secret("fast")}))
    (plain,) = changes(made(), made(environment={"MODE": "fast"})).values()
    assert changes(made(), sealed) == {DEFINITION: {key: Secret(value) for key, value in plain.items()}}


def test_secrets_are_granted_one_by_one_without_the_key_and_version_behind_them():
    secret, parameter = ARN("secretsmanager", "secret:shop/db-AbCdEf"), ARN("ssm", "parameter/shop/key")
    asked = {"PASSWORD": f"{secret}:password::", "USER": f"{secret}:user::", "KEY": parameter}
    assert changes(made(), made(secrets=asked)) == {
        GRANTED: {
            "policy": allowing(
                WRITE_LOG,
                LOG_IN,
                PULL,
                {"Action": "ssm:GetParameters", "Resource": [parameter]},
                {"Action": "secretsmanager:GetSecretValue", "Resource": [secret]},
            )
        },
        DEFINITION: containing(
            secrets=[
                {"name": "KEY", "valueFrom": parameter},
                {"name": "PASSWORD", "valueFrom": f"{secret}:password::"},
                {"name": "USER", "valueFrom": f"{secret}:user::"},
            ]
        ),
    }


def test_an_image_through_a_cache_is_imported_by_its_first_pull_into_its_own_repository():
    image = f"123456789012.dkr.ecr.eu-central-1.amazonaws.com/quay/tools/agent@sha256:{'0' * 64}"
    without, through = (
        made(sidecars={"agent": {**AGENT, "image": image, "through_cache": cached}}) for cached in (False, True)
    )
    (policy,) = (change.pop("policy") for change in changes(without, through).values())
    old, new = (json.loads(one)["Statement"] for one in (without.children[GRANTED]["policy"], policy))
    assert [one for one in new if one not in old] == [
        {
            "Effect": "Allow",
            "Action": ["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"],
            "Resource": ["arn:aws:ecr:eu-central-1:123456789012:repository/quay/tools/agent"],
        }
    ]


CREATED: dict[str, Any] = {"created_secrets": {"db": {}}, "secret_prefix": "shop-dev/web"}
SECRET = "aws:secretsmanager/secret:Secret web-db"


def test_a_secret_is_made_without_a_value_and_the_definition_waits_for_it():
    assert changes(made(), made(**CREATED)) == {
        SECRET: {
            "name": "shop-dev/web/db",
            "description": "Made without a value: aws secretsmanager put-secret-value gives it one",
            "recoveryWindowInDays": 30,
        },
        DEFINITION: {"opts.needs": ["LogGroup.web", "RolePolicy.web-execution", "Secret.web-db"]},
    }
    assert changes(made(**CREATED), made(**CREATED, protect=True)) == {SECRET: {"opts.protect": True}}


def test_a_secret_that_is_made_is_named_before_it_exists_and_granted_by_its_name():
    part = f"{ARN('secretsmanager', 'secret:shop-dev/web/db')}"
    version = "5f4dcc3b-5aa7-4c1d-8ec2-7b0c5f3a1e9d"
    asked = {**CREATED, "secrets": {"PASSWORD": f"db:password::{version}"}}
    found = declare(lambda: task(**asked), preview=True)
    before = declare(lambda: task(**CREATED), preview=True)
    assert changes(before, found) == {
        GRANTED: {
            "policy": allowing(
                WRITE_LOG,
                LOG_IN,
                PULL,
                {"Action": "secretsmanager:GetSecretValue", "Resource": [f"{part}-??????"]},
            )
        },
        DEFINITION: containing(secrets=[{"name": "PASSWORD", "valueFrom": f"{part}:password::{version}"}]),
    }


def test_another_version_is_another_definition_and_no_other_right():
    def pinned(version: str) -> Made:
        return made(**CREATED, secrets={"PASSWORD": f"db:::{version}"})

    assert changes(pinned("1"), pinned("2")).keys() == {DEFINITION}


def test_a_sidecar_reads_it_too():
    found = made(**CREATED, sidecars={"agent": {**AGENT, "secrets": {"KEY": "db"}}}).children[DEFINITION]
    agent = json.loads(found["containerDefinitions"])[0]
    told = ARN("secretsmanager", "secret:shop-dev/web/db")
    assert agent["secrets"] == [{"name": "KEY", "valueFrom": told}]


def test_the_key_of_a_made_secret_is_granted_with_the_named_ones():
    keys = [ARN("kms", f"key/{letter}") for letter in "ba"]
    made_of = {**CREATED, "created_secrets": {"db": {"kms_key": keys[0]}}, "secrets": {"KEY": "db"}}
    alone, both = (made(**made_of, secret_keys=named).children[GRANTED]["policy"] for named in ([], keys[1:]))
    told = [
        [one["Resource"] for one in json.loads(policy)["Statement"] if one["Action"] == "kms:Decrypt"]
        for policy in (alone, both)
    ]
    assert told == [[keys[:1]], [sorted(keys)]]


def test_keys_of_secrets_are_granted_one_by_one():
    asked: dict[str, Any] = {"secrets": {"KEY": ARN("ssm", "parameter/shop/key")}}
    keys = [ARN("kms", f"key/{letter}") for letter in "ba"]
    before, after = made(**asked), made(**asked, secret_keys=keys)
    (policy,) = (change.pop("policy") for change in changes(before, after).values())
    decrypt = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": sorted(keys)}
    old, new = (json.loads(one)["Statement"] for one in (before.children[GRANTED]["policy"], policy))
    assert [one for one in new if one not in old] == [decrypt]


def test_rights_are_in_one_order():
    arns = [ARN("ssm", f"parameter/{letter}") for letter in "hgfedcba"]
    policy = made(secrets={f"KEY_{number}": arn for number, arn in enumerate(arns)}).children[GRANTED]["policy"]
    assert json.loads(policy)["Statement"][-1]["Resource"] == sorted(arns)


def test_an_image_from_elsewhere_is_pulled_without_rights_on_ecr():
    assert changes(made(), made(repository_name=None)) == {GRANTED: {"policy": allowing(WRITE_LOG)}}


def test_the_rights_are_in_the_accounts_own_partition():
    china = {**PLACE, "partition": "aws-cn", "region": "cn-north-1"}
    policy = made(account=china).children[GRANTED]["policy"]
    assert [one["Resource"] for one in json.loads(policy)["Statement"]] == [
        "arn:aws-cn:logs:cn-north-1:123456789012:log-group:/shop-dev/web:*",
        "*",
        "arn:aws-cn:ecr:cn-north-1:123456789012:repository/shop-dev/web",
    ]


def test_on_instances_it_is_checked_for_both_and_for_ec2_alone_where_fargate_has_no_such_size():
    assert changes(made(), made(launch_type="EC2")) == {DEFINITION: {"requiresCompatibilities": ["EC2", "FARGATE"]}}
    assert changes(made(), made(launch_type="EC2", cpu=300, memory=700)) == {
        DEFINITION: {"requiresCompatibilities": ["EC2"], "cpu": "300", "memory": "700"}
    }


@pytest.mark.parametrize("size", [{}, {"cpu": 300, "memory": 700}])
def test_on_managed_instances_it_is_checked_for_them_alone_whatever_its_size(size: dict[str, int]):
    found = changes(made(), made(launch_type="MANAGED_INSTANCES", **size))
    told = {key: str(value) for key, value in size.items()}
    assert found == {DEFINITION: {"requiresCompatibilities": ["MANAGED_INSTANCES"], **told}}


def test_a_check_of_the_container():
    assert changes(made(), made(health_check={"command": ["/check"]})) == {
        DEFINITION: containing(
            healthCheck={
                "command": ["CMD", "/check"],
                "interval": 10,
                "timeout": 5,
                "retries": 3,
                "startPeriod": 30,
            }
        )
    }


def test_a_user_and_a_stop_timeout():
    assert changes(made(), made(user="app", stop_timeout=120)) == {DEFINITION: containing(user="app", stopTimeout=120)}


def test_scratch_folders_are_volumes_in_one_order():
    assert changes(made(), made(scratch=["/var/run", "/cache"])) == {
        DEFINITION: {
            **containing(
                mountPoints=[
                    {"sourceVolume": "scratch-0", "containerPath": "/cache", "readOnly": False},
                    {"sourceVolume": "scratch-1", "containerPath": "/var/run", "readOnly": False},
                ]
            ),
            "volumes": [{"name": "scratch-0"}, {"name": "scratch-1"}],
        }
    }
    assert changes(made(), made(scratch=[])) == {DEFINITION: {**containing(mountPoints=[]), "volumes": []}}


def test_logs_are_kept_as_long_as_asked():
    assert changes(made(), made(log_retention_days=0)) == {LOG: {"retentionInDays": 0}}


def test_a_log_group_is_made_written_and_granted_by_one_name():
    options = {**CONTAINER["logConfiguration"]["options"], "awslogs-group": "/x"}
    resource = "arn:aws:logs:eu-central-1:123456789012:log-group:/x:*"
    assert changes(made(), made(log_group_name="/x")) == {
        LOG: {"name": "/x"},
        GRANTED: {"policy": allowing({**WRITE_LOG, "Resource": resource}, LOG_IN, PULL)},
        DEFINITION: containing(logConfiguration={"logDriver": "awslogs", "options": options}),
    }


def test_the_application_may_what_is_permitted():
    one = {"actions": ["s3:GetObject"], "resources": ["arn:aws:s3:::shop/*"]}
    assert changes(made(), made(permissions=[one])) == {
        PERMITTED: {
            "role": "Role.web-task.id",
            "policy": allowing({"Action": ["s3:GetObject"], "Resource": ["arn:aws:s3:::shop/*"]}),
        },
        DEFINITION: {"opts.needs": ["LogGroup.web", "RolePolicy.web-execution", "RolePolicy.web-task"]},
    }


def test_the_application_has_managed_policies():
    arn = "arn:aws:iam::aws:policy/service-role/AmazonSQSReadOnlyAccess"
    attached = "web-task-aws-AmazonSQSReadOnlyAccess"
    assert changes(made(), made(managed_policies=[arn])) == {
        f"aws:iam/rolePolicyAttachment:RolePolicyAttachment {attached}": {
            "role": "Role.web-task.name",
            "policyArn": arn,
        },
        DEFINITION: {"opts.needs": ["LogGroup.web", "RolePolicy.web-execution", f"RolePolicyAttachment.{attached}"]},
    }


def test_a_policy_of_the_accounts_may_have_the_name_of_one_of_awss():
    arns = ["arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::123456789012:policy/ReadOnlyAccess"]
    attached = {key.split()[1] for key in made(managed_policies=arns).children if "Attachment" in key}
    assert attached == {"web-task-aws-ReadOnlyAccess", "web-task-123456789012-ReadOnlyAccess"}


def test_a_shell_is_granted_its_channels_and_its_log_and_no_more():
    found = changes(made(read_only_root=False), made(read_only_root=False, exec_log_group_name="/shop-dev/exec"))
    channels = ["CreateControlChannel", "CreateDataChannel", "OpenControlChannel", "OpenDataChannel"]
    logs = "arn:aws:logs:eu-central-1:123456789012:log-group:"
    assert found[PERMITTED] == {
        "role": "Role.web-task.id",
        "policy": allowing(
            {"Action": [f"ssmmessages:{one}" for one in channels], "Resource": "*"},
            {"Action": "logs:DescribeLogGroups", "Resource": f"{logs}*"},
            {
                "Action": ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
                "Resource": f"{logs}/shop-dev/exec:*",
            },
        ),
    }


def test_a_shells_rights_stand_beside_the_applications_own():
    one = {"actions": ["s3:GetObject"], "resources": ["arn:aws:s3:::shop/*"]}
    asked = {"read_only_root": False, "permissions": [one], "exec_log_group_name": "/shop-dev/exec"}
    statements = json.loads(made(**asked).children[PERMITTED]["policy"])["Statement"]
    assert [each["Resource"] for each in statements[:2]] == [["arn:aws:s3:::shop/*"], "*"]
    assert len(statements) == 4


def test_a_root_that_may_be_written_to():
    assert changes(made(), made(read_only_root=False)) == {DEFINITION: containing(readonlyRootFilesystem=False)}


def test_names():
    after = made(family="other", container="web", image="example.com/web:2", version="c-2")
    options = {**CONTAINER["logConfiguration"]["options"], "awslogs-stream-prefix": "web"}
    assert changes(made(), after) == {
        DEFINITION: {
            "family": "other",
            **containing(
                name="web",
                image="example.com/web:2",
                environment=[{"name": "APP_VERSION", "value": "c-2"}, {"name": "PORT", "value": "8080"}],
                logConfiguration={"logDriver": "awslogs", "options": options},
            ),
        }
    }


AGENT = {"image": "example.com/agent@sha256:" + "a" * 64}
BESIDE: dict[str, Any] = {
    **CONTAINER,
    "name": "agent",
    "image": AGENT["image"],
    "essential": False,
    "portMappings": [],
    "environment": [],
    "logConfiguration": {
        "logDriver": "awslogs",
        "options": {**CONTAINER["logConfiguration"]["options"], "awslogs-stream-prefix": "agent"},
    },
    "mountPoints": [{"sourceVolume": "agent-scratch-0", "containerPath": TMP, "readOnly": False}],
}


def test_a_sidecar_is_a_container_with_scratch_of_its_own():
    assert changes(made(), made(sidecars={"agent": AGENT})) == {
        DEFINITION: {
            "containerDefinitions": compact([BESIDE, CONTAINER]),
            "volumes": [{"name": "scratch-0"}, {"name": "agent-scratch-0"}],
        }
    }


def test_sidecars_are_in_one_order_and_known_at_preview():
    every = {name: {**AGENT, "environment": {"B": "1", "A": "2"}} for name in ("z", "proxy", "agent")}
    backwards = dict(reversed(every.items()))
    found = declare(lambda: task(sidecars=every), preview=True)
    assert changes(made(sidecars=every), made(sidecars=backwards)) == {}
    assert (
        found.children[DEFINITION]["containerDefinitions"] == made(sidecars=every).attributes["container_definitions"]
    )
    assert [one["name"] for one in found.outputs["containers"]] == ["agent", "main", "proxy", "z"]


def test_the_service_waits_for_its_sidecars_and_they_for_it():
    asked = {
        "depends_on": {"migrate": "SUCCESS"},
        "sidecars": {"migrate": AGENT, "agent": {**AGENT, "depends_on": {"main": "START"}}},
    }
    found = {one["name"]: one.get("dependsOn") for one in made(**asked).outputs["containers"]}
    assert found == {
        "agent": [{"containerName": "main", "condition": "START"}],
        "main": [{"containerName": "migrate", "condition": "SUCCESS"}],
        "migrate": None,
    }


def test_a_volume_is_shared_by_those_that_mount_it():
    mount = {"data": {"path": "/data"}}
    reads = {"data": {"path": "/in", "read_only": True}}
    before = made(sidecars={"agent": AGENT})
    after = made(volumes={"data": {}}, mounts=mount, sidecars={"agent": {**AGENT, "mounts": reads}})
    own = {"sourceVolume": "data", "containerPath": "/data", "readOnly": False}
    theirs = {"sourceVolume": "data", "containerPath": "/in", "readOnly": True}
    assert changes(before, after) == {
        DEFINITION: {
            "containerDefinitions": compact(
                [
                    {**BESIDE, "mountPoints": [*BESIDE["mountPoints"], theirs]},
                    {**CONTAINER, "mountPoints": [own, *CONTAINER["mountPoints"]]},
                ]
            ),
            "volumes": [{"name": "scratch-0"}, {"name": "agent-scratch-0"}, {"name": "data"}],
        }
    }


def test_efs_is_mounted_through_tls_by_its_access_point_with_the_rights_of_the_task():
    mount = {"data": {"path": "/data"}}
    efs = {"file_system_id": "fs-0123456789abcdef0", "access_point_id": "fsap-0123456789abcdef0"}
    before = made(volumes={"data": {}}, mounts=mount)
    start = "arn:aws:elasticfilesystem:eu-central-1:123456789012"
    statement = {
        "Action": ["elasticfilesystem:ClientMount", "elasticfilesystem:ClientWrite"],
        "Resource": f"{start}:file-system/{efs['file_system_id']}",
        "Condition": {
            "StringEquals": {"elasticfilesystem:AccessPointArn": f"{start}:access-point/{efs['access_point_id']}"}
        },
    }
    told = {
        "fileSystemId": efs["file_system_id"],
        "transitEncryption": "ENABLED",
        "authorizationConfig": {"accessPointId": efs["access_point_id"], "iam": "ENABLED"},
    }
    assert changes(before, made(volumes={"data": {"efs": efs}}, mounts=mount)) == {
        PERMITTED: {"role": "Role.web-task.id", "policy": allowing(statement)},
        DEFINITION: {
            "volumes": [{"name": "scratch-0"}, {"name": "data", "efsVolumeConfiguration": told}],
            "opts.needs": ["LogGroup.web", "RolePolicy.web-execution", "RolePolicy.web-task"],
        },
    }


def test_secrets_of_sidecars_are_granted_with_those_of_the_service():
    own, theirs = ARN("ssm", "parameter/own"), ARN("ssm", "parameter/agent")
    found = made(secrets={"KEY": own}, sidecars={"agent": {**AGENT, "secrets": {"A": theirs, "B": own}}})
    read = {"Action": "ssm:GetParameters", "Resource": [theirs, own]}
    assert found.children[GRANTED]["policy"] == allowing(WRITE_LOG, LOG_IN, PULL, read)


def test_a_key_may_be_that_of_a_sidecars_secret():
    key, secret = ARN("kms", "key/a"), {"A": ARN("ssm", "parameter/agent")}
    found = made(secret_keys=[key], sidecars={"agent": {**AGENT, "secrets": secret}}).children[GRANTED]["policy"]
    assert {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": [key]} in json.loads(found)["Statement"]


def test_images_in_ecr_are_pulled_with_rights_on_their_repositories():
    host = "111111111111.dkr.ecr.eu-west-1.amazonaws.com"
    agent = {"image": f"{host}/tools/agent:1@sha256:" + "a" * 64}
    theirs = "arn:aws:ecr:eu-west-1:111111111111:repository/tools/agent"
    both = {**PULL, "Resource": [PULL["Resource"], theirs]}
    assert made(sidecars={"agent": agent}).children[GRANTED]["policy"] == allowing(
        WRITE_LOG, LOG_IN, {**both, "Resource": sorted(both["Resource"])}
    )
    alone = made(repository_name=None, image=f"{host}/tools/agent:1").children[GRANTED]["policy"]
    assert alone == allowing(WRITE_LOG, LOG_IN, {**PULL, "Resource": theirs})


ROUTER = {"image": "example.com/logs@sha256:" + "b" * 64, "options": {"Name": "loki", "host": "logs.example.com"}}
ROUTING: dict[str, Any] = {
    **CONTAINER,
    "name": "log-router",
    "image": ROUTER["image"],
    "portMappings": [],
    "environment": [],
    "logConfiguration": {
        "logDriver": "awslogs",
        "options": {**CONTAINER["logConfiguration"]["options"], "awslogs-stream-prefix": "log-router"},
    },
    "mountPoints": [{"sourceVolume": "log-router-scratch-0", "containerPath": TMP, "readOnly": False}],
    "firelensConfiguration": {"type": "fluentbit"},
}
ROUTED: dict[str, Any] = {
    "logConfiguration": {"logDriver": "awsfirelens", "options": ROUTER["options"]},
    "dependsOn": [{"containerName": "log-router", "condition": "START"}],
}


def test_a_log_router_takes_the_lines_of_all_others_and_writes_its_own_to_the_log():
    assert changes(made(sidecars={"agent": AGENT}), made(sidecars={"agent": AGENT}, log_router=ROUTER)) == {
        DEFINITION: {
            "containerDefinitions": compact([{**BESIDE, **ROUTED}, ROUTING, {**CONTAINER, **ROUTED}]),
            "volumes": [{"name": "scratch-0"}, {"name": "agent-scratch-0"}, {"name": "log-router-scratch-0"}],
        }
    }


def test_a_log_router_is_known_at_preview_whatever_the_order_of_its_options():
    backwards = {**ROUTER, "options": dict(reversed(ROUTER["options"].items()))}
    assert changes(made(log_router=ROUTER), made(log_router=backwards)) == {}
    found = declare(lambda: task(log_router=ROUTER), preview=True)
    assert found.children[DEFINITION]["containerDefinitions"] == compact([ROUTING, {**CONTAINER, **ROUTED}])


def test_a_container_may_wait_for_a_healthy_log_router():
    check = {"command": ["/check"]}
    found = made(log_router={**ROUTER, "health_check": check}, depends_on={"log-router": "HEALTHY"})
    waits = {one["name"]: one.get("dependsOn") for one in found.outputs["containers"]}
    assert waits == {"main": [{"containerName": "log-router", "condition": "HEALTHY"}], "log-router": None}


def test_a_log_router_of_fluentd_with_a_file_in_its_image_and_memory_of_its_own():
    asked = {"image": ROUTER["image"], "type": "fluentd", "configuration": "/etc/logs.conf", "memory_reservation": 64}
    router, main = made(log_router=asked).outputs["containers"]
    told = {"config-file-type": "file", "config-file-value": "/etc/logs.conf"}
    assert router == {
        **ROUTING,
        "memoryReservation": 64,
        "firelensConfiguration": {"type": "fluentd", "options": told},
    }
    assert main["logConfiguration"] == {"logDriver": "awsfirelens"}
    assert changes(made(log_router=ROUTER), made(log_router=asked)).keys() == {DEFINITION}


def test_a_secret_option_is_filled_by_ecs_and_granted_alone():
    key, made_here = ARN("ssm", "parameter/key"), ARN("secretsmanager", "secret:shop-dev/web/token")
    asked = {**ROUTER, "secret_options": {"token": "token", "apikey": key}}
    found = made(log_router=asked, created_secrets={"token": {}}, secret_prefix="shop-dev/web")  # noqa: S106 - a name
    router, main = sorted(found.outputs["containers"], key=lambda one: one["name"])
    assert (router["name"], main["name"]) == ("log-router", "main")
    assert router["secrets"] == []
    assert main["logConfiguration"] == {
        **ROUTED["logConfiguration"],
        "secretOptions": [{"name": "apikey", "valueFrom": key}, {"name": "token", "valueFrom": made_here}],
    }
    read = {"Action": "ssm:GetParameters", "Resource": [key]}
    fetch = {"Action": "secretsmanager:GetSecretValue", "Resource": [f"{made_here}-??????"]}
    assert found.children[GRANTED]["policy"] == allowing(WRITE_LOG, LOG_IN, PULL, read, fetch)


def test_a_configuration_in_s3_is_read_alone_and_the_definition_is_for_instances_alone():
    file = "arn:aws:s3:::shop-logs/web/logs.conf"
    router = {"image": ROUTER["image"], "configuration": file}
    before, after = (made(launch_type="EC2", log_router=one) for one in (ROUTER, router))
    where = {"Action": "s3:GetBucketLocation", "Resource": "arn:aws:s3:::shop-logs"}
    read = {"Action": "s3:GetObject", "Resource": file}
    changed = changes(before, after)
    assert changed.keys() == {GRANTED, DEFINITION}
    assert changed[GRANTED]["policy"] == allowing(WRITE_LOG, LOG_IN, PULL, where, read)
    assert changed[DEFINITION]["requiresCompatibilities"] == ["EC2"]
    (told,) = [one["firelensConfiguration"] for one in after.outputs["containers"] if one["name"] == "log-router"]
    assert told == {"type": "fluentbit", "options": {"config-file-type": "s3", "config-file-value": file}}


def test_the_image_of_a_log_router_is_pulled_from_awss_own_repository_and_through_a_cache():
    host = "906394416424.dkr.ecr.eu-central-1.amazonaws.com"
    theirs = "arn:aws:ecr:eu-central-1:906394416424:repository/aws-for-fluent-bit"
    router = {**ROUTER, "image": f"{host}/aws-for-fluent-bit:1", "through_cache": True}
    imports = {"Action": ["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"], "Resource": [theirs]}
    both = {**PULL, "Resource": [PULL["Resource"], theirs]}
    assert made(log_router=router).children[GRANTED]["policy"] == allowing(WRITE_LOG, LOG_IN, both, imports)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (
            {"cpu": 300, "memory": 600},
            "cpu: Fargate has no such pair of cpu and memory; the nearest is cpu: 512, memory: 1024",
        ),
        (
            {"environment": {"A": "1"}, "secrets": {"A": ARN("ssm", "parameter/a")}},
            "secrets.A: is in environment too: one of them would be lost",
        ),
        ({"architecture": "x86"}, "architecture: must be one of X86_64, ARM64"),
        ({"scratch": ["/cache", TMP, "/cache"]}, "scratch: names '/cache' twice"),
        (
            {"managed_policies": ["arn:aws:iam::aws:policy/X"] * 2},
            "managed_policies: names 'arn:aws:iam::aws:policy/X'",
        ),
        ({"managed_policies": ["arn:aws:iam::aws:role/X"]}, "managed_policies.0: string should match pattern "),
        ({"secret_keys": [ARN("kms", "key/a")]}, "secret_keys: has no meaning without secrets"),
        ({"exec_log_group_name": "/x"}, "exec_log_group_name: ECS Exec's agent writes to the container's root file"),
        ({"environment": {"apiKey": 1}}, "environment.apiKey: input should be a valid string"),
        ({"user": "root"}, "user: string should match pattern "),
        ({"user": "0:0"}, "user: string should match pattern "),
        ({"secrets": {"A": "hunter2"}}, "secrets.A: is no ARN, and no name in createdSecrets"),
        (
            {"secrets": {"A": "hunter 2"}},
            "secrets.A: is no secret: the ARN of one, or the name of one in createdSecrets",
        ),
        (
            {"secrets": {"A": ARN("ssm", "parameter/a:3")}},
            "secrets.A: is no ARN of a parameter, arn:aws:ssm:REGION:ACCOUNT:parameter/NAME; ECS takes no version",
        ),
        ({"created_secrets": {"db": {}}}, "secret_prefix: createdSecrets are named after it"),
        (
            {"permissions": [{"actions": ["s3:*"], "resources": []}]},
            "permissions.0.resources: list should have at least",
        ),
        (
            {"sidecars": {"agent": {**AGENT, "depends_on": {"x": "START"}}}},
            "sidecars.agent.depends_on.x: there is no such container; there are: agent, main",
        ),
        (
            {"log_router": {**ROUTER, "configuration": "arn:aws:s3:::a/b"}},
            "log_router.configuration: Fargate reads no configuration from S3",
        ),
        (
            {"log_router": {**ROUTER, "secret_options": {"apikey": "key"}}},
            "log_router.secret_options.apikey: is no ARN, and no name in createdSecrets",
        ),
        ({"container": "log-router", "log_router": ROUTER}, "log_router: has the name of the service's own container"),
        ({"sidecars": {"main": AGENT}}, "sidecars.main: has the name of the service's own container"),
        ({"cpu": 64, "launch_type": "EC2"}, "cpu: input should be greater than or equal to 128"),
        (
            {"launch_type": "FARGATE_SPOT"},
            "launch_type: must be one of FARGATE, EC2, MANAGED_INSTANCES; did you mean 'FARGATE'?",
        ),
        ({"stop_timeout": 121}, "stop_timeout: input should be less than or equal to 120"),
        ({"environment": {"A": 1}}, "environment.A: input should be a valid string"),
    ],
)
def test_a_wrong_argument_is_named_with_what_would_be_valid(asked: dict[str, Any], told: str):
    (problem,) = problems(lambda: task(**asked))
    assert problem.startswith(f"web.{told}")


def test_the_nearest_retention_is_told():
    (problem,) = problems(lambda: task(log_retention_days=31))
    assert problem.endswith("CloudWatch Logs has no such retention; the nearest is 30, and 0 keeps for ever")
