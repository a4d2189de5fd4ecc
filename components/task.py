"""Task: what runs, with the rights that it has.

Always: a task definition, its log group, an execution role that may pull these images, write this log and
read these secrets, and a task role for the application. Optional: sidecars, volumes and secrets that are made
without a value. Needs an image.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, NotRequired

import pulumi
import pulumi_aws as aws
from pulumi import Input, Output, ResourceOptions
from pydantic import Field

from components import containers
from components.account import Account, log_group_arn
from components.secrets import by_arn, created_secrets, reading
from components.service_role import service_role
from components.volumes import efs_statements, volumes
from settings import fargate
from settings.cluster import EC2, MANAGED
from settings.connect import ConnectOptions
from settings.container import ECR, ContainerOptions, ForeignOptions, SidecarOptions
from settings.dependencies import dependency_problems
from settings.log_router import ROUTER, fargate_problems, in_s3
from settings.options import Problem, complete, one_of, options, part
from settings.service import EXEC_WRITES, Architecture
from settings.task import TaskOptions, every_secret


def _exec_can_write(given: "TaskArgs") -> Iterator[Problem]:
    if given["exec_log_group_name"] and given["read_only_root"]:
        yield Problem("execLogGroupName", given["exec_log_group_name"], EXEC_WRITES)


def _containers_start(given: "TaskArgs") -> Iterator[Problem]:
    return dependency_problems(given["container"], given)


def _named_secrets(given: "TaskArgs") -> Iterator[Problem]:
    if given["created_secrets"] and not given["secret_prefix"]:
        yield Problem("secretPrefix", given["secret_prefix"], "createdSecrets are named after it")


def _is_one_for_fargate(given: "TaskArgs") -> Iterator[Problem]:
    if given["launch_type"] == "FARGATE":
        yield from fargate.size_problems(given["cpu"], given["memory"], "cpu")
        yield from fargate_problems(given["log_router"], "logRouter")


@options(_exec_can_write, _containers_start, _named_secrets, _is_one_for_fargate, extends=TaskOptions)
class TaskArgs(TaskOptions):
    """Arguments of `Task`."""

    account: Account
    """Where the task runs."""
    family: str
    """Name that all its revisions share."""
    container: str
    """Name of the container."""
    image: str
    """Reference of the image."""
    version: str
    """What the application is told in APP_VERSION: the image's content tag."""
    repository_name: str | None
    """The stack's repository that the image is pulled from; None for an image from elsewhere."""
    log_group_name: str
    """Name of the log group."""
    architecture: Architecture
    """CPU architecture of the image."""
    secret_prefix: NotRequired[Annotated[str, Field(default="")]]
    """Start of the names of the secrets that are made."""
    protect: NotRequired[Annotated[bool, Field(default=False)]]
    """Refuse to delete these secrets."""
    exec_log_group_name: NotRequired[Annotated[str | None, Field(default=None)]]
    """Name of the log group that ECS Exec writes to; None where nobody may use it."""
    connect: NotRequired[Annotated[ConnectOptions | None, Field(default=None)]]
    """The endpoint that Service Connect makes of its port, which has the container's name then; None for none."""
    launch_type: NotRequired[Annotated[str, one_of("FARGATE", EC2, MANAGED), Field(default="FARGATE")]]
    """What its service's strategy runs it on; Fargate Spot is `FARGATE`."""


class Task(pulumi.ComponentResource):
    """A task definition with its log group and roles."""

    arn: Output[str]
    """ARN of the revision."""
    container_definitions: Input[str]
    """The container definitions: plain text, known at the first preview."""
    family: str
    """Name that all its revisions share."""
    task_role_arn: Output[str]
    """The application's role."""
    execution_role_arn: Output[str]
    """The role by which ECS starts it."""

    def __init__(
        self,
        name: str,
        args: TaskArgs,
        needs: Sequence[pulumi.Resource] = (),
        opts: ResourceOptions | None = None,
    ) -> None:
        super().__init__("slipway:index:Task", name, {}, opts)
        args = _by_arn(complete(TaskArgs, args, name))
        child = ResourceOptions(parent=self)
        log = aws.cloudwatch.LogGroup(
            name,
            name=args["log_group_name"],
            retention_in_days=args["log_retention_days"],
            opts=child,
        )
        kept = ResourceOptions(parent=self, protect=args["protect"])
        made = created_secrets(name, args["created_secrets"], args["secret_prefix"], kept)
        execution, granted = self._execution_role(name, args)
        application, permitted = self._task_role(name, args)
        scratch = _scratch(args)
        defined = containers.ordered(_defined(args, scratch))
        self.container_definitions = containers.document(defined)
        definition = aws.ecs.TaskDefinition(
            name,
            family=args["family"],
            requires_compatibilities=_compatibilities(args),
            network_mode="awsvpc",
            cpu=str(args["cpu"]),
            memory=str(args["memory"]),
            execution_role_arn=execution.arn,
            task_role_arn=application.arn,
            container_definitions=self.container_definitions,
            runtime_platform=aws.ecs.TaskDefinitionRuntimePlatformArgs(
                cpu_architecture=args["architecture"], operating_system_family="LINUX"
            ),
            volumes=volumes([volume for one in scratch.values() for volume in one], args["volumes"]),
            # ECS may roll back to the revision before, so a replaced one stays.
            skip_destroy=True,
            opts=ResourceOptions(parent=self, depends_on=[*needs, log, *made, granted, *permitted]),
        )
        self.arn, self.family = definition.arn, args["family"]
        self.task_role_arn, self.execution_role_arn = application.arn, execution.arn
        self.register_outputs(
            {
                "arn": self.arn,
                # Not the text: one unknown would make all of it unknown.
                "containers": defined,
                "family": self.family,
                "task_role_arn": self.task_role_arn,
                "execution_role_arn": self.execution_role_arn,
            }
        )

    def _execution_role(self, name: str, args: TaskArgs) -> tuple[aws.iam.Role, aws.iam.RolePolicy]:
        child = ResourceOptions(parent=self)
        role = service_role(f"{name}-execution", "ecs-tasks", args["account"], child)
        policy = aws.iam.RolePolicy(
            f"{name}-execution",
            role=role.id,
            policy=json.dumps(_execution_policy(args), sort_keys=True),
            opts=child,
        )
        return role, policy

    def _task_role(self, name: str, args: TaskArgs) -> tuple[aws.iam.Role, list[pulumi.Resource]]:
        child = ResourceOptions(parent=self)
        role = service_role(f"{name}-task", "ecs-tasks", args["account"], child)
        permitted: list[pulumi.Resource] = []
        if statements := _task_statements(args):
            document = json.dumps({"Version": "2012-10-17", "Statement": statements}, sort_keys=True)
            permitted.append(aws.iam.RolePolicy(f"{name}-task", role=role.id, policy=document, opts=child))
        for arn in args["managed_policies"]:
            attached = f"{name}-task-{_policy_name(arn)}"
            permitted.append(aws.iam.RolePolicyAttachment(attached, role=role.name, policy_arn=arn, opts=child))
        return role, permitted


def _compatibilities(args: TaskArgs) -> list[str]:
    """What ECS checks the definition against: on EC2 for Fargate too, where Fargate could run it.

    On Fargate alone it stays `FARGATE`, on managed instances `MANAGED_INSTANCES`, the one value that "Amazon ECS task
    definition parameters for Amazon ECS Managed Instances" has: so a service that moves gets a new revision, and its
    release is followed.
    """
    movable = fargate.is_valid(args["cpu"], args["memory"]) and not _configuration(args)
    if args["launch_type"] == EC2 and movable:
        return [EC2, "FARGATE"]
    return [args["launch_type"]]


def _by_arn(args: TaskArgs) -> TaskArgs:
    """The arguments with every secret by its ARN."""
    place, prefix = args["account"], args["secret_prefix"]
    beside: dict[str, SidecarOptions] = {
        name: {**one, "secrets": by_arn(one["secrets"], place, prefix)} for name, one in args["sidecars"].items()
    }
    router = args["log_router"]
    return {
        **args,
        "secrets": by_arn(args["secrets"], place, prefix),
        "sidecars": beside,
        "log_router": router
        and {
            **router,
            "secrets": by_arn(router["secrets"], place, prefix),
            "secret_options": by_arn(router["secret_options"], place, prefix),
        },
    }


def _foreign(args: TaskArgs) -> dict[str, ForeignOptions]:
    """The containers beside the service's own."""
    return {**args["sidecars"], **({ROUTER: args["log_router"]} if args["log_router"] else {})}


def _every(args: TaskArgs) -> dict[str, ContainerOptions]:
    """The containers by name, the service's own first."""
    return {args["container"]: args, **dict(sorted(_foreign(args).items()))}


def _scratch(args: TaskArgs) -> dict[str, dict[str, str]]:
    """Each container's scratch volumes, with their paths."""
    main = args["container"]
    return {
        name: {
            f"{'' if name == main else f'{name}-'}scratch-{number}": path
            for number, path in enumerate(sorted(one["scratch"]))
        }
        for name, one in _every(args).items()
    }


def _defined(args: TaskArgs, scratch: Mapping[str, dict[str, str]]) -> list[containers.Definition]:
    main, router = args["container"], args["log_router"]
    log = containers.Log(args["log_group_name"], args["account"]["region"], router)
    told = {"APP_VERSION": args["version"], "PORT": str(args["port"])}
    own: ContainerOptions = {**part(ContainerOptions, args), "environment": told | args["environment"]}
    return [
        containers.main_container(
            main,
            own,
            image=args["image"],
            port=args["port"],
            connect=args["connect"],
            log=log,
            scratch=scratch[main],
        ),
        *(containers.sidecar(name, one, log=log, scratch=scratch[name]) for name, one in args["sidecars"].items()),
        *([containers.log_router(router, log=log, scratch=scratch[ROUTER])] if router else []),
    ]


def _policy_name(arn: str) -> str:
    """Owner and name of a managed policy: AWS has some that an account may have under the same name."""
    return f"{arn.split(':')[4]}-{arn.rsplit('/', 1)[-1]}"


def _task_statements(args: TaskArgs) -> list[dict[str, object]]:
    statements: list[dict[str, object]] = [
        {"Effect": "Allow", "Action": one["actions"], "Resource": one["resources"]} for one in args["permissions"]
    ]
    if args["exec_log_group_name"]:
        statements += _exec_statements(args["account"], args["exec_log_group_name"])
    return statements + efs_statements(args["account"], args["volumes"])


def _exec_statements(place: Account, log_group: str) -> list[dict[str, object]]:
    """What ECS Exec asks of the task's own role ("Monitor Amazon ECS containers with ECS Exec")."""
    groups = f"arn:{place['partition']}:logs:{place['region']}:{place['id']}:log-group:*"
    write = ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    channels = ["CreateControlChannel", "CreateDataChannel", "OpenControlChannel", "OpenDataChannel"]
    return [
        # A channel is the session's own: the actions take no resource
        # ("Actions, resources, and condition keys for Amazon Message Gateway Service").
        {"Effect": "Allow", "Action": [f"ssmmessages:{one}" for one in channels], "Resource": "*"},
        # The agent looks its group up in the list of all.
        {"Effect": "Allow", "Action": "logs:DescribeLogGroups", "Resource": groups},
        {"Effect": "Allow", "Action": write, "Resource": log_group_arn(place, log_group)},
    ]


def _execution_policy(args: TaskArgs) -> dict[str, object]:
    place = args["account"]
    log = log_group_arn(place, args["log_group_name"])
    statements: list[dict[str, object]] = [
        {
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": log,
        }
    ]
    if repositories := _repositories(args):
        # A token is for all registries: the action takes no resource
        # ("Actions, resources, and condition keys for Amazon Elastic Container Registry").
        statements.append({"Effect": "Allow", "Action": "ecr:GetAuthorizationToken", "Resource": "*"})
        pull = [
            "ecr:BatchCheckLayerAvailability",
            "ecr:BatchGetImage",
            "ecr:GetDownloadUrlForLayer",
        ]
        one = repositories[0] if len(repositories) == 1 else repositories
        statements.append({"Effect": "Allow", "Action": pull, "Resource": one})
    if cached := _arns(place, [one["image"] for one in _foreign(args).values() if one["through_cache"]]):
        imports = ["ecr:BatchImportUpstreamImage", "ecr:CreateRepository"]
        statements.append({"Effect": "Allow", "Action": imports, "Resource": cached})
    if keys := _keys(args):
        statements.append({"Effect": "Allow", "Action": "kms:Decrypt", "Resource": keys})
    if found := _configuration(args):
        # The agent asks first where the bucket is ("Amazon ECS task execution IAM role").
        bucket = f"arn:{place['partition']}:s3:::{found['bucket']}"
        statements.append({"Effect": "Allow", "Action": "s3:GetBucketLocation", "Resource": bucket})
        statements.append({"Effect": "Allow", "Action": "s3:GetObject", "Resource": found[0]})
    statements += reading(text for _, text in every_secret(args))
    return {"Version": "2012-10-17", "Statement": statements}


def _configuration(args: TaskArgs) -> re.Match[str] | None:
    """The object in S3 that configures the log router, if one does."""
    return in_s3(args["log_router"]["configuration"]) if args["log_router"] else None


def _keys(args: TaskArgs) -> list[str]:
    """The keys that the secrets are encrypted with."""
    made = {one["kms_key"] for one in args["created_secrets"].values() if one["kms_key"]}
    return sorted(made.union(args["secret_keys"]))


def _repositories(args: TaskArgs) -> list[str]:
    """ARNs of the ECR repositories that the images are pulled from."""
    place, beside = args["account"], [one["image"] for one in _foreign(args).values()]
    if not args["repository_name"]:
        return _arns(place, [args["image"], *beside])
    own = f"arn:{place['partition']}:ecr:{place['region']}:{place['id']}:repository/{args['repository_name']}"
    return sorted({own, *_arns(place, beside)})


def _arns(place: Account, images: list[str]) -> list[str]:
    """ARNs of the repositories of images, those that are in ECR."""
    found = [there for image in images if (there := ECR.match(image))]
    start = f"arn:{place['partition']}:ecr"
    return sorted({f"{start}:{one['region']}:{one['account']}:repository/{one['name']}" for one in found})
