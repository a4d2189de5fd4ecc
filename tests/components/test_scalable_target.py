from tests.components.scaled import made

TARGET = "aws:appautoscaling/target:Target web"


def test_it_is_the_count_of_the_services_tasks():
    assert made(min=3, max=7).children[TARGET] == {
        "serviceNamespace": "ecs",
        "scalableDimension": "ecs:service:DesiredCount",
        "resourceId": "service/shop-dev/web",
        "minCapacity": 3,
        "maxCapacity": 7,
    }
