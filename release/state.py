"""What ECS says of a service now, and what that means for a release."""

from typing import Any, Protocol

from release.record import ReleaseRecord, Site


class Clients(Protocol):
    """What gives AWS clients."""

    def client(self, service: str) -> Any:  # noqa: ANN401 - boto3 has no types
        """The client of a service."""
        ...


def describe(record: ReleaseRecord | Site, clients: Clients) -> dict[str, Any]:
    """The service; one with status `MISSING` when there is none."""
    found = clients.client("ecs").describe_services(cluster=record.cluster, services=[record.service])["services"]
    return found[0] if found else {"status": "MISSING", "deployments": []}


def refusal(record: ReleaseRecord, service: dict[str, Any]) -> str | None:
    """Why the release has failed for good, if it has."""
    if service["status"] != "ACTIVE":
        return f"the service is {service['status']}"
    first = primary(service)
    ours = [one for one in service["deployments"] if one["taskDefinition"] == record.task_definition]
    if first["taskDefinition"] == record.task_definition:
        if first.get("rolloutState") == "FAILED":
            return "its deployment failed"
        return None
    if any(one.get("rolloutState") == "FAILED" for one in ours):
        return "its deployment failed, and ECS rolled back"
    return "the service runs another revision: ECS rolled back, or somebody else deployed"


def primary(service: dict[str, Any]) -> dict[str, Any]:
    """The deployment that ECS works on or has completed."""
    return next(one for one in service["deployments"] if one["status"] == "PRIMARY")


def is_live(service: dict[str, Any]) -> bool:
    """Whether ECS has completed the deployment, and all tasks run."""
    first = primary(service)
    # An older deployment that still drains is no reason to wait; one that ECS has not completed is.
    done = first.get("rolloutState", "COMPLETED") == "COMPLETED"
    return (
        done and first["runningCount"] >= first["desiredCount"] and service["runningCount"] >= service["desiredCount"]
    )


def targets_are_healthy(clients: Clients, service: dict[str, Any]) -> bool:
    """Whether the balancer finds at least one task healthy, if there is to be one."""
    for one in service.get("loadBalancers", []):
        health = clients.client("elbv2").describe_target_health(TargetGroupArn=one["targetGroupArn"])
        states = [each["TargetHealth"]["State"] for each in health["TargetHealthDescriptions"]]
        if states.count("healthy") < min(1, service["desiredCount"]):
            return False
    return True


def live(service: dict[str, Any]) -> str:
    """That a service is live, in words; without a task that is not yet proved."""
    if service["desiredCount"] == 0:
        return "live, with no task: whether one starts will show when it is wanted"
    return f"live, {service['runningCount']} of {service['desiredCount']} tasks"


def progress(service: dict[str, Any]) -> str:
    """How far the deployment is, in words."""
    first = primary(service)
    failed = f", {first['failedTasks']} failed" if first.get("failedTasks") else ""
    return f"{first['runningCount']} of {first['desiredCount']} tasks running{failed}"


def running(service: dict[str, Any]) -> str:
    """What runs, in words."""
    if service["status"] != "ACTIVE":
        return "nothing"
    first = primary(service)
    return f"{short(first['taskDefinition'])}, {service['runningCount']} of {service['desiredCount']} tasks"


def running_revision(site: Site, clients: Clients) -> str | None:
    """The ARN of the revision that runs, or is to; None without a service."""
    service = describe(site, clients)
    return primary(service)["taskDefinition"] if service["status"] == "ACTIVE" else None


def short(arn: str) -> str:
    """An ARN without its beginning: `FAMILY:REVISION`."""
    return arn.rsplit("/", 1)[-1]


def rollout(deployment: dict[str, Any]) -> str:
    """How far one deployment is, with ECS's reason."""
    how, why = deployment.get("rolloutState", deployment["status"]), deployment.get("rolloutStateReason")
    return f"{short(deployment['taskDefinition'])} is {how}{f': {why}' if why else ''}"
