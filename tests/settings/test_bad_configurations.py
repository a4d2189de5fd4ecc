"""Every mistake in a stack file is told with its path, and with what would be valid."""

from typing import Any

import pytest

from settings.options import OptionsError, complete, model_of, read
from settings.service import ServiceOptions
from settings.stack import StackOptions
from settings.task import Statement, TaskOptions

KEY = "arn:aws:kms:eu-central-1:123456789012:key/0a"
PARAMETER = "arn:aws:ssm:eu-central-1:123456789012:parameter/shop/key"
ARN = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:key-AbCdEf"


def managed(**options: Any) -> dict[str, Any]:
    """A stack with ECS Managed Instances."""
    return {"cluster": {"managedInstances": options}}


def web(**service: Any) -> dict[str, Any]:
    return {"services": {"web": service}}


def scaled(**scaling: Any) -> dict[str, Any]:
    return web(scaling=scaling)


def schedule(**given: Any) -> dict[str, Any]:
    return scaled(schedules={"night": {"schedule": "rate(1 day)", "min": 1, **given}})


def step(*ranges: tuple[float | None, float | None, int], **given: Any) -> dict[str, Any]:
    """A service with steps; its threshold is 100."""
    adjustments = [{"from": start, "to": end, "change": change} for start, end, change in ranges or [(100, None, 1)]]
    metric = {"namespace": "Shop", "metric": "Jobs", "threshold": 100, "adjustments": adjustments}
    return scaled(steps={"jobs": metric | given})


NIGHT, JOBS = "services.web.scaling.schedules.night", "services.web.scaling.steps.jobs"
FALLING = {"comparison": "LessThanThreshold"}

AGENT = {"image": "example.com/agent:1"}


def beside(agent: dict[str, Any], z: dict[str, Any] | None = None, **task: Any) -> dict[str, Any]:
    """A service with a sidecar `agent`, and another one `z` where it is asked for."""
    others = {} if z is None else {"z": {**AGENT, **z}}
    return web(task={"sidecars": {"agent": {**AGENT, **agent}, **others}, **task})


def routed(router: dict[str, Any], **task: Any) -> dict[str, Any]:
    """A service whose lines go through a log router."""
    given = {"image": "example.com/logs:1", "options": {"Name": "loki"}, **router}
    return web(task={"logRouter": given, **task})


LOG_ROUTER = "services.web.task.logRouter"


def mounting(efs: dict[str, Any]) -> dict[str, Any]:
    """A service that writes to a volume that is an EFS file system, read-only unless it is asked for otherwise."""
    files = {"fileSystemId": "fs-01234567", "accessPointId": "fsap-01234567", "readOnly": True, **efs}
    return web(task={"volumes": {"a": {"efs": files}}, "mounts": {"a": {"path": "/a"}}})


def calling(service: dict[str, Any], **others: dict[str, Any]) -> dict[str, Any]:
    """A service `web` that calls these others."""
    return {"services": {"web": {"calls": sorted(others), **service}, **others}}


LISTENER = "arn:aws:elasticloadbalancing:eu-central-1:123456789012:listener/app/shop/0a/0b"
SHARED_BALANCER = {"listenerArn": LISTENER, "securityGroupId": "sg-0a", "url": "https://www.example.com"}
SHARED_CLUSTER = {"arn": "arn:aws:ecs:eu-central-1:123456789012:cluster/shop"}
VPC = {"vpcId": "vpc-0a", "publicSubnetIds": ["subnet-1", "subnet-2"], "privateSubnetIds": ["subnet-3", "subnet-4"]}


def shared(balancer: dict[str, Any] | None = None, cluster: dict[str, Any] | None = None) -> dict[str, Any]:
    """A stack on a network, cluster and balancer that exist, beside which something else is set."""
    return {
        **web(),
        "network": {"existing": VPC},
        "loadBalancer": {"existing": SHARED_BALANCER, **(balancer or {})},
        "cluster": {"existing": SHARED_CLUSTER, **(cluster or {})},
    }


CLEANUP = "services.web.scheduledTasks.cleanup"


def clocked(**given: Any) -> dict[str, Any]:
    """A service with a scheduled task."""
    return web(scheduledTasks={"cleanup": {"command": ["x"], "schedule": "rate(1 day)", **given}})


BAD: list[tuple[dict[str, Any], str, str]] = [
    ({}, "services", "field required"),
    ({"services": {"Web": {}}}, "services.Web", "pattern"),
    ({"services": {"a": {}}}, "services.a", "pattern"),
    ({"services": {"x" * 25: {}}}, "services." + "x" * 25, "pattern"),
    ({"services": []}, "services", "dictionary"),
    ({"services": {"web": 3}}, "services.web", "dictionary"),
    ({**web(), "servces": {}}, "servces", "did you mean 'services'"),
    ({**web(), "protect": "yes"}, "protect", "boolean"),
    ({**web(), "registry": "example.com:5000"}, "registry", "pattern"),
    ({**web(), "network": {"zones": 1}}, "network.zones", "greater than or equal to 2"),
    ({**web(), "network": {"zones": "2"}}, "network.zones", "integer"),
    ({**web(), "network": {"cidr": "10.0.0.0/8"}}, "network.cidr", "/16 to /24"),
    ({**web(), "network": {"cidr": "10.0.0.1/16"}}, "network.cidr", "host bits"),
    ({**web(), "network": {"egress": "natPerZones"}}, "network.egress", "did you mean 'natPerZone'"),
    ({**web(), "network": {"vpcId": "vpc-1"}}, "network.vpcId", "unknown key"),
    (
        {**web(), "network": {"existing": {"vpcId": "v", "publicSubnetIds": [], "privateSubnetIds": []}}},
        "network.existing.vpcId",
        "pattern",
    ),
    (
        {
            **web(),
            "network": {
                "zones": 3,
                "existing": {
                    "vpcId": "vpc-0a",
                    "publicSubnetIds": ["subnet-1", "subnet-2"],
                    "privateSubnetIds": ["subnet-3", "subnet-4"],
                },
            },
        },
        "network.zones",
        "no meaning with an existing network",
    ),
    (shared({"plainHttp": True}), "loadBalancer.plainHttp", "no meaning with an existing load balancer"),
    (shared({"accessLogDays": 7}), "loadBalancer.accessLogDays", "no meaning with an existing load balancer"),
    (
        shared({"existing": {**SHARED_BALANCER, "listenerArn": LISTENER.replace("/app/", "/net/")}}),
        "loadBalancer.existing.listenerArn",
        "pattern",
    ),
    (shared({"existing": {**SHARED_BALANCER, "url": "www.example.com"}}), "loadBalancer.existing.url", "pattern"),
    (
        {**shared(), "network": {}},
        "loadBalancer.existing",
        "have to be in the load balancer's VPC: give network.existing",
    ),
    (shared(cluster={"containerInsights": "disabled"}), "cluster.containerInsights", "with an existing cluster"),
    (shared(cluster={"ec2": {}}), "cluster.ec2", "no meaning with an existing cluster"),
    (shared(cluster={"strategy": [{"provider": "EC2"}]}), "cluster.strategy", "EC2 has no instances"),
    (shared(cluster={"existing": {"arn": "shop"}}), "cluster.existing.arn", "pattern"),
    (
        shared(cluster={"existing": {**SHARED_CLUSTER, "ec2": {"provider": "shop", "architecture": "ARM"}}}),
        "cluster.existing.ec2.architecture",
        "did you mean 'ARM64'",
    ),
    (
        {
            **web(capacity=[{"provider": "EC2"}]),
            "network": {"existing": VPC},
            "cluster": {"existing": {**SHARED_CLUSTER, "ec2": {"provider": "shop", "architecture": "ARM64"}}},
        },
        "services.web.architecture",
        "cluster.ec2.architecture is ARM64",
    ),
    (
        {**web(), "cluster": {"existing": {**SHARED_CLUSTER, "ec2": {"provider": "shop", "architecture": "ARM64"}}}},
        "cluster.existing.ec2",
        "have to be in the instances' VPC: give network.existing",
    ),
    (web(calls=["web"]), "services.web.calls.0", "calls itself"),
    (web(calls=["ap"]), "services.web.calls.0", "there is no such service; there are: web"),
    (calling({}, api={}), "services.web.calls.0", "api cannot be called: give it connect"),
    (web(calls=["api", "api"]), "services.web.calls", "names 'api' twice"),
    (
        calling({"task": {"secrets": {"API_URL": ARN}}}, api={"connect": {}}),
        "services.web.task.secrets.API_URL",
        "is the address of 'api' too",
    ),
    (
        calling({"connect": {"host": "api"}}, api={"connect": {}}),
        "services.api.connect",
        "is the endpoint of 'web' too",
    ),
    (web(connect={"host": "Web"}), "services.web.connect.host", "pattern"),
    (web(connect={"protocol": "https"}), "services.web.connect.protocol", "must be one of http, http2, grpc, tcp"),
    (web(connect={"port": 0}), "services.web.connect.port", "greater than or equal to 1"),
    ({**web(), "platform": "slipway/dev"}, "platform", "pattern"),
    ({**web(), "network": {"endpoints": ["ssm"]}}, "network.endpoints", "needs egress: endpoints"),
    (
        {**web(), "network": {"egress": "endpoints", "endpoints": ["ecr.api"]}},
        "network.endpoints",
        "is there anyway",
    ),
    (
        {**web(task={"secrets": {"KEY": ARN}}), "network": {"egress": "endpoints", "endpoints": ["ssm"]}},
        "services.web.task.secrets.KEY",
        "add 'secretsmanager' to network.endpoints",
    ),
    (
        {**web(execEnabled=True, task={"readOnlyRoot": False}), "network": {"egress": "endpoints"}},
        "services.web.execEnabled",
        "add 'ssmmessages' to network.endpoints",
    ),
    ({**web(), "cluster": {"strategy": []}}, "cluster.strategy", "at least 1 item"),
    ({**web(), "cluster": {"strategy": [{"provider": "FARGAT"}]}}, "cluster.strategy.0.provider", "did you mean"),
    (
        {**web(), "cluster": {"strategy": [{"provider": "FARGATE"}, {"provider": "FARGATE"}]}},
        "cluster.strategy",
        "twice",
    ),
    (
        {
            **web(),
            "cluster": {"strategy": [{"provider": "FARGATE", "base": 1}, {"provider": "FARGATE_SPOT", "base": 1}]},
        },
        "cluster.strategy",
        "only one provider may have a base",
    ),
    (
        {**web(), "cluster": {"strategy": [{"provider": "FARGATE", "weight": 0}]}},
        "cluster.strategy",
        "above 0",
    ),
    ({**web(), "cluster": {"containerInsights": True}}, "cluster.containerInsights", "string"),
    ({**web(), "cluster": {"ec2": True}}, "cluster.ec2", "dictionary"),
    ({**web(), "cluster": {"ec2": {"os": "AL2"}}}, "cluster.ec2.os", "did you mean 'AL2023'"),
    ({**web(), "cluster": {"ec2": {"architecture": "ARM"}}}, "cluster.ec2.architecture", "did you mean 'ARM64'"),
    ({**web(), "cluster": {"ec2": {"maxSize": 0}}}, "cluster.ec2.maxSize", "greater than or equal to 1"),
    ({**web(), "cluster": {"ec2": {"minSize": 3, "maxSize": 2}}}, "cluster.ec2.minSize", "above maxSize, 2"),
    ({**web(), "cluster": {"ec2": {"volumeSize": 8}}}, "cluster.ec2.volumeSize", "greater than or equal to 30"),
    ({**web(), "cluster": {"ec2": {"targetCapacity": 101}}}, "cluster.ec2.targetCapacity", "less than or equal to 100"),
    (
        {**web(), "cluster": {"ec2": {"onDemandPercentage": 101}}},
        "cluster.ec2.onDemandPercentage",
        "less than or equal to 100",
    ),
    ({**web(), "cluster": {"ec2": {"onDemandBase": 1}}}, "cluster.ec2.onDemandBase", "every instance is on demand"),
    (
        {**web(), "cluster": {"ec2": {"onDemandBase": 3, "onDemandPercentage": 0, "maxSize": 2}}},
        "cluster.ec2.onDemandBase",
        "above maxSize, 2",
    ),
    ({**web(), "cluster": {"ec2": {"instanceTypes": ["large"]}}}, "cluster.ec2.instanceTypes.0", "pattern"),
    (
        {**web(), "cluster": {"ec2": {"instanceTypes": ["c5.large"] * 2}}},
        "cluster.ec2.instanceTypes",
        "names 'c5.large' twice",
    ),
    (
        {**web(), "cluster": {"ec2": {"instanceTypes": ["m6i.large", "m7g.large"]}}},
        "cluster.ec2.instanceTypes.1",
        "is an ARM64 type, and architecture is X86_64: name one such as m6i.large or m5.large",
    ),
    (
        {**web(), "cluster": {"ec2": {"architecture": "ARM64", "instanceTypes": ["t3.small"]}}},
        "cluster.ec2.instanceTypes.0",
        "name one such as m7g.large or m6g.large",
    ),
    ({**web(), "cluster": {"strategy": [{"provider": "EC2"}]}}, "cluster.strategy", "no instances: give ec2"),
    (
        {**web(), "cluster": {"ec2": {}, "strategy": [{"provider": "EC2"}, {"provider": "FARGATE_SPOT"}]}},
        "cluster.strategy",
        "one kind in a strategy",
    ),
    (web(capacity=[{"provider": "FARGATE"}, {"provider": "EC2"}]), "services.web.capacity", "one kind in a strategy"),
    (web(capacity=[{"provider": "EC2"}]), "services.web.capacity", "give cluster.ec2"),
    (web(capacity=[{"provider": "MANAGED_INSTANCES"}]), "services.web.capacity", "give cluster.managedInstances"),
    (
        {**web(capacity=[{"provider": "MANAGED_INSTANCES"}, {"provider": "FARGATE"}]), **managed()},
        "services.web.capacity",
        "one kind in a strategy",
    ),
    (
        {**web(capacity=[{"provider": "MANAGED_INSTANCES"}]), **managed(architecture="ARM64")},
        "services.web.architecture",
        "runs on MANAGED_INSTANCES, where cluster.managedInstances.architecture is ARM64: make both the same",
    ),
    (
        {**web(task={"cpu": 4096}, capacity=[{"provider": "MANAGED_INSTANCES"}]), **managed(maxVcpus=2)},
        "services.web.task.cpu",
        "more than a machine has by cluster.managedInstances.maxVcpus, 2",
    ),
    (
        {**web(task={"memory": 8192}, capacity=[{"provider": "MANAGED_INSTANCES"}]), **managed(maxMemory=8192)},
        "services.web.task.memory",
        "has to be below cluster.managedInstances.maxMemory, 8192",
    ),
    ({**web(), **managed(minVcpus=4, maxVcpus=2)}, "cluster.managedInstances.minVcpus", "is above maxVcpus, 2"),
    ({**web(), **managed(minMemory=4096, maxMemory=512)}, "cluster.managedInstances.minMemory", "is above maxMemory"),
    ({**web(), **managed(instanceTypes=["m*"])}, "cluster.managedInstances.instanceTypes.0", "pattern"),
    ({**web(), **managed(instanceTypes=["m7*.large"])}, "cluster.managedInstances.instanceTypes.0", "pattern"),
    ({**web(), **managed(instanceTypes=["m7g.*"])}, "cluster.managedInstances.instanceTypes.0", "is an ARM64 type"),
    ({**web(), **managed(purchase="SPOTS")}, "cluster.managedInstances.purchase", "did you mean 'SPOT'"),
    ({**web(), **managed(monitoring="FULL")}, "cluster.managedInstances.monitoring", "BASIC, DETAILED"),
    ({**web(), **managed(volumeSize=8)}, "cluster.managedInstances.volumeSize", "greater than or equal to 30"),
    (
        {**web(), **managed(), "network": {"egress": "endpoints", "endpoints": ["ecs", "ecs-agent"]}},
        "cluster.managedInstances",
        "add 'ecs-telemetry' to network.endpoints",
    ),
    (shared(cluster={"managedInstances": {}}), "cluster.managedInstances", "no meaning with an existing cluster"),
    (
        {**web(architecture="ARM64", capacity=[{"provider": "EC2"}]), "cluster": {"ec2": {}}},
        "services.web.architecture",
        "cluster.ec2.architecture is X86_64: make both the same",
    ),
    (
        {**web(task={"cpu": 300}, capacity=[{"provider": "FARGATE"}]), "cluster": {"ec2": {}}},
        "services.web.task.cpu",
        "the nearest is cpu: 512, memory: 1024",
    ),
    (
        {**web(), "cluster": {"ec2": {}}, "network": {"egress": "endpoints", "endpoints": ["ecs", "ecs-agent"]}},
        "cluster.ec2",
        "add 'ecs-telemetry' to network.endpoints",
    ),
    ({**web(), "loadBalancer": {"allowedCidrs": ["10.0.0.0"], "port": 0}}, "loadBalancer.port", "greater than"),
    ({**web(), "loadBalancer": {"allowedCidrs": ["everyone"]}}, "loadBalancer.allowedCidrs.0", "IPv4 block"),
    ({**web(), "loadBalancer": {"allowedCidrs": ["10.0.0.1"]}}, "loadBalancer.allowedCidrs.0", "IPv4 block"),
    ({**web(), "loadBalancer": {"allowedCidrs": ["10.0.0.0/8"] * 2}}, "loadBalancer.allowedCidrs", "twice"),
    ({**web(), "loadBalancer": {"openToInternet": True}}, "loadBalancer.openToInternet", "ask for plainHttp by name"),
    ({**web(), "loadBalancer": {"allowedCidrs": ["1.2.3.4/32"]}}, "loadBalancer.allowedCidrs", "speaks HTTPS"),
    (
        {**web(), "loadBalancer": {"plainHttp": True, "domains": [{"name": "a.example.com", "zone": "example.com"}]}},
        "loadBalancer.plainHttp",
        "redirects to HTTPS",
    ),
    (
        {**web(), "loadBalancer": {"port": 8080, "domains": [{"name": "a.example.com", "zone": "example.com"}]}},
        "loadBalancer.port",
        "take port out",
    ),
    (
        {**web(), "loadBalancer": {"domains": [{"name": "a.example.com"}]}},
        "loadBalancer.domains.0.zone",
        "or give certificateArn",
    ),
    ({**web(), "loadBalancer": {"domains": [{"name": "https://a"}]}}, "loadBalancer.domains.0.name", "pattern"),
    (
        {**web(), "loadBalancer": {"domains": [{"name": "a.example.com", "zone": "example.com"}] * 2}},
        "loadBalancer.domains",
        "twice",
    ),
    ({**web(), "loadBalancer": {"certificateArn": "x"}}, "loadBalancer.certificateArn", "pattern"),
    ({**web(), "loadBalancer": {"tlsPolicy": "TLS1"}}, "loadBalancer.tlsPolicy", "pattern"),
    ({**web(), "loadBalancer": {"accessLogDays": -1}}, "loadBalancer.accessLogDays", "greater than or equal to 0"),
    ({**web(), "alarms": {"emails": ["a@example.com"]}}, "alarms.emails", "set enabled"),
    ({**web(), "alarms": {"enabled": True, "emails": ["me"]}}, "alarms.emails.0", "pattern"),
    ({**web(), "alarms": {"enabled": True, "errorPercent": 0}}, "alarms.errorPercent", "greater than or equal to 1"),
    ({**web(), "repository": {"keepReleases": 21}}, "repository.keepReleases", "at least 22"),
    ({**web(), "repository": {"untaggedDays": 0}}, "repository.untaggedDays", "greater than or equal to 1"),
    ({**web(), "repository": {"kmsKey": "arn:aws:kms:x"}}, "repository.kmsKey", "needs encryption: KMS"),
    ({**web(), "repository": {"pullAccounts": ["123"]}}, "repository.pullAccounts.0", "pattern"),
    (web(task={"cpu": 300}), "services.web.task.cpu", "the nearest is cpu: 512, memory: 1024"),
    (web(task={"cpu": 256, "memory": 4096}), "services.web.task.cpu", "cpu: 512, memory: 4096"),
    (web(task={"cpu": 127}), "services.web.task.cpu", "greater than or equal to 128"),
    (web(task={"memory": 5}), "services.web.task.memory", "greater than or equal to 6"),
    (web(task={"port": 70000}), "services.web.task.port", "less than or equal to 65535"),
    (web(task={"user": "root"}), "services.web.task.user", "pattern"),
    (web(task={"user": "0:0"}), "services.web.task.user", "pattern"),
    (web(task={"secrets": {"KEY": "plain"}}), "services.web.task.secrets.KEY", "no name in createdSecrets"),
    (
        web(task={"secrets": {"KEY": "a b"}}),
        "services.web.task.secrets.KEY",
        "is no secret: the ARN of one, or the name",
    ),
    (web(task={"secrets": {"KEY": f"{ARN}:password"}}), "services.web.task.secrets.KEY", "each of which may be empty"),
    (web(task={"secrets": {"KEY": f"{PARAMETER}:3"}}), "services.web.task.secrets.KEY", "ECS takes no version of one"),
    (beside({"secrets": {"KEY": "db"}}), "services.web.task.sidecars.agent.secrets.KEY", "no name in createdSecrets"),
    (beside({"throughCache": True}), "services.web.task.sidecars.agent.throughCache", "no image of a private ECR"),
    ({**web(), "registryRules": {"scanning": "FULL"}}, "registryRules.scanning", "one of BASIC, ENHANCED"),
    ({**web(), "registryRules": {"replicateTo": ["Frankfurt"]}}, "registryRules.replicateTo.0", "pattern"),
    ({**web(), "registryRules": {"caches": {"h": {"upstream": "quay.io"}}}}, "registryRules.caches.h", "pattern"),
    (
        {**web(), "registryRules": {"caches": {"hub": {"upstream": "docker.io"}}}},
        "registryRules.caches.hub.upstream",
        "pattern",
    ),
    (
        {**web(), "registryRules": {"caches": {"ghcr": {"upstream": "ghcr.io"}}}},
        "registryRules.caches.ghcr.credential",
        "lets nobody in without one",
    ),
    (
        {**web(), "registryRules": {"caches": {"ghcr": {"upstream": "ghcr.io", "credential": ARN}}}},
        "registryRules.caches.ghcr.credential",
        "pattern",
    ),
    ({**web(), "publicRepositories": {"Shop": {}}}, "publicRepositories.Shop", "pattern"),
    ({**web(), "publicRepositories": {"shop": {"logo": "x"}}}, "publicRepositories.shop.logo", "unknown key"),
    ({**web(), "repository": {"pullOrganization": "*"}}, "repository.pullOrganization", "pattern"),
    (
        web(image={"promoteFrom": "dev/web", "reference": "example.com/web:1"}),
        "services.web.image.promoteFrom",
        "name one of them",
    ),
    (web(image={"promoteFrom": "dev/web:1"}), "services.web.image.promoteFrom", "pattern"),
    (web(image={"promoteFrom": "ghcr.io/Shop/web"}), "services.web.image.promoteFrom", "pattern"),
    (web(task={"createdSecrets": {"7": {}}}), "services.web.task.createdSecrets.7", "pattern"),
    (web(task={"createdSecrets": {"db": {"value": "x"}}}), "services.web.task.createdSecrets.db.value", "unknown key"),
    (
        web(task={"createdSecrets": {"db": {"kmsKey": "alias/x"}}}),
        "services.web.task.createdSecrets.db.kmsKey",
        "pattern",
    ),
    (
        web(task={"createdSecrets": {"db": {"recoveryDays": 3}}}),
        "services.web.task.createdSecrets.db.recoveryDays",
        "7 to 30 days, or 0",
    ),
    (
        {**web(task={"createdSecrets": {"db": {}}, "secrets": {"KEY": "db"}}), "network": {"egress": "endpoints"}},
        "services.web.task.secrets.KEY",
        "add 'secretsmanager' to network.endpoints",
    ),
    (web(task={"environment": {"A": 1}}), "services.web.task.environment.A", "string"),
    (web(task={"environment": {"A": "x"}, "secrets": {"A": ARN}}), "services.web.task.secrets.A", "environment too"),
    (web(task={"logRetentionDays": 8}), "services.web.task.logRetentionDays", "the nearest is 7"),
    (web(task={"stopTimeout": 121}), "services.web.task.stopTimeout", "less than or equal to 120"),
    (
        web(task={"permissions": [{"actions": ["s3"], "resources": ["*"]}]}),
        "services.web.task.permissions.0.actions.0",
        "pattern",
    ),
    (web(task={"healthCheck": {"command": []}}), "services.web.task.healthCheck.command", "at least 1 item"),
    (web(task={"scratch": ["tmp"]}), "services.web.task.scratch.0", "pattern"),
    (web(task={"scratch": ["/a", "/a"]}), "services.web.task.scratch", "names '/a' twice"),
    (web(task={"secretKeys": [KEY]}), "services.web.task.secretKeys", "without secrets"),
    (web(task={"secrets": {"KEY": ARN}, "secretKeys": ["alias/x"]}), "services.web.task.secretKeys.0", "pattern"),
    (web(task={"managedPolicies": ["ReadOnly"]}), "services.web.task.managedPolicies.0", "pattern"),
    (web(task={"sidecars": {"agent": {}}}), "services.web.task.sidecars.agent.image", "field required"),
    (beside({"image": "nginx"}), "services.web.task.sidecars.agent.image", "pattern"),
    (beside({"user": "root"}), "services.web.task.sidecars.agent.user", "pattern"),
    (beside({"port": 8080}), "services.web.task.sidecars.agent.port", "is port too"),
    (beside({"port": 1}, z={"port": 1}), "services.web.task.sidecars.z.port", "is sidecars.agent.port too"),
    (beside({"memoryReservation": 600}), "services.web.task.memory", "less than the 600 MiB"),
    (
        beside({"environment": {"A": "x"}, "secrets": {"A": ARN}}),
        "services.web.task.sidecars.agent.secrets.A",
        "environment too",
    ),
    (beside({}, dependsOn={"agnt": "START"}), "services.web.task.dependsOn.agnt", "there are: agent, web"),
    (beside({}, dependsOn={"agent": "START!"}), "services.web.task.dependsOn.agent", "did you mean 'START'"),
    (beside({}, dependsOn={"agent": "HEALTHY"}), "services.web.task.dependsOn.agent", "has no healthCheck"),
    (
        beside({"dependsOn": {"web": "HEALTHY"}}),
        "services.web.task.sidecars.agent.dependsOn.web",
        "web has no healthCheck",
    ),
    (
        beside({"essential": True}, dependsOn={"agent": "SUCCESS"}),
        "services.web.task.dependsOn.agent",
        "agent is essential",
    ),
    (
        beside({"dependsOn": {"web": "COMPLETE"}}),
        "services.web.task.sidecars.agent.dependsOn.web",
        "web is essential",
    ),
    (beside({"dependsOn": {"agent": "START"}}), "services.web.task.sidecars.agent.dependsOn.agent", "agent -> agent"),
    (
        beside({"dependsOn": {"z": "START"}}, z={"dependsOn": {"web": "START"}}, dependsOn={"agent": "START"}),
        "services.web.task.sidecars.agent.dependsOn.z",
        "agent -> z -> web -> agent",
    ),
    (web(task={"logRouter": {}}), f"{LOG_ROUTER}.image", "field required"),
    (routed({"image": "fluent-bit"}), f"{LOG_ROUTER}.image", "pattern"),
    (routed({"type": "fluent-bit"}), f"{LOG_ROUTER}.type", "did you mean 'fluentbit'"),
    (routed({"options": {}}), f"{LOG_ROUTER}.options", "names no output: Name says where fluentbit sends"),
    (routed({"type": "fluentd"}), f"{LOG_ROUTER}.options", "names no output: @type says where fluentd sends"),
    (routed({"options": {"Name": 1}}), f"{LOG_ROUTER}.options.Name", "string"),
    (routed({"user": "0"}), f"{LOG_ROUTER}.user", "pattern"),
    (routed({"user": "fluent"}), f"{LOG_ROUTER}.user", "FireLens wants the user as a number"),
    (routed({"essential": False}), f"{LOG_ROUTER}.essential", "unknown key"),
    (routed({"port": 24224}), f"{LOG_ROUTER}.port", "unknown key"),
    (routed({"configuration": "logs.conf"}), f"{LOG_ROUTER}.configuration", "pattern"),
    (routed({"configuration": "arn:aws:s3:::shop/*"}), f"{LOG_ROUTER}.configuration", "pattern"),
    (
        routed({"configuration": "/fluent-bit/etc/fluent-bit.conf"}),
        f"{LOG_ROUTER}.configuration",
        "the file that ECS writes itself",
    ),
    (
        routed({"configuration": "arn:aws:s3:::shop/logs.conf"}),
        f"{LOG_ROUTER}.configuration",
        "Fargate reads no configuration from S3",
    ),
    (routed({"secretOptions": {"Name": ARN}}), f"{LOG_ROUTER}.secretOptions.Name", "is in options too"),
    (routed({"secretOptions": {"apikey": "a b"}}), f"{LOG_ROUTER}.secretOptions.apikey", "is no secret"),
    (routed({"secretOptions": {"apikey": "key"}}), f"{LOG_ROUTER}.secretOptions.apikey", "no name in createdSecrets"),
    (routed({"throughCache": True}), f"{LOG_ROUTER}.throughCache", "no image of a private ECR"),
    (routed({"memoryReservation": 600}), "services.web.task.memory", "less than the 600 MiB"),
    (routed({"mounts": {"a": {"path": "/a"}}}), f"{LOG_ROUTER}.mounts.a", "there is no volume 'a'"),
    (routed({}, port=24224), "services.web.task.port", "is FireLens's port too"),
    (
        routed({}, sidecars={"agent": {**AGENT, "port": 24224}}),
        "services.web.task.sidecars.agent.port",
        "is FireLens's port too",
    ),
    (routed({"dependsOn": {"web": "START"}}), f"{LOG_ROUTER}.dependsOn.web", "log-router -> web -> log-router"),
    (routed({}, dependsOn={"log-router": "SUCCESS"}), "services.web.task.dependsOn.log-router", "is essential"),
    (routed({}, dependsOn={"log-router": "HEALTHY"}), "services.web.task.dependsOn.log-router", "no healthCheck"),
    (web(task={"sidecars": {"log-router": AGENT}}), "services.web.task.sidecars.log-router", "logRouter declares it"),
    (
        routed({}, sidecars={f"a{n}": AGENT for n in range(9)}),
        "services.web.task.sidecars",
        "the service's, the log router and 8 sidecars",
    ),
    (
        {"services": {"log-router": routed({})["services"]["web"]}},
        "services.log-router.task.logRouter",
        "has the name of the service's own container",
    ),
    (
        {**routed({"secretOptions": {"apikey": ARN}}), "network": {"egress": "endpoints"}},
        f"{LOG_ROUTER}.secretOptions.apikey",
        "add 'secretsmanager' to network.endpoints",
    ),
    (web(task={"sidecars": {"web": AGENT}}), "services.web.task.sidecars.web", "the service's own container"),
    (web(task={"sidecars": {f"a{n}": AGENT for n in range(10)}}), "services.web.task.sidecars", "at most 9"),
    (web(task={"sidecars": {"a b": AGENT}}), "services.web.task.sidecars.a b", "pattern"),
    (
        {**beside({"secrets": {"KEY": ARN}}), "network": {"egress": "endpoints"}},
        "services.web.task.sidecars.agent.secrets.KEY",
        "add 'secretsmanager' to network.endpoints",
    ),
    (web(task={"mounts": {"a": {"path": "/a"}}}), "services.web.task.mounts.a", "no volume 'a' in volumes"),
    (
        beside({"mounts": {"a": {"path": "/a"}}}),
        "services.web.task.sidecars.agent.mounts.a",
        "no volume 'a' in volumes",
    ),
    (web(task={"volumes": {"a": {}}}), "services.web.task.volumes.a", "no container mounts it"),
    (web(task={"volumes": {"scratch-0": {}}}), "services.web.task.volumes.scratch-0", "pattern"),
    (web(task={"volumes": {"x-scratch-0": {}}}), "services.web.task.volumes.x-scratch-0", "pattern"),
    (
        web(task={"volumes": {"a": {}}, "scratch": ["/a"], "mounts": {"a": {"path": "/a/"}}}),
        "services.web.task.mounts.a.path",
        "is the path of scratch too",
    ),
    (
        web(task={"volumes": {"a": {}, "b": {}}, "mounts": {"b": {"path": "/a"}, "a": {"path": "/a"}}}),
        "services.web.task.mounts.b.path",
        "is the path of mounts.a too",
    ),
    (mounting({}), "services.web.task.mounts.a.readOnly", "volume 'a' is read-only"),
    (mounting({"accessPointId": "a"}), "services.web.task.volumes.a.efs.accessPointId", "pattern"),
    (mounting({"fileSystemId": "a"}), "services.web.task.volumes.a.efs.fileSystemId", "pattern"),
    (web(execEnabled=True), "services.web.execEnabled", "set task.readOnlyRoot to false"),
    (web(image={"reference": "nginx"}), "services.web.image.reference", "pattern"),
    (web(image={"reference": "example.com/a:1", "target": "x"}), "services.web.image.target", "nothing is built"),
    (web(routing={"paths": []}), "services.web.routing.paths", "a path or a host"),
    (web(routing={"paths": ["api"]}), "services.web.routing.paths.0", "pattern"),
    (
        web(routing={"paths": ["/a", "/b", "/c"], "hosts": ["a.b", "c.d", "e.f"]}),
        "services.web.routing.paths",
        "5 values",
    ),
    (web(routing={"priority": 50001}), "services.web.routing.priority", "less than or equal to 50000"),
    (web(healthCheck={"interval": 5, "timeout": 5}), "services.web.healthCheck.timeout", "below the interval"),
    (web(healthCheck={"codes": "ok"}), "services.web.healthCheck.codes", "pattern"),
    (web(scaling={"min": 5, "max": 4}), "services.web.scaling.min", "above max"),
    (web(scaling={"cpu": None, "memory": None}), "services.web.scaling.cpu", "needs a target"),
    (scaled(metrics={"a-b": {}}), "services.web.scaling.metrics.a-b", "pattern"),
    (scaled(metrics={"jobs": {"metric": "J", "target": 1}}), "services.web.scaling.metrics.jobs.namespace", "required"),
    (
        scaled(metrics={"jobs": {"namespace": "S", "metric": "J", "target": 0}}),
        "services.web.scaling.metrics.jobs.target",
        "greater than 0",
    ),
    (
        scaled(metrics={"jobs": {"namespace": "S", "metric": "J", "target": 1, "unit": "Counts"}}),
        "services.web.scaling.metrics.jobs.unit",
        "did you mean 'Count'",
    ),
    (
        scaled(metrics={f"m{n}": {"namespace": "S", "metric": "J", "target": 1} for n in range(49)}),
        "services.web.scaling.metrics",
        "room for 50",
    ),
    (schedule(schedule="0 8 * * *"), f"{NIGHT}.schedule", "must be cron(…), at(…) or rate(…)"),
    (schedule(schedule="cron(0 8 * * *)"), f"{NIGHT}.schedule", "has 5 fields; cron of AWS has 6"),
    (schedule(timezone="Europe/Berln"), f"{NIGHT}.timezone", "did you mean 'Europe/Berlin'"),
    (schedule(min=None), f"{NIGHT}.min", "it says neither"),
    (schedule(min=3, max=2), f"{NIGHT}.min", "above max, 2"),
    (schedule(min=11), f"{NIGHT}.min", "above every max, 10"),
    (schedule(min=None, max=1), f"{NIGHT}.max", "below every min, 2"),
    (schedule(desired=1), f"{NIGHT}.desired", "unknown key"),
    (step(statistic="p99"), f"{JOBS}.statistic", "must be one of Average"),
    (step(comparison="GreaterThan"), f"{JOBS}.comparison", "did you mean 'GreaterThanThreshold'"),
    (step(period=90), f"{JOBS}.period", "a multiple of 60"),
    (step(period=3540, evaluationPeriods=25), f"{JOBS}.evaluationPeriods", "86400 s at most"),
    (step(period=86400, evaluationPeriods=8), f"{JOBS}.evaluationPeriods", "604800 s at most"),
    (step(threshold=float("inf")), f"{JOBS}.threshold", "finite"),
    (step((100, None, 0)), f"{JOBS}.adjustments.0.change", "changes nothing"),
    (step((100, 200, 1), (200, None, -1)), f"{JOBS}.adjustments.1.change", "other way"),
    (step((100, 100, 1), (100, None, 2)), f"{JOBS}.adjustments.0.to", "above its from, 100"),
    (step((100, 200, 1), (201, None, 2)), f"{JOBS}.adjustments.1.from", "leaves a gap"),
    (
        step((100, 200, 1), (199, None, 2)),
        f"{JOBS}.adjustments.1.from",
        "overlaps the step before it, which ends at 200",
    ),
    (step((100, 200, 1), (None, None, 2)), f"{JOBS}.adjustments.1.from", "must be 200"),
    (step((100, None, 1), (200, None, 2)), f"{JOBS}.adjustments.1.from", "only the last one"),
    (step((101, None, 1)), f"{JOBS}.adjustments.0.from", "must be the threshold, 100"),
    (step((100, 200, 1)), f"{JOBS}.adjustments.0.to", "must be left out: the last range"),
    (step((0, 100, -1), **FALLING), f"{JOBS}.adjustments.0.from", "must be left out: the first range"),
    (step((None, 99, -1), **FALLING), f"{JOBS}.adjustments.0.to", "must be the threshold, 100"),
    (step(adjustments=[{"form": 100, "change": 1}]), f"{JOBS}.adjustments.0.form", "did you mean 'from'"),
    (web(desiredCount=1, scaling={"min": 2}), "services.web.desiredCount", "outside scaling"),
    (
        web(gracePeriod=10, task={"healthCheck": {"command": ["true"], "startPeriod": 20}}),
        "services.web.gracePeriod",
        "start period of 20 s",
    ),
    (web(beforeRelease={}), "services.web.beforeRelease.command", "field required"),
    (web(beforeRelease={"command": []}), "services.web.beforeRelease.command", "at least 1 item"),
    (web(beforeRelease={"command": "migrate"}), "services.web.beforeRelease.command", "list"),
    (web(beforeRelease={"command": ["x" * 2045]}), "services.web.beforeRelease.command", "room for 2048"),
    (web(beforeRelease={"command": ["x"], "timeLimit": 5}), "services.web.beforeRelease.timeLimit", "30"),
    (web(queue={}, routing={"paths": ["/a"]}), "services.web.routing", "leave it out"),
    (web(queue={}, scaling={}), "services.web.scaling", "leave scaling out"),
    (web(queue={"min": 3, "max": 2}), "services.web.queue.min", "above max, 2"),
    (web(queue={"max": 1}), "services.web.desiredCount", "outside queue, 0 to 1"),
    (web(queue={"retentionDays": 14}), "services.web.queue.retentionDays", "13"),
    (web(queue={"kmsKey": "alias/aws/sqs"}), "services.web.queue.kmsKey", "pattern"),
    (web(queue={"visibilityTimeot": 1}), "services.web.queue.visibilityTimeot", "did you mean 'visibilityTimeout'"),
    (web(routing=None, scaling={"requests": 1}), "services.web.scaling.requests", "no requests come"),
    (
        {**web(queue={}), "network": {"egress": "endpoints"}},
        "services.web.queue",
        "add 'sqs' to network.endpoints",
    ),
    (clocked(command=[]), f"{CLEANUP}.command", "at least 1 item"),
    (clocked(schedule="0 3 * * *"), f"{CLEANUP}.schedule", "must be cron(…), at(…) or rate(…)"),
    (clocked(timezone="Europe/Berln"), f"{CLEANUP}.timezone", "did you mean 'Europe/Berlin'"),
    (clocked(retries=186), f"{CLEANUP}.retries", "185"),
    (clocked(retrySeconds=59), f"{CLEANUP}.retrySeconds", "60"),
    (web(scheduledTasks={"a-b": {}}), "services.web.scheduledTasks.a-b", "pattern"),
    (web(architecture="arm64"), "services.web.architecture", "ARM64"),
    (web(desired_count=1), "services.web.desired_count", "did you mean 'desiredCount'"),
    ({"services": {f"service-{n}": {} for n in range(101)}}, "services", "room for 100"),
]


@pytest.mark.parametrize(("given", "path", "text"), BAD, ids=[f"{path}-{n}" for n, (_, path, _) in enumerate(BAD)])
def test_a_bad_configuration_names_its_path_and_what_is_valid(given: dict[str, Any], path: str, text: str):
    with pytest.raises(OptionsError) as error:
        read(StackOptions, given, "bad:")
    assert [problem for problem in error.value.problems if problem.path == path and text in problem.message], (
        error.value
    )


def test_there_are_at_least_forty():
    assert len(BAD) >= 40


def test_all_mistakes_are_told_together():
    with pytest.raises(OptionsError) as error:
        read(StackOptions, {"services": {"web": {"task": {"port": 0}}}, "network": {"zones": 9}, "x": 1}, "bad:")
    assert {problem.path for problem in error.value.problems} == {"services.web.task.port", "network.zones", "x"}


@pytest.mark.parametrize(
    "endpoints", [["secretsmanager"], ["vpce", "cn.com.amazonaws.cn-north-1.secretsmanager"]], ids=["short", "full"]
)
def test_a_secret_that_an_endpoint_leads_to_is_accepted(endpoints: list[str]):
    network = {"egress": "endpoints", "endpoints": endpoints}
    assert read(StackOptions, {**web(task={"secrets": {"KEY": ARN}}), "network": network}, "bad:")


@pytest.mark.parametrize(
    "given",
    [
        step(),
        step((100, 150.5, 1), (150.5, None, 3)),
        step((None, 50, -3), (50, 100, -1), **FALLING),
        step(period=10, evaluationPeriods=8640),
        step(period=86400, evaluationPeriods=7),
        schedule(min=0, max=0),
        schedule(min=100, max=200),
        scaled(schedules={"a": {"schedule": "rate(1 day)", "max": 50}, "b": {"schedule": "rate(1 day)", "min": 50}}),
    ],
)
def test_scaling_that_aws_takes_is_accepted(given: dict[str, Any]):
    assert read(StackOptions, given, "bad:")


def test_a_volume_that_is_read_only_may_be_mounted_so():
    given = mounting({})
    given["services"]["web"]["task"]["mounts"]["a"]["readOnly"] = True
    assert read(StackOptions, given, "bad:")["services"]["web"]["task"]["mounts"]["a"]["read_only"]


def in_python(kind: type, given: dict[str, Any]) -> list[str]:
    with pytest.raises(OptionsError) as error:
        complete(kind, given, "web")
    return [f"{problem.path}: {problem.message}" for problem in error.value.problems]


def test_a_components_arguments_are_named_as_a_program_writes_them():
    assert in_python(TaskOptions, {"stopTimeot": 1}) == ["web.stopTimeot: unknown key; did you mean 'stop_timeout'?"]
    assert in_python(Statement, {"x": 1})[-1] == "web.x: unknown key; valid: actions, resources"
    assert in_python(TaskOptions, {"log_retention_days": 8})[0].startswith("web.log_retention_days: CloudWatch Logs")
    assert in_python(ServiceOptions, {"task": {"log_retention_days": 8}})[0].startswith("web.task.log_retention_days: ")


def test_a_name_of_the_users_own_is_told_as_it_is():
    asked = {"environment": {"apiKey": 1}}
    assert in_python(TaskOptions, asked) == ["web.environment.apiKey: input should be a valid string"]
    both = {"environment": {"apiKey": "1"}, "secrets": {"apiKey": ARN}}
    assert in_python(TaskOptions, both)[0].startswith("web.secrets.apiKey: is in environment too")


def test_the_schema_knows_every_default_and_description():
    schema = model_of(StackOptions).model_json_schema()
    assert schema["$defs"]["TaskOptions"]["properties"]["cpu"]["default"] == 256
    undescribed = [
        f"{name}.{key}"
        for name, options in schema["$defs"].items()
        for key, option in options["properties"].items()
        if not option.get("description") and "$ref" not in option
    ]
    assert undescribed == []


@pytest.mark.parametrize(
    ("service", "routed"), [({}, True), ({"queue": None}, True), ({"queue": {}}, False), ({"routing": None}, False)]
)
def test_a_service_is_behind_the_load_balancer_unless_it_says_otherwise_or_has_a_queue(
    service: dict[str, Any],
    routed: bool,  # noqa: FBT001 - pytest gives it
):
    routing = read(StackOptions, web(**service), "bad:")["services"]["web"]["routing"]
    assert bool(routing) == routed
    assert routing is None or routing["paths"] == ["/*"]


def test_only_routed_services_count_for_the_load_balancer():
    services = {f"service-{n}": {"queue": {}} if n else {} for n in range(101)}
    assert len(read(StackOptions, {"services": services}, "bad:")["services"]) == 101
