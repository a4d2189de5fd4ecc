"""All rules of the pack, module by module in the order of their declaration."""

from slipway_policies.rule import Rule
from slipway_policies.rules import capacity, ecr, iam, image, keys, logs, network, program
from slipway_policies.rules.alb import balancer, listener, targets
from slipway_policies.rules.ecs import cluster, containers, service, task, wiring

MODULES = (
    ecr,
    image,
    containers,
    task,
    service,
    wiring,
    cluster,
    capacity,
    balancer,
    listener,
    targets,
    network,
    logs,
    iam,
    keys,
    program,
)

RULES: tuple[Rule, ...] = tuple(
    value for module in MODULES for value in vars(module).values() if isinstance(value, Rule)
)
