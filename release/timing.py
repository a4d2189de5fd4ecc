"""How long a release takes, and how long it may take, from the numbers that were declared.

Sources: "Health checks for Application Load Balancer target groups", "How the Amazon ECS deployment circuit breaker
detects failures", and "Amazon ECS service deployment" for the order: start, serve, drain, stop.
"""

from dataclasses import dataclass

START = 60
"""Seconds that a task on Fargate usually takes to be placed, get its network interface and pull its image."""
START_ALLOWANCE = 180
"""Seconds allowed for the same before a release counts as late."""
INSTANCE_ALLOWANCE = 420
"""Seconds allowed for an instance that tasks wait for: managed scaling looks once a minute, then a machine boots
and joins the cluster."""
LEAST_FAILURES, MOST_FAILURES = 3, 200
"""The circuit breaker's bounds: it trips after half of the desired tasks failed, within these."""


@dataclass(frozen=True)
class Pace:
    """The numbers of a service that decide how fast it rolls; seconds, but for the counts."""

    interval: int
    """Between two health checks of the balancer."""
    timeout: int
    """After which a check has failed."""
    healthy: int
    """Good checks in a row that make a task healthy."""
    unhealthy: int
    """Failed checks in a row that make it unhealthy."""
    grace_period: int
    """After a task's start, in which failed checks do not count."""
    deregistration_delay: int
    """For a leaving task to finish its requests."""
    stop_timeout: int
    """Between SIGTERM and SIGKILL."""
    desired_count: int
    """Tasks of the service."""
    instance_start: int = 0
    """Allowed for an instance that the new tasks wait for: none on Fargate."""

    @property
    def to_healthy(self) -> int:
        """From a task's first answer until the balancer sends it requests."""
        return self.interval * self.healthy

    @property
    def to_detect(self) -> int:
        """From a task's start until failing checks count against it, at the latest."""
        return max(self.grace_period, self.interval * self.unhealthy + self.timeout)

    @property
    def to_drain(self) -> int:
        """From the first new healthy task until the last old one is gone, at the latest."""
        return self.deregistration_delay + self.stop_timeout

    @property
    def to_steady(self) -> int:
        """From the image's push until the release is live, usually: the application exits when it is told to."""
        return START + self.to_healthy + self.deregistration_delay

    @property
    def to_roll_back(self) -> int:
        """From the start of a release whose tasks never get healthy until the old one is restored, at the latest."""
        each = START_ALLOWANCE + self.to_detect + self.stop_timeout
        return self.instance_start + self.failures_to_trip * each + self.to_healthy + self.to_drain

    @property
    def failures_to_trip(self) -> int:
        """Failed tasks after which the circuit breaker gives the release up."""
        return min(MOST_FAILURES, max(LEAST_FAILURES, -(-self.desired_count // 2)))

    @property
    def limit(self) -> int:
        """After which a release that is not live has failed.

        Room for the slower of two ends: a good release, and a bad one that the circuit breaker ends.
        """
        good = self.instance_start + START_ALLOWANCE + self.grace_period + self.to_healthy + self.to_drain
        return max(good, self.to_roll_back)

    def told(self) -> dict[str, int]:
        """The times in words that people read, in seconds."""
        return {
            "healthy": self.to_healthy,
            "failure detected": self.to_detect,
            "drained": self.to_drain,
            "live (usual)": self.to_steady,
            "rolled back (worst)": self.to_roll_back,
        }
