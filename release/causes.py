"""What the texts of ECS mean; a cause may repeat what its pattern found.

Shaped after "Stopped tasks error codes", "CannotPullContainer task errors in Amazon ECS" and "Viewing
Amazon ECS service event messages". The first pattern that fits decides.
"""

import re

CAUSES: tuple[tuple[str, str], ...] = (
    (
        r"CannotPull\w*:.*(not found|does not exist|manifest unknown|repository .* not)",
        (
            "the image is not in the registry; to push it again, run `pulumi up --replace` with the URN of the image"
            " (docker:index/image:Image in `pulumi stack --show-urns`)"
        ),
    ),
    (
        r"CannotPull\w*:.*(denied|not authorized|403|no basic auth)",
        "the execution role may not pull the image",
    ),
    (
        r"CannotPull\w*:.*(timeout|timed out|deadline|no route|i/o)",
        "the registry cannot be reached: does the subnet have NAT or VPC endpoints?",
    ),
    (
        r"CannotPull|image digest resolution|pull access denied|manifest unknown|No such image|image.*not found",
        "the image cannot be pulled",
    ),
    (
        (
            r"(can't retrieve the secret with ARN '?|unable to retrieve secret |failed to fetch secret )"
            r"(?P<secret>arn:[\w-]+:secretsmanager:[\w-]+:\d+:secret:[\w/+=.@-]+)(?!.*AccessDenied)"
        ),
        (
            r"a secret is not there or has no value yet: `aws secretsmanager put-secret-value --secret-id \g<secret> "
            r"--secret-string file://VALUE` gives it one"
        ),
    ),
    (
        (
            r"ResourceInitializationError.*(secret|ssm|parameter)|unable to (pull|retrieve) secrets?"
            r"|ResourceNotFoundException.*secret|secret.*(not found|can't find)"
        ),
        "a secret is missing, or the execution role may not read it",
    ),
    (
        r"ResourceInitializationError.*log",
        "the log group is missing, or the execution role may not write to it",
    ),
    (r"unable to assume.*role|AssumeRole", "ECS cannot assume the task's role"),
    (
        r"alarm detected|alarms?\b.*\bALARM",
        "an alarm of the service went off during the deployment: too many 5xx",
    ),
    (r"OutOfMemory", "a container needed more memory than the task has"),
    (r"executable file not found|exit code 127\b", "the command is not in the image"),
    (r"exec format error", "the image was built for another CPU architecture"),
    (
        r"failed ELB health checks|failed \w* ?target group health|Health checks failed with",
        "the load balancer's health check fails",
    ),
    (r"failed container health checks", "the container's own health check fails"),
    (
        r"was unable to place a task|Capacity is unavailable|RESOURCE:|no container instances",
        "there is no capacity for the task",
    ),
    (r"Spot|SpotInterruption", "Fargate Spot took the capacity back"),
    (r"Essential container|exited", "the container exited"),
)


def cause_of(text: str) -> str | None:
    """The likely cause in words, or None when no pattern fits."""
    for pattern, cause in CAUSES:
        if found := re.search(pattern, text, re.IGNORECASE | re.DOTALL):
            return found.expand(cause)
    return None
