"""What the texts of ECS mean, and which lines of the stack file mend it; a cause may repeat what its pattern found.

Shaped after "Stopped tasks error codes", "CannotPullContainer task errors in Amazon ECS", "Viewing Amazon ECS service
event messages" and "Target group health checks". The first pattern that fits decides.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Cause:
    """A likely cause. Its lines are paths in the stack file, the likeliest first; none when no setting mends it.

    In these `{service}` stands for the service, `{container}` for the container that it is about, the service's own or
    a sidecar, and `{image}` for that container's image.
    """

    words: str
    lines: tuple[str, ...] = ()
    finer: "Rules" = ()
    """Where the text that tells of it does not say why, another may: an event, a target's state, a line of the log."""


Rules = tuple[tuple[str, Cause], ...]

UNHEALTHY = Cause(
    "the load balancer's health check fails",
    ("{service}.healthCheck.path", "{service}.gracePeriod"),
    (
        (
            r"these codes: \[[34]\d\d",
            Cause(
                "the load balancer's health check fails: the application answers its path with another code",
                ("{service}.healthCheck.path", "{service}.healthCheck.codes"),
            ),
        ),
        (
            r"these codes: \[5\d\d",
            Cause(
                "the load balancer's health check fails: the application answers, but not well",
                ("{service}.healthCheck.path", "{service}.gracePeriod"),
            ),
        ),
        (
            r"Request timed out|Target\.Timeout",
            Cause(
                "the load balancer's health check fails: no answer in time",
                ("{service}.gracePeriod", "{service}.healthCheck.timeout", "{service}.task.port"),
            ),
        ),
        (
            r"establishing a connection|Target\.FailedHealthChecks",
            Cause("the load balancer's health check fails: nothing listens", ("{service}.task.port",)),
        ),
    ),
)

WRONG_CPU = Cause("the image was built for another CPU architecture", ("{service}.architecture",))
READ_ONLY = Cause(
    "the application writes to its root file system, which is read-only",
    ("{container}.scratch", "{container}.readOnlyRoot"),
)

CAUSES: Rules = (
    (
        r"CannotPull\w*:.*(not found|does not exist|manifest unknown|repository .* not)",
        Cause(
            "the image is not in the registry; to push it again, run `pulumi up --replace` with the URN of the image"
            " (docker:index/image:Image in `pulumi stack --show-urns`)",
            ("{image}",),
        ),
    ),
    (
        r"CannotPull\w*:.*(denied|not authorized|403|no basic auth)",
        Cause("the execution role may not pull the image", ("{image}",)),
    ),
    (
        r"CannotPull\w*:.*(timeout|timed out|deadline|no route|i/o)",
        Cause(
            "the registry cannot be reached: does the subnet have NAT or VPC endpoints?",
            ("network.egress", "network.endpoints"),
        ),
    ),
    (
        r"CannotPull|image digest resolution|pull access denied|manifest unknown|No such image|image.*not found",
        Cause("the image cannot be pulled", ("{image}",)),
    ),
    (
        (
            r"(can't retrieve the secret with ARN '?|unable to retrieve secret |failed to fetch secret )"
            r"(?P<secret>arn:[\w-]+:secretsmanager:[\w-]+:\d+:secret:[\w/+=.@-]+)(?!.*AccessDenied)"
        ),
        Cause(
            r"a secret is not there or has no value yet: `aws secretsmanager put-secret-value --secret-id \g<secret> "
            r"--secret-string file://VALUE` gives it one",
            ("{container}.secrets",),
        ),
    ),
    (
        (
            r"ResourceInitializationError.*(secret|ssm|parameter)|unable to (pull|retrieve) secrets?"
            r"|ResourceNotFoundException.*secret|secret.*(not found|can't find)"
        ),
        Cause("a secret is missing, or the execution role may not read it", ("{container}.secrets",)),
    ),
    (
        r"ResourceInitializationError.*log",
        Cause("the log group is missing, or the execution role may not write to it"),
    ),
    (r"unable to assume.*role|AssumeRole", Cause("ECS cannot assume the task's role")),
    (
        r"alarm detected|alarms?\b.*\bALARM",
        Cause("an alarm of the service went off during the deployment: too many 5xx", ("alarms.errorPercent",)),
    ),
    (
        r"OutOfMemory",
        Cause("a container needed more memory than the task has", ("{service}.task.memory",)),
    ),
    (r"executable file not found|exit code 127\b", Cause("the command is not in the image", ("{image}",))),
    (r"exec format error", WRONG_CPU),
    (
        r"failed ELB health checks|failed \w* ?target group health|Health checks failed with",
        UNHEALTHY,
    ),
    (
        r"failed container health checks",
        Cause("the container's own health check fails", ("{container}.healthCheck", "{service}.gracePeriod")),
    ),
    (
        r"was unable to place a task|Capacity is unavailable|RESOURCE:|no container instances",
        Cause("there is no capacity for the task", ("{service}.capacity", "cluster.strategy")),
    ),
    (
        r"Spot Task was interrupted|Spot ?Interruption",
        Cause("Fargate Spot took the capacity back", ("{service}.capacity", "cluster.strategy")),
    ),
    (
        r"Essential container|exited",
        Cause(
            "the container exited",
            ("{image}", "{container}.environment"),
            ((r"exec format error", WRONG_CPU), (r"Read-only file system", READ_ONLY)),
        ),
    ),
)


def cause_of(texts: Iterable[str], rules: Rules = CAUSES) -> Cause | None:
    """The likely cause that texts about one thing tell together, or None when no pattern fits.

    A task ends with "Essential container in task exited", and its container says why: so rules come before texts.
    """
    told = list(texts)
    for pattern, cause in rules:
        matches = (re.search(pattern, text, re.IGNORECASE | re.DOTALL) for text in told)
        if found := next(filter(None, matches), None):
            return replace(cause, words=found.expand(cause.words))
    return None
