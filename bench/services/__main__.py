"""Many services, 50 to a balancer, from the components alone."""

from pathlib import Path

import pulumi

from components import account
from components.app import App, app_args
from components.cluster import Cluster
from components.load_balancer import LoadBalancer
from components.network import Network
from components.pushed_tags import pushed_tags
from release.capacity import active_hook
from release.hook import settle_hook
from release.session import ProviderSettings
from settings.options import complete, read
from settings.repository import RepositoryOptions
from settings.service import ServiceOptions

PER_BALANCER = 50
count = pulumi.Config().require_int("count")
place = account.look_up()
pushed = pushed_tags(f"bench/service-{number}" for number in range(count))
network = Network("network", {"account": place, "log_group_name": "/bench/flow"})
cluster = Cluster(
    "cluster",
    {
        "account": place,
        "cluster_name": "bench",
        "vpc_id": network.vpc_id,
        "subnet_ids": network.private_subnet_ids,
        "protect": False,
    },
    active_hook(ProviderSettings()),
)
follow = settle_hook(ProviderSettings(), Path("Pulumi.bench.yaml"))
repository = complete(RepositoryOptions, {}, "repository")

for start in range(0, count, PER_BALANCER):
    balancer = LoadBalancer(
        f"balancer-{start}",
        {
            "vpc_id": network.vpc_id,
            "cidr": network.cidr,
            "public_subnet_ids": network.public_subnet_ids,
            "private_subnet_ids": network.private_subnet_ids,
            "account": place,
            "open_to_internet": True,
            "plain_http": True,
            "protect": False,
        },
    )
    for number in range(start, min(count, start + PER_BALANCER)):
        wiring: dict[str, object] = {
            "account": place,
            "stack_name": "bench",
            "registry": "",
            "repository": repository,
            "protect": False,
            "repository_name": f"bench/service-{number}",
            "pushed_tags": pushed[f"bench/service-{number}"],
            "priority": number - start + 1,
        }
        asked = read(ServiceOptions, {"image": {"context": "../../app"}, "scaling": {"max": 10}}, "service")
        App(
            f"service-{number}",
            app_args(asked, wiring),
            {"network": network, "cluster": cluster, "balancer": balancer, "alarms": None, "namespace": None},
            follow,
        )
