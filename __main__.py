"""The stack: from a Dockerfile to services that answer behind one load balancer."""

from functools import partial

import pulumi

from components import account
from components.alarm_topic import AlarmTopic
from components.app import App, app_args
from components.cluster import Cluster
from components.load_balancer import LoadBalancer
from components.namespace import Namespace
from components.network import Network
from components.platform import platform
from components.promotion import look_up
from components.public_repository import PublicRepository
from components.pushed_tags import pushed_tags
from components.registry_rules import RegistryRules
from components.routing import priorities
from release.capacity import active_hook
from release.certificates import certificates
from release.hook import settle_hook
from release.session import ProviderSettings
from settings import calls, stack
from settings.service import is_built

settings = stack.load(pulumi.Config())
name = stack.full_name()
place = account.look_up()

services = settings["services"]
repositories = {service: f"{name}/{service}" for service in services}
built = [service for service, asked in services.items() if is_built(asked["image"])]
pushed = pushed_tags(repositories[service] for service in built)

promoted = {
    service: look_up(f"services.{service}", asked, place, settings["registry"])
    for service, asked in services.items()
    if asked["image"]["promote_from"]
}

rules = settings["registry_rules"]
if any(rules.values()):
    RegistryRules("registry", {**rules, "account": place, "stack_name": name, "repository": settings["repository"]})
published = {
    public: PublicRepository(
        public.replace("/", "-"), {**asked, "repository_name": public, "protect": settings["protect"]}
    )
    for public, asked in settings["public_repositories"].items()
}

provider = ProviderSettings.read(pulumi.Config("aws").get)
network = Network("network", {**settings["network"], "account": place, "log_group_name": f"/{name}/flow"})
cluster = Cluster(
    "cluster",
    {
        **settings["cluster"],
        "account": place,
        "cluster_name": name,
        "vpc_id": network.vpc_id,
        "subnet_ids": network.private_subnet_ids,
        "protect": settings["protect"],
    },
    active_hook(provider),
)
balancer = LoadBalancer(
    "balancer",
    {
        **settings["load_balancer"],
        "account": place,
        "vpc_id": network.vpc_id,
        "cidr": network.cidr,
        "public_subnet_ids": network.public_subnet_ids,
        "private_subnet_ids": network.private_subnet_ids,
        "protect": settings["protect"],
    },
)

watch = settings["alarms"]
alarms = AlarmTopic("alarms", {**watch, "account": place, "protect": settings["protect"]}) if watch["enabled"] else None

settle, certificate = settle_hook(provider, stack.file()), certificates(provider)
sharing = name if settings["load_balancer"]["existing"] else ""
ranks = priorities({service: asked["routing"] for service, asked in services.items()}, sharing)
namespace = Namespace("namespace", {"namespace_name": name}) if calls.meet(services) else None
apps: dict[str, App] = {}
for service in calls.callees_first(services):
    apps[service] = App(
        service,
        app_args(
            services[service],
            {
                "account": place,
                "stack_name": name,
                "registry": settings["registry"],
                "repository": settings["repository"],
                "protect": settings["protect"],
                "repository_name": repositories[service],
                "pushed_tags": pushed.get(repositories[service], []),
                "promoted": promoted.get(service),
                "priority": ranks.get(service),
                "addresses": calls.addresses(service, services),
            },
        ),
        {"network": network, "cluster": cluster, "balancer": balancer, "alarms": alarms, "namespace": namespace},
        settle,
        [apps[callee] for callee in services[service]["calls"] if callee in apps],
    )
for caller, app in apps.items():
    for callee in services[caller]["calls"]:
        app.call(f"{caller}_calls_{callee}", apps[callee])

pulumi.export("urls", {service: app.url for service, app in apps.items() if app.url})
pulumi.export("queues", {service: app.queue.url for service, app in apps.items() if app.queue})
pulumi.export("releaseSeconds", {service: app.pace.told() for service, app in apps.items()})
pulumi.export("releases", {service: app.site for service, app in apps.items()})
pulumi.export("commands", {service: app.commands for service, app in apps.items()})
pulumi.export(
    "rollback", {service: app.recorded.apply(partial(certificate, app.site)) for service, app in apps.items()}
)
pulumi.export("images", {service: app.image for service, app in apps.items()})
pulumi.export("platform", platform(network, cluster, balancer))
pulumi.export("securityGroups", {service: app.service.security_group_id for service, app in apps.items()})
if published:
    pulumi.export("publicRepositories", {public: each.uri for public, each in published.items()})
