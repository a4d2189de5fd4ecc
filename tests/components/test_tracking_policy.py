from components.scaling import Scaling
from tests.components.declared import UNKNOWN, Thing, changes, declare
from tests.components.scaled import JOBS, OF_THE_SERVICE, made, scaling

HELD = "aws:appautoscaling/policy:Policy web-jobs-metric"


def test_a_metric_of_ones_own_is_held():
    held = {
        "customizedMetricSpecification": {
            "namespace": "Shop/Jobs",
            "metricName": "WaitingPerTask",
            "statistic": "Average",
            "dimensions": [],
        },
        "targetValue": 12.5,
        "scaleInCooldown": 300,
        "scaleOutCooldown": 60,
    }
    assert changes(made(), made(metrics={"jobs": JOBS})) == {
        HELD: {
            "policyType": "TargetTrackingScaling",
            **OF_THE_SERVICE,
            "targetTrackingScalingPolicyConfiguration": held,
        }
    }


def test_a_metrics_dimensions_statistic_unit_and_cooldowns():
    before = made(metrics={"jobs": JOBS})
    more = {**JOBS, "statistic": "Maximum", "unit": "Count", "dimensions": {"Shop": "b", "Queue": "a"}}
    after = made(metrics={"jobs": more}, cpu=None, memory=None, scale_in_cooldown=1, scale_out_cooldown=2)
    assert changes(before, after).pop(HELD) == {
        "targetTrackingScalingPolicyConfiguration": {
            "customizedMetricSpecification": {
                "namespace": "Shop/Jobs",
                "metricName": "WaitingPerTask",
                "statistic": "Maximum",
                "unit": "Count",
                "dimensions": [{"name": "Queue", "value": "a"}, {"name": "Shop", "value": "b"}],
            },
            "targetValue": 12.5,
            "scaleInCooldown": 1,
            "scaleOutCooldown": 2,
        }
    }


def test_a_dimension_may_be_an_output_and_an_unknown_one_leaves_the_rest_known():
    def make() -> Scaling:
        return scaling(metrics={"jobs": {**JOBS, "dimensions": {"Queue": Thing("queue").id}}})

    tracking = declare(make, preview=True).children[HELD]["targetTrackingScalingPolicyConfiguration"]
    assert tracking["customizedMetricSpecification"]["dimensions"] == [{"name": "Queue", "value": UNKNOWN}]
    assert tracking["customizedMetricSpecification"]["metricName"] == "WaitingPerTask"
