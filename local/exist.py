"""Makes declared resources exist in the emulated AWS: ensure, not create, so that a second run is an update."""

import hashlib
import json
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol, cast

from botocore.exceptions import ClientError
from botocore.validate import ParamValidator
from pulumi.runtime import mocks

from local.program import LookUpFailed
from local.shapes import Inputs, condition, filled, fixed_response, integers, network, texts, without_nones
from local.table import NotInTable, parameters
from release.follow import ReleaseRefused
from release.record import Record, known, parse

Made = tuple[str, dict[str, Any]]
_FIXED: dict[str, dict[str, str]] = {
    "getPartition": {"partition": "aws", "dnsSuffix": "amazonaws.com"},
    "getParameter": {"insecureValue": "ami-00000000000000000"},
    "getAuthorizationToken": {"userName": "AWS", "password": "emulated"},
}
"""Look-ups whose answer is the same on every such machine."""


WAY_BACK_LOOKS, WAY_BACK_PAUSE = 60, 0.5
"""How often, and after how many seconds each time, to look whether a rollback is done."""


class Images(Protocol):
    """What builds and pushes images on this machine."""

    def ensure(self, inputs: Inputs) -> str:
        """Build and push an image under its name; says what was done."""
        ...


class Clients(Protocol):
    """What makes AWS clients: `local.clients.Clients`."""

    def client(self, service: str) -> Any:  # noqa: ANN401 - boto3 has no types
        """A client of this service at the emulator."""
        ...


NEED_DOCKER = ("docker:index/image:Image", "aws:ecs/service:Service", "aws:ssm/parameter:Parameter")
"""The types behind a running container: without Docker the emulated AWS would claim that they run."""


class Emulated(mocks.Mocks):
    """The SDK's mocks, backed by the emulated AWS; without `images`, by its control plane alone."""

    def __init__(
        self,
        clients: Clients,
        images: Images | None,
        settle: Callable[[Record, Record | None], None],
        say: Callable[[str], None],
    ) -> None:
        self._clients, self._images, self._settle, self._say = clients, images, settle, say
        self._lock = threading.Lock()
        self.changes: list[str] = []
        self.declared_only: set[str] = set()
        self.refused: dict[str, ReleaseRefused] = {}
        self.balancers: dict[str, str] = {}

    # Look-ups

    def call(self, args: mocks.MockCallArgs) -> Any:  # noqa: ANN401 - the SDK's type; one answer a look-up
        """Answer a look-up from the emulated AWS."""
        match args.token.split(":")[-1]:
            case "getCallerIdentity":
                return {"accountId": self._clients.client("sts").get_caller_identity()["Account"]}
            case "getRegion":
                return {"region": self._clients.client("ecs").meta.region_name}
            case "getRepositories":
                found = self._clients.client("ecr").describe_repositories()["repositories"]
                return {"names": [one["repositoryName"] for one in found]}
            case "getImages":
                found = self._clients.client("ecr").list_images(repositoryName=args.args["repositoryName"])
                return {"imageIds": [_camel(one) for one in found["imageIds"]]}
            case "getImage":
                asked = {"imageTag": args.args["imageTag"]}
                ecr, name = self._clients.client("ecr"), args.args["repositoryName"]
                try:
                    found = ecr.describe_images(repositoryName=name, imageIds=[asked])["imageDetails"]
                except ClientError as error:
                    raise LookUpFailed(str(error)) from error
                if not found:  # the emulator's answer, where AWS has an error
                    raise LookUpFailed(f"ImageNotFoundException: {name} has no image {asked['imageTag']}")
                return {"imageDigest": found[0]["imageDigest"]}
            case fixed if fixed in _FIXED:
                return _FIXED[fixed]
            case _:
                raise NotInTable(f"the local stack does not know the look-up {args.token}")

    # Resources

    def new_resource(self, args: mocks.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        """Make a resource exist, or validate it as declared only."""
        if not args.custom and not args.typ.startswith("awsx:"):
            return "", args.inputs
        inputs = cast("Inputs", integers(args.inputs))
        row, call = parameters(args.typ, inputs)
        if args.typ != "awsx:ec2:Vpc" and not args.typ.startswith(("docker:", "aws:ecr/repository:")):
            _validate(
                self._clients.client(row.service),
                row.operation,
                filled(row.operation, call, args.name),
            )
        if not row.made or (self._images is None and args.typ in NEED_DOCKER):
            with self._lock:
                self.declared_only.add(args.typ.split(":")[-1])
            return args.name, {**args.inputs, **dict.fromkeys(row.gives, args.name)}
        handler = getattr(self, "_" + args.typ.split(":")[-1][0].lower() + args.typ.split(":")[-1][1:])
        id_, outputs = cast("Made", handler(args.name, inputs, call))
        return id_, {**args.inputs, **outputs}

    def _changed(self, what: str) -> None:
        with self._lock:
            self.changes.append(what)
        self._say(what)

    def _vpc(self, name: str, inputs: Inputs, _call: Inputs) -> Made:
        """A stand-in for awsx's Vpc: one VPC, and a public and a private subnet for each zone."""
        ec2 = self._clients.client("ec2")
        found = ec2.describe_vpcs(Filters=[{"Name": "tag:slipway", "Values": [name]}])["Vpcs"]
        if not found:
            vpc = ec2.create_vpc(CidrBlock=inputs["cidrBlock"], TagSpecifications=_tagged("vpc", name))["Vpc"]["VpcId"]
            base = inputs["cidrBlock"].split(".")
            for number in range(2 * inputs["numberOfAvailabilityZones"]):
                zone = f"{ec2.meta.region_name}{'abcdef'[number // 2]}"
                ec2.create_subnet(
                    VpcId=vpc,
                    CidrBlock=f"{base[0]}.{base[1]}.{number}.0/24",
                    AvailabilityZone=zone,
                    TagSpecifications=_tagged("subnet", ("public", "private")[number % 2]),
                )
            self._changed(f"VPC {name}")
        else:
            vpc = found[0]["VpcId"]
        subnets = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["Subnets"]

        def ids(kind: str) -> list[str]:
            marked = [one for one in subnets if {"Key": "slipway", "Value": kind} in one.get("Tags", [])]
            return [one["SubnetId"] for one in sorted(marked, key=lambda one: one["CidrBlock"])]

        # An input of awsx's Vpc shares its name with an output of another shape.
        return vpc, {
            "vpcId": vpc,
            "publicSubnetIds": ids("public"),
            "privateSubnetIds": ids("private"),
            "natGateways": [],
            "routeTables": [],
            "subnetSpecs": [],
        }

    def _securityGroup(self, name: str, _inputs: Inputs, call: Inputs) -> Made:  # noqa: N802 - named after the type
        ec2 = self._clients.client("ec2")
        filters = [
            {"Name": "group-name", "Values": [name]},
            {"Name": "vpc-id", "Values": [call["VpcId"]]},
        ]
        found = ec2.describe_security_groups(Filters=filters)["SecurityGroups"]
        id_ = found[0]["GroupId"] if found else ec2.create_security_group(GroupName=name, **call)["GroupId"]
        if not found:
            self._changed(f"security group {name}")
        return id_, {}

    def _repository(self, _name: str, inputs: Inputs, call: Inputs) -> Made:
        ecr = self._clients.client("ecr")
        known = {one["repositoryName"]: one for one in ecr.describe_repositories()["repositories"]}
        one = known.get(inputs["name"])
        if one is None:
            settings = [without_nones(each) for each in inputs["encryptionConfigurations"]]
            one = ecr.create_repository(**call, encryptionConfiguration=settings[0])["repository"]
            self._changed(f"repository {inputs['name']}")
        return inputs["name"], {
            "arn": one["repositoryArn"],
            "registryId": one["registryId"],
            "repositoryUrl": one["repositoryUri"],
        }

    def _lifecyclePolicy(self, _name: str, inputs: Inputs, call: Inputs) -> Made:  # noqa: N802 - named after the type
        """Kept, and not obeyed: what it would leave is asked of it."""
        self._clients.client("ecr").put_lifecycle_policy(**call)
        return inputs["repository"], {}

    def _image(self, _name: str, inputs: Inputs, _call: Inputs) -> Made:
        if self._images and not inputs.get("skipPush"):
            self._changed(self._images.ensure(inputs))
        return inputs["imageName"], {"baseImageName": inputs["imageName"], "repoDigest": ""}

    def _logGroup(self, _name: str, inputs: Inputs, call: Inputs) -> Made:  # noqa: N802 - named after the type
        logs, group = self._clients.client("logs"), inputs["name"]
        found = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
        if group not in [one["logGroupName"] for one in found]:
            logs.create_log_group(**call)
            if inputs["retentionInDays"]:
                logs.put_retention_policy(logGroupName=group, retentionInDays=inputs["retentionInDays"])
            self._changed(f"log group {group}")
        return group, {"arn": f"arn:aws:logs:{logs.meta.region_name}:000000000000:log-group:{group}"}

    def _secret(self, _name: str, inputs: Inputs, call: Inputs) -> Made:
        """Without a value, as on AWS: `put-secret-value` at the emulator's address gives it one."""
        secrets, name = self._clients.client("secretsmanager"), inputs["name"]
        try:
            secret = secrets.describe_secret(SecretId=name)
        except secrets.exceptions.ResourceNotFoundException:
            secret = secrets.create_secret(**call)
            self._changed(f"secret {name}, without a value")
        return secret["ARN"], {"arn": secret["ARN"]}

    def _role(self, name: str, _inputs: Inputs, call: Inputs) -> Made:
        iam = self._clients.client("iam")
        try:
            role = iam.get_role(RoleName=name)["Role"]
        except iam.exceptions.NoSuchEntityException:
            role = iam.create_role(RoleName=name, **call)["Role"]
            self._changed(f"role {name}")
        return name, {"arn": role["Arn"], "name": name}

    def _queue(self, _name: str, inputs: Inputs, call: Inputs) -> Made:
        sqs, name = self._clients.client("sqs"), inputs["name"]
        known = {url.rsplit("/", 1)[1]: url for url in sqs.list_queues(QueueNamePrefix=name).get("QueueUrls", [])}
        if name not in known:
            known[name] = sqs.create_queue(**texts(call))["QueueUrl"]
            self._changed(f"queue {name}")
        return known[name], {"url": known[name]}

    def _cluster(self, _name: str, inputs: Inputs, call: Inputs) -> Made:
        ecs = self._clients.client("ecs")
        found = [
            one for one in ecs.describe_clusters(clusters=[inputs["name"]])["clusters"] if one["status"] == "ACTIVE"
        ]
        arn = found[0]["clusterArn"] if found else ecs.create_cluster(**call)["cluster"]["clusterArn"]
        if not found:
            self._changed(f"cluster {inputs['name']}")
        return arn, {"arn": arn}

    def _loadBalancer(self, name: str, _inputs: Inputs, call: Inputs) -> Made:  # noqa: N802 - named after the type
        elb = self._clients.client("elbv2")
        known = {one["LoadBalancerName"]: one for one in elb.describe_load_balancers()["LoadBalancers"]}
        one = known.get(name)
        if one is None:
            one = elb.create_load_balancer(Name=name, **call)["LoadBalancers"][0]
            self._changed(f"load balancer {name}")
        self.balancers[name] = one["DNSName"]
        return one["LoadBalancerArn"], {
            "arn": one["LoadBalancerArn"],
            "dnsName": one["DNSName"],
            "arnSuffix": one["LoadBalancerArn"].split("loadbalancer/")[1],
            "name": name,
        }

    def _listener(self, name: str, _inputs: Inputs, call: Inputs) -> Made:
        elb = self._clients.client("elbv2")
        found = elb.describe_listeners(LoadBalancerArn=call["LoadBalancerArn"])["Listeners"]
        call["DefaultActions"] = [fixed_response(one) for one in call["DefaultActions"]]
        arn = found[0]["ListenerArn"] if found else elb.create_listener(**call)["Listeners"][0]["ListenerArn"]
        if not found:
            self._changed(f"listener {name} on port {call['Port']}")
        return arn, {"arn": arn}

    def _targetGroup(self, name: str, inputs: Inputs, call: Inputs) -> Made:  # noqa: N802 - named after the type
        elb, check = self._clients.client("elbv2"), inputs["healthCheck"]
        known = {one["TargetGroupName"]: one["TargetGroupArn"] for one in elb.describe_target_groups()["TargetGroups"]}
        if name not in known:
            created = elb.create_target_group(
                Name=name,
                **call,
                HealthCheckPath=check["path"],
                HealthCheckIntervalSeconds=check["interval"],
                HealthCheckTimeoutSeconds=check["timeout"],
                HealthyThresholdCount=check["healthyThreshold"],
                UnhealthyThresholdCount=check["unhealthyThreshold"],
                Matcher={"HttpCode": check["matcher"]},
            )
            known[name] = created["TargetGroups"][0]["TargetGroupArn"]
            self._changed(f"target group {name}")
        return known[name], {"arn": known[name], "arnSuffix": known[name].split(":")[-1]}

    def _listenerRule(self, name: str, _inputs: Inputs, call: Inputs) -> Made:  # noqa: N802 - named after the type
        elb = self._clients.client("elbv2")
        found = elb.describe_rules(ListenerArn=call["ListenerArn"])["Rules"]
        arn = next((one["RuleArn"] for one in found if one["Priority"] == str(call["Priority"])), None)
        conditions = [condition(one) for one in call["Conditions"]]
        if arn is None:
            arn = elb.create_rule(**{**call, "Conditions": conditions})["Rules"][0]["RuleArn"]
            self._changed(f"listener rule {name}")
        else:
            elb.modify_rule(RuleArn=arn, Conditions=conditions, Actions=call["Actions"])
        return arn, {"arn": arn}

    def _taskDefinition(self, _name: str, inputs: Inputs, call: Inputs) -> Made:  # noqa: N802 - named after the type
        """A new revision when, and only when, something of it changed: a tag keeps what it was made from."""
        ecs, made_from = self._clients.client("ecs"), _digest(inputs)
        arns = ecs.list_task_definitions(familyPrefix=inputs["family"], sort="DESC")["taskDefinitionArns"]
        if arns:
            latest = max(arns, key=lambda arn: int(arn.rsplit(":", 1)[1]))
            told = ecs.describe_task_definition(taskDefinition=latest, include=["TAGS"])
            if {"key": "slipway", "value": made_from} in told.get("tags", []):
                return latest, {"arn": latest}
        # No tag moves here; to resolve one, the emulator would start a second task only when the first one is steady.
        containers = [{**one, "versionConsistency": "disabled"} for one in json.loads(inputs["containerDefinitions"])]
        call = {
            **call,
            "containerDefinitions": containers,
            "tags": [{"key": "slipway", "value": made_from}],
        }
        arn = ecs.register_task_definition(**call)["taskDefinition"]["taskDefinitionArn"]
        self._changed(f"task definition {arn.rsplit('/', 1)[1]}")
        return arn, {"arn": arn}

    def _service(self, _name: str, inputs: Inputs, call: Inputs) -> Made:
        ecs, cluster, name = self._clients.client("ecs"), inputs["cluster"], inputs["name"]
        found = [
            one
            for one in ecs.describe_services(cluster=cluster, services=[name])["services"]
            if one["status"] == "ACTIVE"
        ]
        deployment = {
            "deploymentCircuitBreaker": inputs["deploymentCircuitBreaker"],
            "minimumHealthyPercent": inputs["deploymentMinimumHealthyPercent"],
            "maximumPercent": inputs["deploymentMaximumPercent"],
        }
        if not found:
            made = ecs.create_service(
                **call,
                networkConfiguration=network(inputs["networkConfiguration"]),
                deploymentConfiguration=deployment,
            )
            arn = made["service"]["serviceArn"]
            self._changed(f"service {name}")
        else:
            arn = found[0]["serviceArn"]
            if (found[0]["taskDefinition"], found[0]["desiredCount"]) != (
                inputs["taskDefinition"],
                inputs["desiredCount"],
            ):
                self._wait_for_way_back(cluster, name)
                ecs.update_service(
                    cluster=cluster,
                    service=name,
                    taskDefinition=inputs["taskDefinition"],
                    desiredCount=inputs["desiredCount"],
                    deploymentConfiguration=deployment,
                    forceNewDeployment=True,
                )
                self._changed(f"service {name} rolls to {inputs['taskDefinition'].rsplit('/', 1)[1]}")
        return arn, {"arn": arn, "name": name}

    def _wait_for_way_back(self, cluster: str, name: str) -> None:
        """While a rollback is under way the emulator has nothing to go back to: another failure would end all tasks."""
        ecs, told = self._clients.client("ecs"), False
        for _ in range(WAY_BACK_LOOKS):
            (service,) = ecs.describe_services(cluster=cluster, services=[name])["services"]
            states = {one["rolloutState"] for one in service["deployments"]}
            if "COMPLETED" in states or not {"FAILED", "IN_PROGRESS"} <= states:
                return
            if not told:
                self._say(f"{name}: waits until the last release's rollback is done")
                told = True
            time.sleep(WAY_BACK_PAUSE)

    def _parameter(self, _name: str, inputs: Inputs, call: Inputs) -> Made:
        """A record: settled first, and written only when what it tells has come true.

        A release that is refused is told at the end; a refused task before it ends the run, before its service is made.
        """
        ssm, record = self._clients.client("ssm"), parse(inputs["insecureValue"])
        try:
            written = ssm.get_parameter(Name=inputs["name"])["Parameter"]["Value"]
        except ssm.exceptions.ParameterNotFound:
            written = None
        if written == inputs["insecureValue"]:
            return inputs["name"], {"name": inputs["name"]}
        try:
            self._settle(record, known(written) if written else None)
        except ReleaseRefused as refused:
            with self._lock:
                self.refused[record.service] = refused
        else:
            ssm.put_parameter(**call, Overwrite=True)
            self._changed(f"record {inputs['name']}")
        return inputs["name"], {"name": inputs["name"]}


def _tagged(kind: str, value: str) -> list[Inputs]:
    return [{"ResourceType": kind, "Tags": [{"Key": "slipway", "Value": value}]}]


def _validate(client: Any, operation: str, call: Inputs) -> None:  # noqa: ANN401 - boto3 has no types
    shape = client.meta.service_model.operation_model(operation).input_shape
    report = ParamValidator().validate(call, shape)
    if report.has_errors():
        raise NotInTable(f"{operation}: {report.generate_report()}")


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def _camel(one: dict[str, Any]) -> dict[str, Any]:
    return {"imageTag": one.get("imageTag", ""), "imageDigest": one.get("imageDigest", "")}
