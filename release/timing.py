"""How long a release may take, from the numbers that were declared.

Sources: "Health checks for Application Load Balancer target groups" and "How the Amazon ECS deployment
circuit breaker detects failures".
"""

START_ALLOWANCE = 180
"""Seconds allowed for placing a task, its network interface and the pull of its image."""
LEAST_FAILURES, MOST_FAILURES = 3, 200
"""The circuit breaker's bounds: it trips after half of the desired tasks failed, within these."""


def seconds_to_healthy(*, interval: int, healthy: int) -> int:
    """Seconds from a task's first answer until the balancer sends it requests."""
    return interval * healthy


def seconds_to_detect(*, interval: int, timeout: int, unhealthy: int, grace_period: int) -> int:
    """Seconds from a task's start until failing checks count against it, at the latest."""
    return max(grace_period, interval * unhealthy + timeout)


def failures_to_trip(desired_count: int) -> int:
    """Failed tasks after which the circuit breaker gives the deployment up."""
    return min(MOST_FAILURES, max(LEAST_FAILURES, -(-desired_count // 2)))


def time_limit(
    *,
    interval: int,
    timeout: int,
    healthy: int,
    unhealthy: int,
    grace_period: int,
    deregistration_delay: int,
    stop_timeout: int,
    desired_count: int,
) -> int:
    """Seconds after which a release that is not live has failed.

    Room for the slower of two ends: a good release (start, healthy, drain of the old tasks), and a bad
    one that the circuit breaker ends (each failure in its turn, then the way back).
    """
    start = START_ALLOWANCE
    healthy_after = seconds_to_healthy(interval=interval, healthy=healthy)
    drain = deregistration_delay + stop_timeout
    detect = seconds_to_detect(interval=interval, timeout=timeout, unhealthy=unhealthy, grace_period=grace_period)
    good = start + grace_period + healthy_after + drain
    bad = failures_to_trip(desired_count) * (start + detect + stop_timeout) + healthy_after + drain
    return max(good, bad)
