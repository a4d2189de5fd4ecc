"""The stack on this machine, from nothing and unchanged, beside its floor: the SDK's imports and the bare calls.

    python -m bench.local_stack floor

is that floor: what an unchanged run cannot do without, with no program, no policies and no tables around it.
"""

import http.client
import importlib
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

from local import docker_engine, stack_file
from local.answers import GOOD_ANSWERS
from local.clients import LocalClients
from local.up import endpoint_of

PROJECT = Path(__file__).resolve().parent.parent
UP = [sys.executable, "-m", "local", "up", "--no-docker-install"]
DOWN = [sys.executable, "-m", "local", "down"]
SERVICES = ("appautoscaling", "cloudwatch", "ec2", "ecr", "ecs", "iam", "lb", "s3", "ssm", "vpc")
MODULES = ("pulumi_docker", "pulumi_awsx", *(f"pulumi_aws.{service}.outputs" for service in SERVICES))
"""What the program imports of Pulumi's SDKs; a service is loaded when something in it is asked for."""
FLOOR = [sys.executable, "-m", "bench.local_stack", "floor"]


def available() -> bool:
    """Whether a Docker daemon answers; without one there is nothing to measure."""
    return docker_engine.probe().state is docker_engine.State.REACHABLE


def down() -> None:
    """Remove the stack, so that the next run starts from nothing.

    Raises:
        CalledProcessError: it could not be removed.
    """
    subprocess.run(DOWN, cwd=PROJECT, check=True, stdout=subprocess.DEVNULL)


def floor() -> None:
    """The imports that the program needs, one look at each thing that exists, and the requests that verify it."""
    for module in MODULES:
        importlib.import_module(module)
    project, config = stack_file.configuration(PROJECT, "local")
    clients, name = LocalClients(endpoint_of(config), config["aws:region"]), f"{project}-local"
    for _ in range(GOOD_ANSWERS * look(clients, name)):
        answer(endpoint_of(config))


def look(clients: LocalClients, name: str) -> int:
    """One bare call for each thing that the stack is made of; how many tasks it is to run."""
    ec2, ecr, ecs = (clients.client(service) for service in ("ec2", "ecr", "ecs"))
    elb, iam = clients.client("elbv2"), clients.client("iam")
    clients.client("sts").get_caller_identity()
    ec2.describe_vpcs()
    ec2.describe_subnets()
    ec2.describe_security_groups()
    ecr.describe_repositories()
    ecr.list_images(repositoryName=f"{name}/web")
    clients.client("logs").describe_log_groups(logGroupNamePrefix=f"/{name}")
    iam.list_roles()
    ecs.describe_clusters(clusters=[name])
    balancer = elb.describe_load_balancers()["LoadBalancers"][0]["LoadBalancerArn"]
    listener = elb.describe_listeners(LoadBalancerArn=balancer)["Listeners"][0]["ListenerArn"]
    elb.describe_target_groups()
    elb.describe_rules(ListenerArn=listener)
    latest = ecs.list_task_definitions(familyPrefix=f"{name}-web", sort="DESC")["taskDefinitionArns"][0]
    ecs.describe_task_definition(taskDefinition=latest, include=["TAGS"])
    clients.client("ssm").get_parameter(Name=f"/{name}/web/release")
    return int(ecs.describe_services(cluster=name, services=["web"])["services"][0]["desiredCount"])


def answer(endpoint: str) -> None:
    """One request through the balancer."""
    place = urlsplit(endpoint)
    connection = http.client.HTTPConnection(str(place.hostname), place.port, timeout=10)
    connection.request("GET", "/", headers={"Host": "balancer.alb.localhost"})
    if connection.getresponse().status != http.client.OK:
        sys.exit("the stack does not answer")
    connection.close()


if __name__ == "__main__" and sys.argv[1:] == ["floor"]:
    floor()
