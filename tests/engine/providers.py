"""Stand-ins for the aws, awsx and docker providers, spoken to by the real engine over gRPC on loopback.

They prove what the engine makes of the program: its diff, order, state, hooks and policies. Inputs come back as
outputs; what AWS computes is unknown at preview and made up on creation. They do not prove what AWS or its providers
would say: no schema is checked, and nothing is normalised as AWS does it. Modelled is what the program relies on:
immutable tags, names that the provider fills in, which changes replace, what refuses deletion.
"""
# ruff: noqa: N802 - the names are the protocol's

import contextlib
import hashlib
import json
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import vpc
from account import NUMBER, REGION, REGISTRY, TOKEN, Account, arn
from google.protobuf import empty_pb2, json_format, struct_pb2
from pulumi.runtime.proto import plugin_pb2, provider_pb2_grpc
from pulumi.runtime.proto import provider_pb2 as wire
from pulumi.runtime.rpc import UNKNOWN

IMAGE = "docker:index/image:Image"
REPOSITORY = "aws:ecr/repository:Repository"
SERVICE = "aws:ecs/service:Service"
TASK = "aws:ecs/taskDefinition:TaskDefinition"
BALANCER = "aws:lb/loadBalancer:LoadBalancer"
TARGETS = "aws:lb/targetGroup:TargetGroup"

NAMED = {
    BALANCER: "name",
    TARGETS: "name",
    "aws:ec2/securityGroup:SecurityGroup": "name",
    "aws:iam/role:Role": "name",
    "aws:s3/bucket:Bucket": "bucket",
}
"""Types whose name the provider makes from the logical one, and the property that holds it."""
SHORT = {"securityGroup": "sg"}
"""What ids begin with where it is not the kind."""
REPLACES = {
    IMAGE: set(),
    TASK: {"containerDefinitions", "cpu", "memory", "family", "volumes", "runtimePlatform"},
    TARGETS: {"name", "port", "protocol", "targetType", "vpcId"},
}
"""Inputs whose change replaces the resource; of other types it is the name."""
FIXED = {"aws:ssm/parameter:Parameter": {"version": 1}}
"""Outputs that are the same for every resource of a type."""
IGNORED = {IMAGE: {"registry"}}
"""Inputs that the provider does not compare: the docker provider leaves a registry's credentials out."""


class StandIns(provider_pb2_grpc.ResourceProviderServicer):
    """All three providers: the tokens tell them apart."""

    def __init__(self, account: Account) -> None:
        self.account = account

    def Attach(self, _request: Any, _context: Any) -> empty_pb2.Empty:
        return empty_pb2.Empty()

    def Handshake(self, _request: Any, _context: Any) -> wire.ProviderHandshakeResponse:
        return wire.ProviderHandshakeResponse(accept_secrets=True, supports_autonaming_configuration=True)

    def GetPluginInfo(self, _request: Any, _context: Any) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version=vpc.VERSION)

    def GetSchema(self, _request: Any, _context: Any) -> wire.GetSchemaResponse:
        return wire.GetSchemaResponse(schema="{}")

    def CheckConfig(self, request: wire.CheckRequest, _context: Any) -> wire.CheckResponse:
        return wire.CheckResponse(inputs=request.news)

    def DiffConfig(self, _request: Any, _context: Any) -> wire.DiffResponse:
        return wire.DiffResponse(changes=wire.DiffResponse.DIFF_NONE)

    def Configure(self, _request: Any, _context: Any) -> wire.ConfigureResponse:
        return wire.ConfigureResponse(acceptSecrets=True, supportsPreview=True, supports_autonaming_configuration=True)

    def Cancel(self, _request: Any, _context: Any) -> empty_pb2.Empty:
        return empty_pb2.Empty()

    def Construct(self, request: wire.ConstructRequest, _context: Any) -> wire.ConstructResponse:
        return vpc.construct(request)

    def Invoke(self, request: wire.InvokeRequest, _context: Any) -> wire.InvokeResponse:
        answer = self._look_up(request.tok.rsplit(":", 1)[-1], _dict(request.args))
        return wire.InvokeResponse(**{"return": _struct(answer)})

    def Check(self, request: wire.CheckRequest, _context: Any) -> wire.CheckResponse:
        news, key = _dict(request.news), NAMED.get(request.type)
        if key and key not in news:
            # A stack file may say how names are made (`pulumi:autonaming`); the engine makes them then.
            made = request.autonaming.proposed_name or f"{request.name}-{request.randomSeed.hex()[:7]}"
            news[key] = _dict(request.olds).get(key, made)
        return wire.CheckResponse(inputs=_struct(news))

    def Diff(self, request: wire.DiffRequest, _context: Any) -> wire.DiffResponse:
        olds, news = _dict(request.old_inputs), _dict(request.news)
        changed = [key for key in sorted({*olds, *news}) if olds.get(key) != news.get(key)]
        changed = [key for key in changed if key not in IGNORED.get(request.type, ())]
        replaces = [key for key in changed if key in REPLACES.get(request.type, {"name"})]
        some = wire.DiffResponse.DIFF_SOME if changed else wire.DiffResponse.DIFF_NONE
        return wire.DiffResponse(changes=some, diffs=changed, replaces=replaces)

    def Create(self, request: wire.CreateRequest, _context: Any) -> wire.CreateResponse:
        inputs = _dict(request.properties)
        if request.preview:
            computed = dict.fromkeys(_computed(request.urn, request.type, inputs), UNKNOWN)
            return wire.CreateResponse(properties=_struct(inputs | computed))
        computed = _computed(request.urn, request.type, inputs) | self._make(request.type, inputs)
        return wire.CreateResponse(id=computed["id"], properties=_struct(inputs | computed))

    def Update(self, request: wire.UpdateRequest, _context: Any) -> wire.UpdateResponse:
        olds, news = _dict(request.olds), _dict(request.news)
        kept = {key: olds[key] for key in _computed(request.urn, request.type, news)}
        if not request.preview and request.type != REPOSITORY:
            self._make(request.type, news)
        return wire.UpdateResponse(properties=_struct(news | kept))

    def Delete(self, request: wire.DeleteRequest, context: grpc.ServicerContext) -> empty_pb2.Empty:
        outputs = _dict(request.properties)
        if request.type == BALANCER and outputs["enableDeletionProtection"]:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, "OperationNotPermitted: deletion protection is enabled")
        if request.type == REPOSITORY and self.account.tags[outputs["name"]] and not outputs["forceDelete"]:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, "RepositoryNotEmptyException: it still contains images")
        if request.type == REPOSITORY:
            del self.account.tags[outputs["name"]]
        if request.type == TASK and not outputs.get("skipDestroy"):
            del self.account.images[outputs["arn"]]
        return empty_pb2.Empty()

    def _make(self, type_: str, inputs: dict[str, Any]) -> dict[str, Any]:
        """What creation leaves in the account, and the outputs that come of it."""
        match type_:
            case "docker:index/image:Image" if not inputs["skipPush"]:
                self.account.push(inputs["imageName"])
            case "aws:ecr/repository:Repository":
                self.account.tags[inputs["name"]] = set()
            case "aws:ecr/lifecyclePolicy:LifecyclePolicy":
                self.account.policies[inputs["repository"]] = inputs["policy"]
            case "aws:ssm/parameter:Parameter":
                self.account.records.setdefault(inputs["name"], []).append(inputs["insecureValue"])
            case "aws:ecs/service:Service":
                targets = [balancer["targetGroupArn"] for balancer in inputs.get("loadBalancers", [])]
                self.account.deploy(inputs["name"], inputs["taskDefinition"], next(iter(targets), None))
            case "aws:ecs/taskDefinition:TaskDefinition":
                (container,) = json.loads(inputs["containerDefinitions"])
                return {"arn": self.account.register(inputs["family"], container["image"])}
        return {}

    def _look_up(self, name: str, args: dict[str, Any]) -> dict[str, Any]:
        tags = sorted(self.account.tags.get(args.get("repositoryName", ""), ()))
        answers = {
            "getCallerIdentity": {"accountId": NUMBER},
            "getRegion": {"region": REGION},
            "getPartition": {"partition": "aws", "dnsSuffix": "amazonaws.com"},
            "getVpc": {"cidrBlock": "10.0.0.0/16"},
            "getZone": {"zoneId": "Z00000000000000000000"},
            "getRepositories": {"names": sorted(self.account.tags)},
            "getImages": {"imageIds": [{"imageTag": tag, "imageDigest": f"sha256:{tag}"} for tag in tags]},
            "getAuthorizationToken": {"userName": "AWS", "password": TOKEN, "authorizationToken": TOKEN},
        }
        if name == "getImage":
            if args["imageTag"] not in tags:
                raise LookupError(f"DescribeImages: ImageNotFoundException: no image {args['imageTag']}")
            answers[name] = {"imageDigest": f"sha256:{hashlib.sha256(args['imageTag'].encode()).hexdigest()}"}
        return {"id": name} | answers[name]


def _computed(urn: str, type_: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """What AWS computes, the same for the same resource."""
    digest = hashlib.sha256(urn.encode()).hexdigest()[:16]
    name, (module, kind) = inputs.get("name", digest), type_.split(":")[1].split("/")
    made: dict[str, Any] = {"id": f"{kind}-{digest}", "arn": arn(module, f"{kind}/{name}")}
    match type_:
        case "docker:index/image:Image":
            made = {"id": f"sha256:{digest}", "repoDigest": f"{inputs['imageName']}@sha256:{digest}"}
        case "aws:ecr/repository:Repository":
            made |= {"registryId": NUMBER, "repositoryUrl": f"{REGISTRY}/{name}"}
        case "aws:ecrpublic/repository:Repository":
            made["repositoryUri"] = f"public.ecr.aws/alias/{inputs['repositoryName']}"
        case "aws:lb/loadBalancer:LoadBalancer":
            made |= _suffixed(f"app/{name}/{digest}", "loadbalancer/")
            made |= {"dnsName": f"{name}.{REGION}.elb.amazonaws.com", "zoneId": "Z11111111111111111111"}
        case "aws:lb/listener:Listener":
            balancer = inputs["loadBalancerArn"].split("loadbalancer/")[-1]
            made["arn"] = arn("elasticloadbalancing", f"listener/{balancer}/{digest}")
        case "aws:ec2/vpc:Vpc" | "aws:ec2/subnet:Subnet" | "aws:ec2/securityGroup:SecurityGroup":
            made["id"] = f"{SHORT.get(kind, kind)}-{digest}"
        case "aws:lb/targetGroup:TargetGroup":
            made |= _suffixed(f"targetgroup/{name}/{digest}", "")
        case "aws:acm/certificate:Certificate":
            made["domainValidationOptions"] = [_proof(domain) for domain in _domains(inputs)]
        case "aws:route53/record:Record":
            made["fqdn"] = name
    return made | FIXED.get(type_, {})


def _suffixed(suffix: str, before: str) -> dict[str, str]:
    return {"arn": arn("elasticloadbalancing", f"{before}{suffix}"), "arnSuffix": suffix}


def _domains(certificate: dict[str, Any]) -> list[str]:
    return [certificate["domainName"], *certificate.get("subjectAlternativeNames", [])]


def _proof(domain: str) -> dict[str, str]:
    record = {"resourceRecordName": f"_proof.{domain}", "resourceRecordType": "CNAME", "resourceRecordValue": "proof"}
    return {"domainName": domain, **record}


def _dict(struct: struct_pb2.Struct) -> dict[str, Any]:
    return json_format.MessageToDict(struct)


def _struct(properties: dict[str, Any]) -> struct_pb2.Struct:
    return json_format.ParseDict(properties, struct_pb2.Struct())


@contextlib.contextmanager
def serve(account: Account) -> Generator[int]:
    """The stand-ins on a port of their own."""
    server = grpc.server(ThreadPoolExecutor(32))
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(StandIns(account), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield port
    finally:
        server.stop(None).wait()
