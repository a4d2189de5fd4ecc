"""The AWS endpoint that the release hook asks over HTTP: the calls of `release/` in AWS's own protocols, no other."""

import contextlib
import json
import threading
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from account import NUMBER, Account, Service, arn

TASK_ARN = arn("ecs", "task/cluster/0123456789abcdef")
JOB_ARN = arn("ecs", "task/cluster/fedcba9876543210")


def _identity(_account: Account, _asked: dict[str, Any]) -> str:
    return f"<R><GetCallerIdentityResult><Account>{NUMBER}</Account></GetCallerIdentityResult></R>"


def _target_health(_account: Account, _asked: dict[str, Any]) -> str:
    health = "<member><TargetHealth><State>healthy</State></TargetHealth></member>"
    descriptions = f"<TargetHealthDescriptions>{health}</TargetHealthDescriptions>"
    return f"<R><DescribeTargetHealthResult>{descriptions}</DescribeTargetHealthResult></R>"


def _services(account: Account, asked: dict[str, Any]) -> dict[str, Any]:
    return {"services": [_service(account, account.services[name]) for name in asked["services"]]}


def _service(account: Account, service: Service) -> dict[str, Any]:
    deployments = []
    if service.running:
        deployments.append(_deployment(service.running, "PRIMARY", "COMPLETED"))
    if service.running != service.declared:
        deployments.append(_deployment(service.declared, "ACTIVE" if deployments else "PRIMARY", "FAILED"))
    return {
        "status": "ACTIVE",
        "desiredCount": 1,
        "runningCount": 1 if service.running else 0,
        "deployments": deployments,
        "loadBalancers": [{"targetGroupArn": service.target_group}] if service.target_group else [],
        "events": [{"message": account.broken}] if account.broken else [],
    }


def _deployment(task_definition: str, status: str, rollout: str) -> dict[str, Any]:
    count = 1 if rollout == "COMPLETED" else 0
    numbers = {"desiredCount": 1, "runningCount": count}
    return {"status": status, "taskDefinition": task_definition, "rolloutState": rollout, **numbers}


def _listed(account: Account, asked: dict[str, Any]) -> dict[str, Any]:
    return {"taskArns": [TASK_ARN] if account.broken and "serviceName" in asked else []}


def _run(account: Account, asked: dict[str, Any]) -> dict[str, Any]:
    (override,) = asked["overrides"]["containerOverrides"]
    account.jobs.append((asked["taskDefinition"], override["command"]))
    return {"tasks": [{"taskArn": JOB_ARN}], "failures": []}


def _tasks(account: Account, asked: dict[str, Any]) -> dict[str, Any]:
    if asked["tasks"] == [JOB_ARN]:
        ended = {"lastStatus": "STOPPED", "containers": [{"name": "web", "exitCode": account.job_exit}]}
        return {"tasks": [{"taskArn": JOB_ARN, **ended}]}
    failed = next(one.declared for one in account.services.values() if one.running != one.declared)
    return {"tasks": [{"taskArn": TASK_ARN, "taskDefinitionArn": failed, "stoppedReason": account.broken}]}


def _definition(_account: Account, _asked: dict[str, Any]) -> dict[str, Any]:
    return {"taskDefinition": {"containerDefinitions": []}}


def _history(account: Account, asked: dict[str, Any]) -> dict[str, Any]:
    versions = enumerate(account.records[asked["Name"]], 1)
    return {"Parameters": [{"Version": one, "Value": text, "LastModifiedDate": one} for one, text in versions]}


def _images(account: Account, asked: dict[str, Any]) -> dict[str, Any]:
    pushed = [one.rsplit(":", 1) for one in account.pushes]
    tags = [tag for name, tag in pushed if name.endswith(f"/{asked['repositoryName']}")]
    return {
        "imageDetails": [
            {"imageTags": [tag], "imageDigest": f"sha256:{tag}", "imagePushedAt": number}
            for number, tag in enumerate(tags)
        ]
    }


def _policy(account: Account, asked: dict[str, Any]) -> dict[str, Any]:
    return {"lifecyclePolicyText": account.policies[asked["repositoryName"]]}


CALLS = {
    "GetCallerIdentity": _identity,
    "DescribeTargetHealth": _target_health,
    "DescribeServices": _services,
    "ListTasks": _listed,
    "RunTask": _run,
    "DescribeTasks": _tasks,
    "DescribeTaskDefinition": _definition,
    "GetParameterHistory": _history,
    "DescribeImages": _images,
    "GetLifecyclePolicy": _policy,
}


@contextlib.contextmanager
def serve(account: Account) -> Generator[str]:
    """The endpoint's URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            target = self.headers.get("X-Amz-Target")
            name = target.rsplit(".", 1)[1] if target else parse_qs(body)["Action"][0]
            answer = CALLS[name](account, json.loads(body) if target else {})
            self.send_response(200)
            self.end_headers()
            self.wfile.write((answer if isinstance(answer, str) else json.dumps(answer)).encode())

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
