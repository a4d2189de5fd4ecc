"""A service's scaling, as the tests of what it is made of declare it."""

from typing import Any

from components.scaling import Scaling
from tests.components.declared import Made, declare

LABEL = "app/shop/1/targetgroup/web/2"


def scaling(**asked: Any) -> Scaling:
    return Scaling("web", {"cluster_name": "shop-dev", "service_name": "web", "resource_label": LABEL, **asked})


def made(**asked: Any) -> Made:
    return declare(lambda: scaling(**asked))


JOBS = {"namespace": "Shop/Jobs", "metric": "WaitingPerTask", "target": 12.5}
LATE = {
    "namespace": "AWS/SQS",
    "metric": "ApproximateAgeOfOldestMessage",
    "threshold": 0.1,
    "adjustments": [{"from_": 0.1, "to": 0.3, "change": 1}, {"from_": 0.3, "change": 4}],
}
OF_THE_SERVICE = {
    "serviceNamespace": "Target.web.serviceNamespace",
    "scalableDimension": "Target.web.scalableDimension",
    "resourceId": "Target.web.resourceId",
}
"""How what is declared names the service."""
